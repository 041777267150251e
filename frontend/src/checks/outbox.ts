// What was found on the spot, kept on the device at every key and sent when there is a network: files first, each once, then the result under a key
// that is fixed when it is saved. Words are in local storage, which keeps them before the next key is pressed; pictures are in the browser's database.

export type Photo = { id: string; name: string; /** Its id on the server, once it is there. */ received: string | null }
export type Standing = 'writing' | 'queued' | 'sent' | 'refused'
export type Entry = {
  person: string
  check: string
  task: string
  number: string
  result: string
  found: string
  occurred_on: string
  photos: Photo[]
  standing: Standing
  /** The idempotency key, while it is on its way. */
  key: string | null
  /** Why the server did not take it. */
  refusal: string | null
  at: number
}

/** Where pictures are until they are sent. */
export interface Pictures {
  put(id: string, blob: Blob): Promise<void>
  get(id: string): Promise<Blob | undefined>
  remove(id: string): Promise<void>
}

/** What carries to the server; a `Refusal` says that trying again changes nothing. */
export interface Carrier {
  file(entry: Entry, name: string, blob: Blob): Promise<string>
  result(entry: Entry, files: string[]): Promise<void>
}
export class Refusal extends Error {}

const prefix = 'bihuan.found/'
const place = (e: Pick<Entry, 'person' | 'check' | 'task'>) => `${prefix}${e.person}/${e.check}/${e.task}`

/** A word nobody else has: 32 hex digits. */
export const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

/** How long what was sent is still shown, milliseconds. */
const shownFor = 24 * 3_600_000

const listeners = new Set<() => void>()
export function onOutbox(tell: () => void) {
  listeners.add(tell)
  window.addEventListener('storage', tell)
  return () => {
    listeners.delete(tell)
    window.removeEventListener('storage', tell)
  }
}
const changed = () => listeners.forEach((tell) => tell())

export function readEntry(of: Pick<Entry, 'person' | 'check' | 'task'>): Entry | null {
  const text = localStorage.getItem(place(of))
  return text ? (JSON.parse(text) as Entry) : null
}

export function keep(entry: Entry) {
  localStorage.setItem(place(entry), JSON.stringify(entry))
  changed()
}

export function drop(entry: Entry, pictures: Pictures) {
  localStorage.removeItem(place(entry))
  for (const photo of entry.photos) void pictures.remove(photo.id).catch(() => undefined)
  changed()
}

/** All that this person keeps on this device, oldest first. */
export function entriesOf(person: string): Entry[] {
  const found: Entry[] = []
  for (let i = 0; i < localStorage.length; i += 1) {
    const key = localStorage.key(i)
    if (!key?.startsWith(`${prefix}${person}/`)) continue
    const text = localStorage.getItem(key)
    if (text) found.push(JSON.parse(text) as Entry)
  }
  return found.sort((a, b) => a.at - b.at)
}

/** Whether anything of this person waits for the network. */
export const isOnTheWay = (person: string) => entriesOf(person).some((e) => e.standing === 'queued')

/** Puts what is written on its way: from now on it is sent under this key, however often. */
export const queue = (entry: Entry) => keep({ ...entry, standing: 'queued', key: fresh(), refusal: null, at: Date.now() })

let sending: Promise<void> | null = null

/** Sends what is on its way, one after the other; stops where the network does. One sender at a time. */
export function sendAll(person: string, pictures: Pictures, carrier: Carrier): Promise<void> {
  sending ??= oneSender(() => each(person, pictures, carrier)).finally(() => {
    sending = null
  })
  return sending
}

/** In all tabs, where the browser can say so; without https the key alone keeps a result from being entered twice. */
async function oneSender(run: () => Promise<void>): Promise<void> {
  return navigator.locks ? navigator.locks.request('bihuan-outbox', run) : run()
}

async function each(person: string, pictures: Pictures, carrier: Carrier) {
  for (const entry of entriesOf(person)) {
    if (entry.standing === 'sent' && Date.now() - entry.at > shownFor) drop(entry, pictures)
    if (entry.standing !== 'queued') continue
    try {
      await one(entry, pictures, carrier)
    } catch (error) {
      if (!(error instanceof Refusal)) return
      replaced(entry, (now) => ({ ...now, standing: 'refused', key: null, refusal: error.message }))
    }
  }
}

/** Writes a change unless the entry was taken up again meanwhile: then it is another one, with a key of its own. */
function replaced(entry: Entry, change: (now: Entry) => Entry): boolean {
  const now = readEntry(entry)
  if (now?.key !== entry.key) return false
  keep(change(now))
  return true
}

async function one(entry: Entry, pictures: Pictures, carrier: Carrier) {
  const files: string[] = []
  for (const photo of entry.photos) {
    // Another tab may have sent it since.
    const known = readEntry(entry)?.photos.find((p) => p.id === photo.id)?.received ?? photo.received
    if (known) {
      files.push(known)
      continue
    }
    const blob = await pictures.get(photo.id)
    if (!blob) throw new Refusal(`${photo.name} 已不在本机，请重新添加后再保存`)
    const received = await carrier.file(entry, photo.name, blob)
    files.push(received)
    if (!replaced(entry, (now) => ({ ...now, photos: now.photos.map((p) => (p.id === photo.id ? { ...p, received } : p)) }))) return
  }
  if (readEntry(entry)?.key !== entry.key) return
  await carrier.result(entry, files)
  if (replaced(entry, (now) => ({ ...now, standing: 'sent', key: null, at: Date.now() }))) for (const photo of entry.photos) await pictures.remove(photo.id).catch(() => undefined)
}
