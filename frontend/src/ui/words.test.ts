import { describe, expect, it } from 'vitest'
import { began, checkCode, countdown, day, left, moment, said, size, today, until, waited, week } from './words'

describe('words', () => {
  it('says moments in the time of Shanghai', () => {
    const year = new Date().getFullYear()
    expect(moment(`${year}-09-18T09:00:00Z`)).toBe('9月18日 17:00')
    expect(moment(`${year - 3}-12-31T16:30:00Z`)).toBe(`${year - 2}年1月1日 00:30`)
  })
  it('says the end of a day as that day, and the beginning as the day it is', () => {
    const year = new Date().getFullYear()
    // 00:00 in Shanghai is 16:00 UTC of the day before.
    expect(until(`${year + 1}-03-31T16:00:00Z`)).toBe(`${year + 1}年3月31日`)
    expect(until(`${year + 1}-03-31T09:00:00Z`)).toBe(`${year + 1}年3月31日 17:00`)
    expect(began(`${year + 1}-03-31T16:00:00Z`)).toBe(`${year + 1}年4月1日`)
    expect(moment(`${year - 1}-03-31T16:00:00Z`)).toBe(`${year - 1}年3月31日 24:00`)
    expect(moment(`${year - 1}-03-31T16:00:30Z`)).toBe(`${year - 1}年4月1日 00:00`)
    expect(until(`${today()}T04:00:00Z`)).toBe('今日 12:00')
  })
  it('puts no machine date before a reader', () => {
    expect(said('时限改为 2019-09-08（上海）；2019-W05 写实未交')).toBe(`时限改为 ${day('2019-09-08')}（上海）；第5周 写实未交`)
    expect(checkCode('0a1b2c3d4e')).toBe('0A1B2C3D')
  })
  it('counts working days both ways', () => {
    expect([left(3), left(0), left(-2), left(null)]).toEqual(['还有 3 个工作日', '今日到期', '已逾期 2 个工作日', ''])
  })
  it('says how long something waits that has no time limit', () => {
    expect([waited(0), waited(3), waited(null)]).toEqual(['今日交来', '已等 3 个工作日', ''])
  })
  it('counts down the last day to the minute', () => {
    const at = (text: string) => countdown('2026-09-18T09:00:00Z', Date.parse(text))
    expect([at('2026-09-18T07:42:00Z'), at('2026-09-18T08:59:30Z'), at('2026-09-18T09:00:00Z'), at('2026-09-17T09:00:00Z'), at('2026-09-17T09:01:00Z')]).toEqual(['1 小时 18 分', '1 分', '', '', '23 小时 59 分'])
  })
  it('names weeks and sizes', () => {
    expect(week('2026-W05')).toBe('第5周')
    expect([size(10), size(3 * 1024 * 1024)]).toEqual(['1 KB', '3.0 MB'])
  })
})
