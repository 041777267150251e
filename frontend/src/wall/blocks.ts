// A matrix cut into screens: as many rows and columns as can be read from afar, the worst first.
import type { Cell, Matrix } from './words'

/** One screen of a matrix: places of its rows and columns. */
export type Block = { units: number[]; findings: number[]; cells: Cell[]; red: number; yellow: number }

/** Screens that turn by themselves; the others are turned to by hand. */
export const TURNED = 12

function chunks<T>(list: T[], size: number): T[][] {
  const found: T[][] = []
  for (let at = 0; at < list.length; at += size) found.push(list.slice(at, at + size))
  return found
}

const sum = (cells: Cell[], key: 'red' | 'yellow') => cells.reduce((n, cell) => n + cell[key], 0)

/**
 * The screens of a matrix. Where all findings fit, each screen has all of them in their order; else only those that the rows of the screen have a
 * task on, the worst of them first. Screens with most red stand first; those of one that fits whole stay in the order of its rows.
 */
export function blocks(matrix: Matrix, rows: number, columns: number): Block[] {
  const ofUnit = new Map<number, Cell[]>()
  for (const cell of matrix.cells) ofUnit.set(cell.unit, [...(ofUnit.get(cell.unit) ?? []), cell])
  const isWhole = matrix.findings.length <= columns
  const found: Block[] = []
  for (const units of chunks(matrix.units.map((_, i) => i), rows)) {
    const cells = units.flatMap((unit) => ofUnit.get(unit) ?? [])
    if (isWhole) {
      found.push({ units, findings: matrix.findings.map((_, i) => i), cells, red: sum(cells, 'red'), yellow: sum(cells, 'yellow') })
      continue
    }
    const weight = new Map<number, [number, number, number]>()
    for (const cell of cells) {
      const [red, yellow, open] = weight.get(cell.finding) ?? [0, 0, 0]
      weight.set(cell.finding, [red + cell.red, yellow + cell.yellow, open + cell.tasks - cell.closed])
    }
    const heavy = [...weight].sort(([a, x], [b, y]) => y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || a - b).map(([finding]) => finding)
    for (const chunk of chunks(heavy, columns)) {
      const findings = chunk.sort((a, b) => a - b)
      const here = new Set(findings)
      const within = cells.filter((cell) => here.has(cell.finding))
      found.push({ units, findings, cells: within, red: sum(within, 'red'), yellow: sum(within, 'yellow') })
    }
  }
  return isWhole ? found : found.sort((a, b) => b.red - a.red || b.yellow - a.yellow)
}

/** The same with the findings worst first instead of in the inspecting body's order. */
export function worstFirst(matrix: Matrix): Matrix {
  const order = matrix.findings.map((finding, i) => ({ finding, i }))
    .sort((a, b) => b.finding.red - a.finding.red || b.finding.yellow - a.finding.yellow || b.finding.tasks - b.finding.closed - (a.finding.tasks - a.finding.closed) || a.i - b.i)
  const place = new Map(order.map(({ i }, at) => [i, at]))
  return { ...matrix, findings: order.map(({ finding }) => finding), cells: matrix.cells.map((cell) => ({ ...cell, finding: place.get(cell.finding) ?? 0 })) }
}

/** In how many bands, one below the other, a matrix fills a sheet with the largest cells. */
export function bands(rows: number, columns: number, width: number, height: number): number {
  let [best, most] = [1, 0]
  for (let n = 1; n <= 12; n += 1) {
    const side = Math.min(width / (Math.ceil(columns / n) + 8), height / ((rows + 3) * n))
    if (side > most) [best, most] = [n, side]
  }
  return best
}
