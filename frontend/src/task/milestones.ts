// Milestones as they are typed, pasted out of a spreadsheet, or worked back from the end.
import { cells, dayOf, narrow } from '../ui/table'

export type Milestone = { id?: string | null; measure?: string | null; unit?: string | null; weight?: number; title: string; proof: string; due_on: string }
type Measure = { id: string; number: string }
type Column = 'title' | 'due_on' | 'proof' | 'measure'

const names: [RegExp, Column][] = [
  [/^(计划|预计)?(完成)?(时间|日期|时限|节点时间|截止)/, 'due_on'],
  [/(佐证|证明|成果|依据|材料)/, 'proof'],
  [/^(整改)?措施(编号|序号)?$/, 'measure'],
  [/(节点|阶段|步骤|做到|内容|目标|工作|事项)/, 'title'],
]

export type ReadMilestones = { milestones: Milestone[]; faults: string[] }

/** A pasted table as milestones: by its headings, else by what its columns hold. */
export function readMilestones(text: string, measures: Measure[], from: string): ReadMilestones {
  const table = cells(text)
  const first = table[0] ?? []
  const heads = first.map((cell) => (dayOf(cell, from) ? undefined : names.find(([known]) => known.test(narrow(cell)))?.[1]))
  const isHeaded = heads.includes('title') && heads.filter(Boolean).length >= Math.min(2, first.length) && first.every((cell) => narrow(cell).length <= 12)
  const body = isHeaded ? table.slice(1) : table
  const measureOf = (cell: string | undefined) => measures.find((m) => narrow(m.number).toUpperCase() === narrow(cell ?? '').toUpperCase())?.id
  const columns = isHeaded ? heads : guess(body, from, (cell) => Boolean(measureOf(cell)))
  const at = (row: string[], column: Column) => row[columns.indexOf(column)] ?? ''
  const found: ReadMilestones = { milestones: [], faults: [] }
  if (!columns.includes('title')) return { milestones: [], faults: ['表里没有读到节点：一行一个节点，写做到什么、时间、以什么为证'] }
  body.forEach((row, i) => {
    const title = at(row, 'title')
    if (title === '') {
      if (row.some((cell) => cell !== '')) found.faults.push(`第 ${i + 1} 行没有写做到什么`)
      return
    }
    const on = at(row, 'due_on')
    const due_on = dayOf(on, from)
    if (on !== '' && due_on === '') found.faults.push(`“${title.slice(0, 16)}”的时间“${on}”不是日期，请在表单里选定`)
    const measure = at(row, 'measure')
    if (measure !== '' && !measureOf(measure)) found.faults.push(`“${title.slice(0, 16)}”的措施“${measure.slice(0, 16)}”没有对上，暂放整项任务`)
    found.milestones.push({ title, due_on, proof: at(row, 'proof'), measure: measureOf(measure) ?? null })
  })
  return found
}

/** Columns without headings: dates and measure numbers tell themselves, what is left is the title and then the proof. */
function guess(body: string[][], from: string, isMeasure: (cell: string) => boolean): (Column | undefined)[] {
  const width = Math.max(0, ...body.map((row) => row.length))
  const mostly = (column: number, is: (cell: string) => boolean) => {
    const filled = body.map((row) => row[column] ?? '').filter((cell) => cell !== '')
    return filled.length > 0 && filled.filter(is).length > filled.length / 2
  }
  const left: Column[] = ['title', 'proof']
  return Array.from({ length: width }, (_, i) => {
    if (mostly(i, (cell) => dayOf(cell, from) !== '')) return 'due_on'
    if (mostly(i, isMeasure)) return 'measure'
    if (mostly(i, (cell) => /^\d{1,3}$/.test(narrow(cell)))) return undefined
    return left.shift()
  })
}

/** Puts new ones in: one of the same measure and words takes the new date and proof, the others come to their place by date within their measure. */
export function merged(now: Milestone[], added: Milestone[]): Milestone[] {
  const same = (a: Milestone, b: Milestone) => (a.measure ?? null) === (b.measure ?? null) && a.title.trim() === b.title.trim()
  const kept = now.map((m) => {
    const to = added.find((a) => same(m, a))
    return to ? { ...m, due_on: to.due_on || m.due_on, proof: to.proof || m.proof } : m
  })
  const all = [...kept.filter((m) => m.title.trim() !== '' || m.due_on !== ''), ...added.filter((a) => !now.some((m) => same(m, a)))]
  const lanes = all.map((m) => m.measure ?? '')
  const lane = (m: Milestone) => lanes.indexOf(m.measure ?? '')
  const on = (m: Milestone) => m.due_on || '9999'
  return [...all].sort((a, b) => lane(a) - lane(b) || on(a).localeCompare(on(b)))
}

const number = (on: string) => Date.parse(`${on}T00:00:00Z`) / 864e5
const iso = (n: number) => new Date(n * 864e5).toISOString().slice(0, 10)
/** Days from one day to another. */
export const daysBetween = (from: string, to: string) => number(to) - number(from)
export const plusDays = (on: string, n: number) => iso(number(on) + n)

/** The day so many working days on, as far as it is known which are worked; the nearest worked one before where `by` is 0. */
export function plusWorkingDays(on: string, by: number, rest: ReadonlySet<string>): string {
  let day = on
  const step = by > 0 ? 1 : -1
  if (by === 0) while (rest.has(day)) day = plusDays(day, -1)
  for (let left = Math.abs(by); left > 0; ) {
    day = plusDays(day, step)
    if (!rest.has(day)) left -= 1
  }
  return day
}
