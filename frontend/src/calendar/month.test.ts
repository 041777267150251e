import { describe, expect, it } from 'vitest'
import { away, ends, monthOf, said, span, weeks } from './month'

describe('a month', () => {
  it('is shown in whole weeks from Monday', () => {
    expect(span('2026-03')).toEqual({ from: '2026-02-23', to: '2026-04-05' })
    expect(span('2021-02')).toEqual({ from: '2021-02-01', to: '2021-02-28' })
    expect(span('2020-11')).toEqual({ from: '2020-10-26', to: '2020-12-06' })
  })
  it('has its ends, also in a leap year', () => {
    expect(ends('2024-02')).toEqual({ first: '2024-02-01', last: '2024-02-29' })
    expect(ends('2026-12')).toEqual({ first: '2026-12-01', last: '2026-12-31' })
  })
  it('goes over the year', () => {
    expect([away('2026-12', 1), away('2026-01', -1), away('2026-03', 12)]).toEqual(['2027-01', '2025-12', '2027-03'])
    expect(said('2026-03')).toBe('2026年3月')
  })
  it('is this one where the address has none', () => {
    expect([monthOf(undefined, '2026-03-02'), monthOf('2026-13', '2026-03-02'), monthOf('2025-07', '2026-03-02')]).toEqual(['2026-03', '2026-03', '2025-07'])
  })
  it('falls into weeks', () => {
    expect(weeks([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([[1, 2, 3, 4, 5, 6, 7], [8]])
  })
})
