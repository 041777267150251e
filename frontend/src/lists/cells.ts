// The columns of the three lists, and cells written in them that are not sent yet.
import type { Schemas } from '../api/client'
import type { ListKind } from '../ledger/search'

export type Row = Schemas['ListRow']
export type Measure = Schemas['ListMeasure']
export type Written = Schemas['ListColumn']
export type Result = Schemas['ListResult']

/** A column: what it shows, and as which column of the server it is written. */
export type Column = {
  key: string
  label: string
  width: number
  /** What its cells belong to; a cell of a finding or a task spans all lines of it. */
  of: 'finding' | 'task' | 'measure'
  written?: Written
  isDate?: boolean
  read: (row: Row, measure?: Measure) => string
}

const task = (key: Written & keyof Row, label: string, width: number, isDate = false): Column => ({ key, label, width, of: 'task', written: key, isDate, read: (r) => String(r[key] ?? '') })
const number: Column = { key: 'number', label: '具体问题编号', width: 108, of: 'task', read: (r) => r.number }
const finding = (key: keyof Row, label: string, width: number): Column => ({ key, label, width, of: 'finding', read: (r) => String(r[key] ?? '') })

export const columns: Record<ListKind, Column[]> = {
  findings: [
    finding('finding_number', '问题编号', 76), finding('aspect', '方面', 104), finding('finding', '反馈问题（原文）', 240),
    number, task('title', '具体问题', 240), finding('source', '来源', 96), finding('feedback_document', '反馈文号与日期', 128), finding('amount', '涉及金额', 96),
    finding('basis', '定性依据', 120), finding('scope', '共性/个性', 80), finding('period', '问题发生期间', 112),
  ],
  measures: [
    number, task('title', '具体问题', 200), task('objective', '整改目标', 180), task('disposition', '处置类型', 92), task('due_on', '完成时限', 120, true), task('criteria', '完成标准（可核验）', 200),
    { key: 'measure_number', label: '措施编号', width: 84, of: 'measure', read: (_, m) => m?.number ?? '' },
    { key: 'measure', label: '整改措施', width: 280, of: 'measure', written: 'measure', read: (_, m) => m?.text ?? '' },
    { key: 'measure_due_on', label: '措施时限', width: 120, of: 'measure', written: 'measure_due_on', isDate: true, read: (_, m) => m?.due_on ?? '' },
    { key: 'milestones', label: '阶段节点', width: 200, of: 'measure', read: (_, m) => m?.milestones ?? '' },
    { key: 'outcome', label: '计划成果', width: 160, of: 'measure', read: (_, m) => m?.outcome ?? '' },
  ],
  responsibility: [
    number, { key: 'title', label: '具体问题', width: 220, of: 'task', read: (r) => r.title }, { key: 'numbers', label: '措施编号', width: 120, of: 'task', read: (r) => r.measures.map((m) => m.number).join('、') },
    task('leaders', '责任领导', 140), task('units', '责任单位', 180), task('persons', '责任人', 140), task('supporting', '配合单位', 160),
    { key: 'contact', label: '联系人', width: 92, of: 'task', read: (r) => r.contact }, { key: 'claimed_on', label: '认领日期', width: 104, of: 'task', isDate: true, read: (r) => r.claimed_on ?? '' },
  ],
}

/** A line of the grid: a task, or one of its measures. */
export type Line = { row: Row; measure?: Measure; isFirst: boolean }

export function linesOf(list: ListKind, rows: Row[]): Line[] {
  return rows.flatMap((row): Line[] => {
    const measures = list === 'measures' ? row.measures : []
    return measures.length === 0 ? [{ row, isFirst: true }] : measures.map((measure, i) => ({ row, measure, isFirst: i === 0 }))
  })
}

/** A cell that says something else than the server does. */
export type Edit = { task: string; number: string; version: number; column: Written; label: string; measure?: string; base: string; text: string }
export type Edits = Record<string, Edit>

const keyOf = (task: string, column: Written, measure?: string) => `${task} ${column} ${measure ?? ''}`

