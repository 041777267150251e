// What the figures say, in a sentence each; and the rows of the ledger that each figure opens.
import type { Schemas } from '../api/client'
import type { LedgerSearch } from '../router'

type View = Schemas['OverviewView']
type Bar = Schemas['BarView']
type Week = Schemas['WeekPoint']

/** A part of a sentence; a figure with a door opens those rows. */
export type Part = { text: string; door?: LedgerSearch; isBad?: boolean }

export const doors = {
  all: {} as LedgerSearch,
  closed: { closed: 'true' } as LedgerSearch,
  open: { closed: 'false' } as LedgerSearch,
  observing: { state: 'observing' } as LedgerSearch,
  red: { light: 'red' } as LedgerSearch,
  notStarted: { completion: 'not_started' } as LedgerSearch,
  unanswered: { unanswered: 'true' } as LedgerSearch,
  dueBy: (by: string): LedgerSearch => ({ due_to: by }),
  closedOfDue: (by: string): LedgerSearch => ({ due_to: by, closed: 'true' }),
  overdue: (by: string): LedgerSearch => ({ due_to: by, closed: 'false' }),
  dueIn: (from: string, to: string): LedgerSearch => ({ due_from: from, due_to: to }),
  dueOpenIn: (from: string, to: string): LedgerSearch => ({ due_from: from, due_to: to, closed: 'false' }),
  closedIn: (from: string, to: string): LedgerSearch => ({ closed_from: from, closed_to: to }),
  closedBy: (to: string): LedgerSearch => ({ closed_to: to }),
}

/** The stacks of a bar, in order: what is red first. */
export const stacks = [
  { key: 'red', label: '红灯', shape: 'red', door: { light: 'red' } },
  { key: 'yellow', label: '预警', shape: 'yellow', door: { light: 'yellow' } },
  { key: 'green', label: '正常', shape: 'green', door: { light: 'green' } },
  { key: 'dark', label: '已销号', shape: 'done', door: { light: 'none', closed: 'true' } },
  { key: 'draft', label: '待下发', shape: '', door: { state: 'draft' } },
] as const satisfies readonly { key: keyof Bar; label: string; shape: string; door: LedgerSearch }[]

/** The page's title: how far, and what is red. */
export function headline(view: View): Part[] {
  const { tasks, closed, red } = view.chain
  if (tasks === 0) return [{ text: '还没有任务' }]
  const parts: Part[] = [{ text: `${tasks} 项任务已销号 ${closed} 项，` }]
  parts.push(red > 0 ? { text: `红灯 ${red} 项`, door: doors.red, isBad: true } : { text: '没有红灯' })
  if (view.due.overdue > 0) parts.push({ text: '，' }, { text: `逾期 ${view.due.overdue} 项`, door: doors.overdue(view.due.by), isBad: true })
  return parts
}

/** Below the title: what was due, and what became of it. */
export function due(view: View): Part[] {
  const { all, closed, overdue, by } = view.due
  if (all === 0) return [{ text: '还没有到期的任务。' }]
  return [
    { text: '到期应销号 ' }, { text: `${all} 项`, door: doors.dueBy(by) },
    { text: '：已销号 ' }, { text: `${closed} 项`, door: doors.closedOfDue(by) },
    { text: '，逾期 ' }, { text: `${overdue} 项`, door: doors.overdue(by), isBad: overdue > 0 },
    { text: '。' },
  ]
}

/** Over the lines: fact against plan, and what is owed. */
export function pace(view: View): string {
  const more = view.chain.closed - view.due.all
  const total = more > 0 ? `销号总数比计划多 ${more} 项` : more < 0 ? `销号总数比计划少 ${-more} 项` : '销号总数与计划持平'
  const owed = view.due.overdue > 0 ? `到期的还欠 ${view.due.overdue} 项` : view.due.all > 0 ? '到期的都已销号' : '还没有到期的'
  return `${total}，${owed}`
}

const total = (bars: Bar[], key: 'red' | 'yellow') => bars.reduce((sum, bar) => sum + bar[key], 0)

/** Over the units: where the red ones are. */
export function whereRed(view: View): string {
  const { units, n_units, chain } = view
  if (units.length === 0) return '还没有确定牵头单位'
  for (const [key, word, all] of [['red', '红灯', chain.red], ['yellow', '预警', chain.yellow]] as const) {
    const with_ = units.filter((u) => u[key] > 0)
    const first = with_[0]
    if (!first) continue
    const before = key === 'yellow' ? '没有红灯，' : ''
    const isWhole = total(units, key) === all || units.length === n_units
    const most = with_.every((u) => u === first || u[key] < first[key]) && with_.length > 1 ? `，${first.name}最多` : ''
    if (with_.length === 1 && isWhole) return `${before}${total(units, key)} 项${word}都在${first.name}`
    return `${before}${isWhole ? total(units, key) : all} 项${word}分在 ${with_.length} ${isWhole ? '个' : '个以上'}单位${most}`
  }
  return '各单位没有红灯，也没有预警'
}

/** Over the aspects: the one in the worst case. */
export function worstAspect(aspects: Bar[]): string {
  const worst = [...aspects].sort((a, b) => b.red - a.red || b.yellow - a.yellow)[0]
  if (!worst) return '还没有任务'
  if (worst.red === 0 && worst.yellow === 0) return '各方面没有红灯，也没有预警'
  const parts = [worst.red > 0 && `红灯 ${worst.red}`, worst.yellow > 0 && `预警 ${worst.yellow}`].filter(Boolean)
  return `${worst.name}最重：${worst.tasks} 项中${parts.join('、')}`
}

/** Over the rates: what is not reached. */
export function lacking(view: View): string {
  const findings = view.landed.not_landed + view.landed.bare
  const parts = [findings > 0 && `${findings} 个问题还没着落`, view.echo.overdue > 0 && `${view.echo.overdue} 件还没回音`].filter(Boolean)
  return parts.length > 0 ? parts.join('，') : '件件有着落，事事有回音'
}

/** A share in percent with one place; 100 only where nothing is lacking, none where there is nothing to share. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '—'
  return part === whole ? '100' : (Math.floor((part / whole) * 1000) / 10).toFixed(1)
}

/** The week today lies in, by its place among the points. */
export const thisWeek = (weeks: Week[]) => weeks.reduce((at, w, i) => (w.closed_by_then === null || w.closed_by_then === undefined ? at : i), 0)
