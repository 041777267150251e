// What the wall says in a sentence each, and the rows that its figures open.
import type { Schemas } from '../api/client'
import { marks } from '../labels.gen'
import type { LedgerSearch } from '../router'
import { day } from '../ui/words'

export type Wall = Schemas['WallView']
export type Matrix = Schemas['MatrixView']
export type Cell = Schemas['WallCell']
export type Mark = keyof typeof marks
export type Bar = Schemas['ScheduleBar']

export const doors = {
  cell: (matrix: Matrix, cell: Cell): LedgerSearch => ({ lead: matrix.units[cell.unit]?.id ?? 'none', finding: matrix.findings[cell.finding]?.id }),
  unit: (unit: Schemas['WallUnit']): LedgerSearch => ({ lead: unit.id ?? 'none' }),
  finding: (finding: Schemas['WallFinding']): LedgerSearch => ({ finding: finding.id }),
  /** Tasks that are no filter of the ledger, each by its id. */
  named: (tasks: string[]): LedgerSearch => ({ task: tasks.join(',') }),
}

/** A mark as it is written. */
export const markOf = (one: { mark: string }) => one.mark as Mark

/** What a cell says to who does not see it. */
export function cellWords(matrix: Matrix, cell: Cell): string {
  const parts = [`${cell.tasks} 项任务`, cell.closed > 0 && `已销号 ${cell.closed}`, cell.red > 0 && `红灯 ${cell.red}`, cell.yellow > 0 && `预警 ${cell.yellow}`]
  return `${matrix.units[cell.unit]?.name}，问题 ${matrix.findings[cell.finding]?.number}：${marks[markOf(cell)]}，${parts.filter(Boolean).join('，')}`
}

/** Over the matrix: where it is red, else yellow. */
export function matrixTitle(matrix: Matrix): string {
  for (const [key, word] of [['red', '红灯'], ['yellow', '预警']] as const) {
    const n = matrix.cells.reduce((sum, cell) => sum + cell[key], 0)
    if (n === 0) continue
    const of = (list: { [k in 'red' | 'yellow']: number }[]) => list.filter((one) => one[key] > 0).length
    const before = key === 'yellow' ? '没有红灯，' : ''
    return `${before}${n} 项${word}分在 ${of(matrix.units)} 个单位、${of(matrix.findings)} 个问题`
  }
  return matrix.cells.length > 0 ? '没有红灯，也没有预警' : '还没有任务'
}

/** Over the schedule. */
export function scheduleTitle(n: number, overdue: number): string {
  if (n === 0) return '还没有定了时限的任务'
  return overdue > 0 ? `${n} 项任务按时限倒排，${overdue} 项已逾期` : `${n} 项任务按时限倒排，没有逾期`
}

/** Over what is overdue and what moved. */
export function changesTitle(view: Wall): string {
  const late = view.overdue.n > 0 ? `逾期 ${view.overdue.n} 项` : '没有逾期'
  const moved = view.moves.n > 0 ? `本周 ${view.moves.n} 项有进展` : '本周还没有进展'
  const { closed } = view.overview.this_week
  return `${late}；${moved}${closed > 0 ? `，新销号 ${closed} 项` : ''}`
}

/** Over what is to be expected by the report. */
export function outlookTitle(view: Wall): string {
  const to = view.outlook
  const misses = view.behind.n > 0 ? `照现在的进度，${view.behind.n} 项会误期` : '照现在的进度，没有任务会误期'
  return to ? `${misses}；到 ${day(to.by)} 应销号 ${to.planned} 项` : misses
}

/** 11 个工作日 and 22 个日历日, or by how much it is past. */
export function countdownWords(to: Schemas['CountdownView']): { figure: number; unit: string; also: string } {
  const isPast = to.calendar_days < 0
  const also = isPast ? `已过 ${-to.calendar_days} 个日历日` : to.calendar_days === 0 ? '就是今日' : `${to.calendar_days} 个日历日`
  return { figure: Math.abs(to.working_days), unit: isPast ? '个工作日前到期' : '个工作日', also }
}

/** The day of the report with the words it is known by. */
export const reportDay = (to: Schemas['CountdownView']) => (to.text ? `${to.text}，按 ${day(to.on)} 计` : day(to.on))

/** How often the matter of a finding was found before, for who may be told. */
export const recurred = (finding: { n_found?: number | null; years_open?: number | null }) => (finding.n_found ? `\n反弹回潮：发现 ${finding.n_found} 次${finding.years_open ? `，已 ${finding.years_open} 年` : ''}` : '')

/** The parts of what is due by the report; each opens its rows. */
export function outlookParts(view: Wall): { key: string; label: string; n: number; door?: LedgerSearch }[] {
  const to = view.outlook
  if (!to) return []
  const late = view.behind.rows.filter((r) => (r.due_on ?? '') <= to.by).map((r) => r.task_id)
  return [
    { key: 'done', label: '已销号', n: to.closed, door: { due_to: to.by, closed: 'true' } },
    { key: 'red', label: '已逾期', n: to.overdue, door: { due_to: view.overview.due.by < to.by ? view.overview.due.by : to.by, closed: 'false' } },
    { key: 'yellow', label: '照此误期', n: to.behind, door: late.length === to.behind && to.behind > 0 ? doors.named(late) : undefined },
    { key: 'green', label: '按节点推进', n: to.on_course },
  ]
}
