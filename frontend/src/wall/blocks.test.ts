import { describe, expect, it } from 'vitest'
import { bands, blocks, worstFirst } from './blocks'
import type { Cell, Matrix } from './words'

const cell = (unit: number, finding: number, part: Partial<Cell> = {}): Cell => ({ unit, finding, mark: 'green', tasks: 1, closed: 0, red: 0, yellow: 0, ...part })
const matrix = (units: number, findings: number, cells: Cell[]): Matrix => ({
  units: Array.from({ length: units }, (_, i) => ({ id: `u${i}`, name: `单位${i}`, mark: 'green', tasks: 0, closed: 0, red: 0, yellow: 0 })),
  findings: Array.from({ length: findings }, (_, i) => ({ id: `f${i}`, number: `${i}`, aspect: '', mark: 'green', tasks: 0, closed: 0, red: 0, yellow: 0 })),
  cells, n_units: units, n_findings: findings, n_cells: cells.length,
}) as Matrix

describe('a matrix on a wall', () => {
  it('is cut by rows where all findings fit, in their order', () => {
    const screens = blocks(matrix(5, 3, [cell(0, 2), cell(4, 0, { red: 1 })]), 2, 3)
    expect(screens.map((s) => s.units)).toEqual([[0, 1], [2, 3], [4]])
    expect(screens.every((s) => s.findings.length === 3)).toBe(true)
    expect(screens.map((s) => s.red)).toEqual([0, 0, 1])
  })
  it('shows of too many findings those the rows have a task on, the worst screen first', () => {
    const cells = [...Array.from({ length: 10 }, (_, i) => cell(0, i * 7)), cell(1, 3, { red: 2 }), cell(1, 69, { yellow: 1 }), cell(2, 5, { red: 1 })]
    const screens = blocks(matrix(3, 70, cells), 2, 4)
    expect(screens[0]).toMatchObject({ units: [0, 1], red: 2, yellow: 1 })
    expect(screens[0]?.findings).toContain(3)
    expect(screens[0]?.findings).toContain(69)
    expect([...(screens[0]?.findings ?? [])].sort((a, b) => a - b)).toEqual(screens[0]?.findings)
    expect(screens[1]).toMatchObject({ units: [2], findings: [5], red: 1 })
    // Every cell stands on one screen.
    expect(screens.flatMap((s) => s.cells).length).toBe(cells.length)
  })
  it('is nothing where there is nothing', () => {
    expect(blocks(matrix(0, 0, []), 16, 24)).toEqual([])
  })
})

describe('a matrix at a desk', () => {
  it('puts the worst findings first, and its cells with them', () => {
    const one = matrix(1, 3, [cell(0, 0), cell(0, 2, { red: 1, tasks: 4 })])
    const two = one.findings[2]
    if (two) two.red = 1
    const turned = worstFirst(one)
    expect(turned.findings.map((f) => f.id)).toEqual(['f2', 'f0', 'f1'])
    expect(turned.cells.map((c) => [turned.findings[c.finding]?.id, c.tasks])).toEqual([['f0', 1], ['f2', 4]])
  })
})

describe('a matrix on paper', () => {
  it('goes in one band where it is as wide as the sheet, in more where it is wider', () => {
    expect(bands(30, 40, 1189, 841)).toBe(1)
    expect(bands(300, 2000, 1189, 500)).toBeGreaterThan(1)
  })
})
