import { describe, expect, it } from 'vitest'
import { left, moment, size, week } from './words'

describe('words', () => {
  it('says moments in the time of Shanghai', () => {
    const year = new Date().getFullYear()
    expect(moment(`${year}-09-18T09:00:00Z`)).toBe('9月18日 17:00')
    expect(moment(`${year - 3}-12-31T16:30:00Z`)).toBe(`${year - 2}年1月1日 00:30`)
  })
  it('counts working days both ways', () => {
    expect([left(3), left(0), left(-2), left(null)]).toEqual(['还有 3 个工作日', '今日到期', '已逾期 2 个工作日', ''])
  })
  it('names weeks and sizes', () => {
    expect(week('2026-W05')).toBe('第5周')
    expect([size(10), size(3 * 1024 * 1024)]).toEqual(['1 KB', '3.0 MB'])
  })
})
