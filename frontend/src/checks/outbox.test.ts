// What is kept on the device and sent later: each file once, each result under one key, nothing lost to a refusal or a cut.
import { beforeEach, describe, expect, it } from 'vitest'
import { type Carrier, type Entry, type Pictures, Refusal, drop, entriesOf, keep, queue, readEntry, sendAll } from './outbox'

class Shelf implements Pictures {
  kept = new Map<string, Blob>()
  put = async (id: string, blob: Blob) => void this.kept.set(id, blob)
  get = async (id: string) => this.kept.get(id)
  remove = async (id: string) => void this.kept.delete(id)
}

/** A server that takes things in, with faults to order: cut before it is asked, or on the way back. */
class Server implements Carrier {
  files: string[] = []
  results = new Map<string, { task: string; found: string; files: string[] }>()
  asked = 0
  fault: ((what: 'file' | 'result', nth: number) => 'before' | 'after' | Refusal | null) = () => null
  private nth = 0
  private async meet<T>(what: 'file' | 'result', take: () => T): Promise<T> {
    this.nth += 1
    const fault = this.fault(what, this.nth)
    if (fault === 'before') throw new Error('cut')
    if (fault instanceof Refusal) throw fault
    const taken = take()
    if (fault === 'after') throw new Error('the answer was lost')
    return taken
  }
  file = (_: Entry, name: string) => this.meet('file', () => `${name}#${this.files.push(name)}`)
  result = (entry: Entry, files: string[]) => this.meet('result', () => {
    this.asked += 1
    expect(entry.key).toMatch(/^[0-9a-f]{32}$/)
    const known = this.results.get(entry.key ?? '')
    const given = { task: entry.task, found: entry.found, files }
    // The same key with other words would be another result.
    if (known) expect(given).toEqual(known)
    this.results.set(entry.key ?? '', given)
  })
}

const blank: Entry = { person: 'p', check: 'c', task: 't1', number: 'T01', result: 'fail', found: '现场没有', occurred_on: '2031-03-04', photos: [], standing: 'writing', key: null, refusal: null, at: 1 }
const photo = (id: string) => ({ id, name: `${id}.jpg`, received: null })

let shelf: Shelf
let server: Server
const send = () => sendAll('p', shelf, server)

beforeEach(async () => {
  localStorage.clear()
  shelf = new Shelf()
  server = new Server()
  for (const id of ['a', 'b', 'c']) await shelf.put(id, new Blob([id]))
})

describe('what lies on the device', () => {
  it('is not sent while it is only written', async () => {
    keep({ ...blank, photos: [photo('a')] })
    await send()
    expect([server.files, server.asked]).toEqual([[], 0])
    expect(readEntry(blank)?.found).toBe('现场没有')
  })
  it('goes up with its files first and takes no room afterwards', async () => {
    queue({ ...blank, photos: [photo('a'), photo('b')] })
    await send()
    expect([...server.results.values()]).toEqual([{ task: 't1', found: '现场没有', files: ['a.jpg#1', 'b.jpg#2'] }])
    expect(readEntry(blank)?.standing).toBe('sent')
    expect([...shelf.kept.keys()]).toEqual(['c'])
    await send()
    expect(server.asked).toBe(1)
  })
  it('arrives once wherever the network is cut, before or on the way back', async () => {
    // Three things are carried: two files and the result. Each is cut once, in either way; then all goes through.
    for (const at of [1, 2, 3]) {
      for (const how of ['before', 'after'] as const) {
        localStorage.clear()
        server = new Server()
        for (const id of ['a', 'b']) await shelf.put(id, new Blob([id]))
        let isCut = false
        server.fault = (_, nth) => {
          if (isCut || nth !== at) return null
          isCut = true
          return how
        }
        queue({ ...blank, photos: [photo('a'), photo('b')] })
        await send()
        expect(readEntry(blank)?.standing, `${at} ${how}`).toBe('queued')
        await send()
        expect(readEntry(blank)?.standing, `${at} ${how}`).toBe('sent')
        expect(server.results.size, `${at} ${how}`).toBe(1)
        // A file whose answer was lost is there twice, but named once.
        expect([...server.results.values()][0]?.files).toHaveLength(2)
        expect(server.files.length).toBe(how === 'after' && at < 3 ? 3 : 2)
      }
    }
  })
  it('stops at the first thing that the network does not carry, and keeps the order', async () => {
    queue(blank)
    queue({ ...blank, task: 't2' })
    keep({ ...(readEntry(blank) as Entry), at: 1 })
    server.fault = () => 'before'
    await send()
    expect(entriesOf('p').map((e) => e.standing)).toEqual(['queued', 'queued'])
    server.fault = () => null
    await send()
    expect([...server.results.values()].map((r) => r.task)).toEqual(['t1', 't2'])
  })
  it('keeps the words when they are refused, says why, and goes on with the next', async () => {
    queue({ ...blank, photos: [photo('a')] })
    keep({ ...(readEntry(blank) as Entry), at: 1 })
    queue({ ...blank, task: 't2' })
    server.fault = (what, nth) => (what === 'result' && nth === 2 ? new Refusal('已经两人签字') : null)
    await send()
    const kept = readEntry(blank)
    expect([kept?.standing, kept?.refusal, kept?.found]).toEqual(['refused', '已经两人签字', '现场没有'])
    expect([...server.results.values()].map((r) => r.task)).toEqual(['t2'])
    await send()
    expect(server.asked).toBe(1)
  })
  it('is another result with another key when it is written again while it is on its way', async () => {
    queue(blank)
    server.fault = (what) => {
      if (what === 'result') keep({ ...(readEntry(blank) as Entry), found: '又写了一句', standing: 'writing', key: null })
      return null
    }
    await send()
    expect([readEntry(blank)?.standing, readEntry(blank)?.found]).toEqual(['writing', '又写了一句'])
    server.fault = () => null
    queue(readEntry(blank) as Entry)
    await send()
    expect([...server.results.values()].map((r) => r.found)).toEqual(['现场没有', '又写了一句'])
  })
  it('says which picture is gone', async () => {
    queue({ ...blank, photos: [photo('z')] })
    await send()
    expect(readEntry(blank)?.refusal).toMatch(/z\.jpg/)
  })
  it('is each person’s own, and dropped whole', async () => {
    keep({ ...blank, photos: [photo('a')] })
    keep({ ...blank, person: 'q' })
    expect(entriesOf('p')).toHaveLength(1)
    drop(readEntry(blank) as Entry, shelf)
    expect(entriesOf('p')).toHaveLength(0)
    expect(entriesOf('q')).toHaveLength(1)
    expect(shelf.kept.has('a')).toBe(false)
  })
})