export const editOf = (edits: Edits, line: Line, column: Column): Edit | undefined =>
  column.written && edits[keyOf(line.row.id, column.written, column.of === 'measure' ? line.measure?.id : undefined)]

/** Whether the caller may write here; a cell of a task stands on its first line. */
export function isOpen(line: Line, column: Column): boolean {
  if (!column.written || !line.row.open_columns.includes(column.written)) return false
  return column.of === 'measure' ? line.measure !== undefined : line.isFirst
}

/** Writes into a cell; what is as it was is no edit. An edit keeps what was there when it was begun. */
export function written(edits: Edits, line: Line, column: Column, text: string): Edits {
  if (!column.written || !isOpen(line, column)) return edits
  const measure = column.of === 'measure' ? line.measure?.id : undefined
  const key = keyOf(line.row.id, column.written, measure)
  const kept = edits[key]
  const base = kept?.base ?? column.read(line.row, line.measure)
  const { [key]: _, ...rest } = edits
  if (text.trim() === base.trim()) return rest
  return { ...rest, [key]: { task: line.row.id, number: line.row.number, version: kept?.version ?? line.row.version, column: column.written, label: column.label, measure, base, text } }
}

/** Fills a rectangle from a cell to the right and down; what may not be written there is passed over and counted. */
export function filled(edits: Edits, lines: Line[], shown: Column[], at: { line: number; column: number }, table: string[][]): { edits: Edits; written: number; passed: number } {
  let next = edits
  let [n, passed] = [0, 0]
  table.forEach((cells, i) => cells.forEach((text, j) => {
    const [line, column] = [lines[at.line + i], shown[at.column + j]]
    if (!line || !column) passed += 1
    else if (isOpen(line, column)) {
      next = written(next, line, column, text)
      n += 1
    } else if (text.trim() !== '' && text.trim() !== column.read(line.row, line.measure).trim()) passed += 1
  }))
  return { edits: next, written: n, passed }
}

/** The edits as the server takes them, by task, on the oldest version any of them was written on. */
export function items(edits: Edits): { id: string; version: number; cells: { column: Written; measure?: string; text: string }[] }[] {
  const tasks = new Map<string, Edit[]>()
  for (const edit of Object.values(edits)) tasks.set(edit.task, [...(tasks.get(edit.task) ?? []), edit])
  return [...tasks].map(([id, own]) => ({ id, version: Math.min(...own.map((e) => e.version)), cells: own.map(({ column, measure, text }) => ({ column, measure, text })) }))
}

const sameCell = (edit: Edit, id: string, change: { column: Written; measure?: string | null }) => edit.task === id && edit.column === change.column && (edit.measure ?? null) === (change.measure ?? null)

/** What somebody else wrote into a cell since the edit was begun. */
export type Clash = { key: string; edit: Edit; theirs: string }

/** Compares with what holds now: an edit whose cell nobody touched goes on from there, one whose cell another changed is a clash. */
export function compared(edits: Edits, results: Result[]): { edits: Edits; clashes: Clash[] } {
  const next = { ...edits }
  const clashes: Clash[] = []
  for (const [key, edit] of Object.entries(edits)) {
    const result = results.find((r) => r.id === edit.task)
    const change = result?.changes.find((c) => sameCell(edit, result.id, c))
    if (!result || !change || result.version === edit.version) continue
    if (change.old.trim() === edit.base.trim()) next[key] = { ...edit, version: result.version }
    else if (change.old.trim() === edit.text.trim()) delete next[key]
    else clashes.push({ key, edit, theirs: change.old })
  }
  return { edits: next, clashes }
}

/** Mine over theirs, on the version that holds now; or theirs, and mine is gone. */
export function chosen(edits: Edits, clash: Clash, version: number, isMine: boolean): Edits {
  const { [clash.key]: edit, ...rest } = edits
  return edit && isMine ? { ...rest, [clash.key]: { ...edit, base: clash.theirs, version } } : rest
}

/** Without those of these tasks. */
export function without(edits: Edits, tasks: ReadonlySet<string>): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([, e]) => !tasks.has(e.task)))
}
