import { describe, expect, it } from 'vitest'
import type { Schemas } from '../api/client'
import { headline } from './words'

const view = (figures: Record<string, number>): Schemas['BriefView'] => ({
  week: '2026-W11', monday: '', sunday: '', from: '', cut_off: '', now: '', n_units: 0, n_whole_units: 0, units: [], lists: [],
  figures: Object.entries(figures).map(([part, n]) => ({ part, label: part, n })),
})

describe('the headline of a brief', () => {
  it('says first who handed in, then what moved', () => {
    expect(headline(view({ owed: 12, missing: 2, late: 1, moved: 5, still: 3 }))).toBe('第11周：应报 12 项写实，未报 2 项、迟报 1 项；有进展 5 项，没有进展 3 项')
  })
  it('says that all was handed in, late or not', () => {
    expect(headline(view({ owed: 12, moved: 5 }))).toBe('第11周：应报 12 项写实报齐；有进展 5 项')
    expect(headline(view({ owed: 12, late: 1, still: 3 }))).toBe('第11周：应报 12 项写实报齐，迟报 1 项；有进展 0 项，没有进展 3 项')
  })
  it('says that there is nothing', () => {
    expect(headline(view({}))).toBe('第11周：没有应报的写实')
  })
})
