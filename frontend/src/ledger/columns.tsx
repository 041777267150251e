// The ledger's columns: what each shows of a task, and by which of them the server orders.
import type { ReactNode } from 'react'
import { completionStatuses } from '../labels.gen'
import { Light, Progress, State } from '../ui/parts'
import { day, moment, said } from '../ui/words'
import type { Known } from './layout'
import type { Item } from './rows'

export type Column = Known & { label: string; className?: string; sort?: string; cell: (item: Item) => ReactNode }

/** Plain addresses: the table takes a press of one to the router, so that a row has nothing of its own to set up. */
const taskAddress = (id: string) => `/tasks/${id}`
export const taskOf = (link: HTMLAnchorElement): string | undefined => /^\/tasks\/([^/]+)$/.exec(link.getAttribute('href') ?? '')?.[1]

/** How often the matter of a finding was found, and for how long it is known. */
const recurred = (item: Item) => `反复 ${item.n_found} 次${item.years_open ? `·${item.years_open} 年` : ''}`

const text = (value?: string | null) => <span className="one" title={value ?? undefined}>{value || '—'}</span>

export const columns: Column[] = [
  { key: 'number', label: '编号', width: 84, isFixed: true, sort: 'number', cell: (i) => <a href={taskAddress(i.id)} className="number">{i.number}</a> },
  {
    key: 'title', label: '具体问题', width: 248, isFixed: true, className: 'title',
    cell: (i) => <a href={taskAddress(i.id)} title={i.title}>{i.is_key && <span className="tag key">关键</span>}{i.title}{i.n_found && <span className="tag amber">{recurred(i)}</span>}{i.n_doubts > 0 && <span className="tag amber">疑点 {i.n_doubts}</span>}</a>,
  },
  { key: 'aspect', label: '方面', width: 128, cell: (i) => text(i.aspect) },
  { key: 'finding', label: '反馈问题', width: 200, className: 'words', cell: (i) => <span className="two" title={i.finding}>{i.finding_number} {i.finding}</span> },
  { key: 'lead_unit', label: '牵头单位', width: 120, className: 'unit', cell: (i) => text(i.lead_unit) },
  { key: 'lead_leader', label: '牵头领导', width: 80, cell: (i) => text(i.lead_leader) },
  { key: 'disposition', label: '类型', width: 80, cell: (i) => text(i.disposition_label) },
  { key: 'due', label: '完成时限', width: 176, className: 'due', sort: 'due', cell: (i) => <Due item={i} /> },
  { key: 'original_due', label: '原定时限', width: 104, cell: (i) => text(i.original_due_on && day(i.original_due_on)) },
  { key: 'progress', label: '进度', width: 112, cell: (i) => <Progress done={i.progress_done} all={i.progress_all} /> },
  { key: 'measures', label: '措施数', width: 72, cell: (i) => text(String(i.n_measures)) },
  { key: 'state', label: '状态', width: 92, className: 'stands', cell: (i) => <State label={i.state_label} /> },
  { key: 'completion', label: '完成情况', width: 132, cell: (i) => text((completionStatuses as Record<string, string>)[i.completion_status]) },
  { key: 'light', label: '灯与原因', width: 180, className: 'reason', sort: 'light', cell: (i) => <Why item={i} /> },
  { key: 'changed', label: '最近变动', width: 140, cell: (i) => text(moment(i.updated_at)) },
]

export const usual = ['number', 'title', 'lead_unit', 'lead_leader', 'disposition', 'due', 'progress', 'state', 'light']

function Why({ item }: { item: Item }) {
  if (item.is_closed) return <span className="muted">—</span>
  const why = item.light.reasons.map(said).join('；')
  return <span className="two" title={why || undefined}><Light light={item.light} />{item.light.reasons[0] && <small>{said(item.light.reasons[0])}</small>}</span>
}

function Due({ item }: { item: Item }) {
  const days = item.working_days_left
  return (
    <>
      {item.due_on ? <span className="on">{day(item.due_on)}</span> : item.review_on ? <span className="on">{day(item.review_on)}</span> : '—'}
      {days !== null && days !== undefined && <small className={days < 0 ? 'late' : 'muted'}>{days < 0 ? `逾期 ${-days} 日` : days === 0 ? '今日' : `还 ${days} 日`}</small>}
      {item.original_due_on && item.original_due_on !== item.due_on && <small className="tag" title={`原定 ${day(item.original_due_on)}，已延期`}>延</small>}
      {!item.due_on && item.review_on && <small className="tag" title="长期坚持，按期评估">评</small>}
    </>
  )
}
