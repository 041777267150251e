// What is another between two looks at a task: what a person decided on, and what holds now.
import type { Schemas } from '../api/client'
import { day, said } from '../ui/words'

type Task = Schemas['TaskView']
export type TaskChange = { label: string; before: string; now: string }

const names = (list: { name: string }[]) => list.map((x) => x.name).join('、')
const milestone = (m: Schemas['MilestoneView']) => [m.due_on ? day(m.due_on) : '未定时间', m.is_implicit ? '整条措施完成' : m.title, m.proof && `佐证：${m.proof}`, m.done_on && `已于 ${day(m.done_on)} 完成`].filter(Boolean).join(' ')

/** Every part of a task that people decide on, in words. */
const said_of: [string, (t: Task) => string][] = [
  ['状态', (t) => t.state_label],
  ['完成时限', (t) => (t.due_on ? day(t.due_on) : t.review_on ? `评估 ${day(t.review_on)}` : '—')],
  ['整改目标', (t) => t.objective ?? '—'],
  ['完成标准', (t) => t.criteria.map((c, i) => `${i + 1}. ${c.text}`).join('\n') || '—'],
  ['措施', (t) => t.measures.map((m) => `${m.number} ${m.text}${m.due_on ? `（${day(m.due_on)}）` : ''}${m.is_excused ? '，不再实施' : ''}`).join('\n')],
  ['节点', (t) => t.milestones.map(milestone).join('\n')],
  ['责任领导', (t) => names(t.leaders) || '—'],
  ['责任单位', (t) => names(t.units) || '—'],
  ['责任人', (t) => names(t.persons) || '—'],
  ['单位分管领导', (t) => t.unit_leader?.name ?? '—'],
  ['签批', (t) => t.requests.map((r) => `${r.kind_label}：${r.state_label}，签 ${r.signatures.filter((s) => !s.is_void).length} 人`).join('\n') || '—'],
]

export function changesOf(before: Task, now: Task): TaskChange[] {
  return said_of.flatMap(([label, of]) => (of(before) === of(now) ? [] : [{ label, before: said(of(before)), now: said(of(now)) }]))
}

/** Who changed it since, in the sentences of the history. */
export function eventsSince(before: Task, now: Task): string[] {
  const seen = before.history[0]?.seq ?? 0
  return now.history.filter((h) => h.seq > seen && h.decides).map((h) => `${h.who} ${said(h.text)}`)
}
