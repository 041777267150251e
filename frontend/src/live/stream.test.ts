import { describe, expect, it } from 'vitest'
import { messages, pause } from './stream'

describe('a stream', () => {
  it('is read in whole messages, however it is cut', () => {
    const sent = 'event: hello\ndata: {}\n\n: alive\n\nevent: changed\ndata: {"todo":true}\n\n'
    for (let cut = 0; cut <= sent.length; cut += 1) {
      const first = messages(sent.slice(0, cut))
      const second = messages(first.rest + sent.slice(cut))
      expect([...first.whole, ...second.whole]).toEqual([{ event: 'hello', data: '{}' }, { event: 'changed', data: '{"todo":true}' }])
      expect(second.rest).toBe('')
    }
  })
  it('takes a proxy’s line ends and data of several lines', () => {
    expect(messages('event: changed\r\ndata: 1\r\ndata: 2\r\n\r\n').whole).toEqual([{ event: 'changed', data: '1\n2' }])
  })
  it('comes back later and later, at most after a minute', () => {
    expect([0, 1, 2, 3].map((n) => pause(n, 1))).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(pause(50, 1)).toBe(60_000)
    expect(pause(0, 0)).toBe(500)
  })
})
