import { describe, expect, it } from 'vitest'
import { keyed, monthsLater, typedDay } from './days'

describe('a day that is typed', () => {
  const today = '2026-11-26'
  it('is read as people write it', () => {
    for (const text of ['2026-5-1', '2026.5.1', '2026/05/01', '2026年5月1日', '20260501', ' 2026-05-01 ', '２０２６．５．１']) expect(typedDay(text, today), text).toBe('2026-05-01')
    expect(typedDay('2028-2-29', today)).toBe('2028-02-29')
  })
  it('without a year is the nearest one, the next or the last', () => {
    for (const text of ['12月30日', '12/30', '12-30', '12.30']) expect(typedDay(text, today), text).toBe('2026-12-30')
    expect([typedDay('5月1日', today), typedDay('5/1', today, 'ahead'), typedDay('5/1', today, 'behind')]).toEqual(['2027-05-01', '2027-05-01', '2026-05-01'])
    expect([typedDay('12/30', '2027-01-05'), typedDay('12/30', '2027-01-05', 'behind'), typedDay('12/30', '2027-01-05', 'ahead')]).toEqual(['2026-12-30', '2026-12-30', '2027-12-30'])
    expect([typedDay('11-26', today, 'ahead'), typedDay('11-26', today, 'behind')]).toEqual([today, today])
    expect([typedDay('2/29', '2028-03-01'), typedDay('2/29', '2026-03-01')]).toEqual(['2028-02-29', ''])
  })
  it('is known by its word', () => {
    expect(['今日', '明天', '后天', '昨天'].map((text) => typedDay(text, '2026-12-31'))).toEqual(['2026-12-31', '2027-01-01', '2027-01-02', '2026-12-30'])
  })
  it('that is none is none', () => {
    for (const text of ['', '月底', '2026-13-1', '2026-2-30', '5', '第三季度', '2026-5']) expect(typedDay(text, today), text).toBe('')
  })
})

describe('a month one moves about in', () => {
  it('keeps to its days', () => {
    expect([monthsLater('2026-01-31', 1), monthsLater('2026-03-31', -1), monthsLater('2026-12-15', 1)]).toEqual(['2026-02-28', '2026-02-28', '2027-01-15'])
    // 2026-11-26 is a Thursday.
    expect(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageDown', 'x'].map((key) => keyed('2026-11-26', key)))
      .toEqual(['2026-11-25', '2026-11-27', '2026-11-19', '2026-12-03', '2026-11-23', '2026-11-29', '2026-12-26', undefined])
  })
})
