// The rows, grouped by finding; a row opens to a peek without leaving the list.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { hasForm, isNext } from '../task/forms'
import { Light, Loaded, Progress, State } from '../ui/parts'
import { day, left, moment, said, week } from '../ui/words'

type Item = Schemas['LedgerLine']
type Group = { number: string; finding: string; aspect: string; items: Item[] }

function grouped(items: Item[]): Group[] {
  const groups: Group[] = []
  for (const item of items) {
    const last = groups[groups.length - 1]
    if (last && last.number === item.finding_number) last.items.push(item)
    else groups.push({ number: item.finding_number, finding: item.finding, aspect: item.aspect, items: [item] })
  }
  return groups
}

export function Lines({ items, canChoose, chosen, setChosen, isStale }: {
  items: Item[]
  canChoose: boolean
  chosen: Map<string, number>
  setChosen: (chosen: Map<string, number>) => void
  isStale: boolean
}) {
  const [peeked, setPeeked] = useState<string | null>(null)
  const toggle = (some: Item[], isOn: boolean) => {
    const next = new Map(chosen)
    for (const item of some) {
      if (isOn) next.set(item.id, item.version)
      else next.delete(item.id)
    }
    setChosen(next)
  }
  const isAll = items.every((i) => chosen.has(i.id))
  const width = canChoose ? 10 : 9
  return (
    <div className={isStale ? 'ledgerbox card stale' : 'ledgerbox card'} tabIndex={0} role="region" aria-label="任务列表">
      <table className="ledger">
        <thead>
          <tr>
            {canChoose && <th className="pick"><input type="checkbox" aria-label="全选本页" checked={isAll} onChange={() => toggle(items, !isAll)} /></th>}
            <th className="fixed">编号</th><th>具体问题</th><th>牵头单位</th><th>牵头领导</th><th>类型</th><th>完成时限</th><th>进度</th><th>状态</th><th>灯与原因</th>
          </tr>
        </thead>
        <tbody>
          {grouped(items).map((group) => (
            <Fragment key={`${group.number}.${group.items[0]?.id}`}>
              <tr className="group">
                {canChoose && <td className="pick"><input type="checkbox" aria-label={`选择问题 ${group.number} 的任务`} checked={group.items.every((i) => chosen.has(i.id))} onChange={(e) => toggle(group.items, e.target.checked)} /></td>}
                <td colSpan={width - (canChoose ? 1 : 0)}>
                  <span className="number">{group.number}</span><b>{group.finding}</b>
                  <small>{group.aspect}，任务 {group.items.length}{sums(group.items)}</small>
                </td>
              </tr>
              {group.items.map((item) => {
                const isPeeked = peeked === item.id
                const classes = [chosen.has(item.id) && 'chosen', isPeeked && 'peeked'].filter(Boolean).join(' ')
                return (
                  <Fragment key={item.id}>
                    <tr className={classes}>
                      {canChoose && <td className="pick"><input type="checkbox" aria-label={`选择 ${item.number}`} checked={chosen.has(item.id)} onChange={(e) => toggle([item], e.target.checked)} /></td>}
                      <td className="fixed"><button type="button" className="unfold" aria-expanded={isPeeked} aria-label={`${item.number} 速览`} onClick={() => setPeeked(isPeeked ? null : item.id)}>›</button><Link to="/tasks/$id" params={{ id: item.id }} search={{}} className="number">{item.number}</Link></td>
                      <td className="title"><Link to="/tasks/$id" params={{ id: item.id }} search={{}} title={item.title}>{item.title}</Link>{item.n_doubts > 0 && <span className="tag amber">疑点 {item.n_doubts}</span>}</td>
                      <td className="unit" title={item.lead_unit ?? ''}>{item.lead_unit ?? '—'}</td>
                      <td className="nowrap">{item.lead_leader ?? '—'}</td>
                      <td className="nowrap">{item.disposition_label ?? '—'}</td>
                      <td className="due"><Due item={item} /></td>
                      <td className="nowrap"><Progress done={item.progress_done} all={item.progress_all} /></td>
                      <td className="stands"><State label={item.state_label} /></td>
                      <td className="reason">{item.is_closed ? <span className="muted">—</span> : <><Light light={item.light} />{item.light.reasons[0] && <small>{said(item.light.reasons[0])}</small>}</>}</td>
                    </tr>
                    {isPeeked && <tr className="peek"><td colSpan={width}><Peek id={item.id} /></td></tr>}
                  </Fragment>
                )
              })}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sums(items: Item[]): string {
  const closed = items.filter((i) => i.is_closed).length
  return closed > 0 ? `，已销号 ${closed}` : ''
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

/** The task in a glance: its original words, its nodes, last week's statement, what can be done. */
function Peek({ id }: { id: string }) {
  const query = useQuery({ queryKey: ['task', id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id } } })) })
  return (
    <Loaded query={query}>
      {(task) => {
        const statement = task.statements.find((s) => s.is_newest)
        return (
          <div className="peekgrid">
            <div>
              <b>{task.title}</b>
              <p className="muted">{task.units.map((u, i) => `${u.name}${i === 0 ? '（牵头）' : ''}`).join('、')}　{task.leaders.map((l) => l.name).join('、')}</p>
              <ol className="nodes column">
                {task.milestones.slice(0, 6).map((n) => (
                  <li key={n.id} className={n.done_on ? 'done' : n.is_late ? 'late' : ''}>{n.title} <small>{n.due_on ? day(n.due_on) : '未定时间'}{n.done_on ? `，${day(n.done_on)} 完成` : n.is_late ? '，已过期未报' : ''}</small></li>
                ))}
              </ol>
            </div>
            <div>
              {statement ? (
                <>
                  <b>{week(statement.week)}写实</b> <span className="muted">{moment(statement.at)} {statement.unit.name}，{statement.reply_label}</span>
                  <p>{statement.progress ?? `本周无进展：${statement.no_progress_reason}`}</p>
                </>
              ) : <p className="muted">还没有写实。</p>}
              {task.working_days_left !== null && <p className="muted">时限 {day(task.due_on)}，{left(task.working_days_left)}</p>}
            </div>
            <div className="acts">
              <Link to="/tasks/$id" params={{ id }} search={{}} className="button">打开任务</Link>
              {task.open_actions.filter((a) => a.is_possible && isNext(a.action) && hasForm(a.action)).slice(0, 2).map((a) => (
                <Link key={a.action} to="/tasks/$id" params={{ id }} search={{ act: a.action }} className="button quiet">{a.label}</Link>
              ))}
            </div>
          </div>
        )
      }}
    </Loaded>
  )
}
