// What waits for me, by urgency; most of it is done without leaving the list.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { ReportDue } from '../documents/reportdue'
import { useElsewhere, useTodo } from '../frame'
import type { LedgerSearch } from '../router'
import { NoRound, useRound, useSession } from '../session'
import { hasForm } from '../task/forms'
import { ActionPanel } from '../task/panel'
import { useSend } from '../ui/form'
import { Empty, Loaded, Loading, Refused, Shape } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, left, said, until, waited } from '../ui/words'

type Item = Schemas['TodoItem']
const groups = [['overdue', '逾期'], ['today', '今日'], ['week', '本周'], ['waiting', '随到随办'], ['later', '以后']] as const
/** What cannot wait is drawn full; of the rest only what comes first. */
const urgent = ['overdue', 'today']

/** Acts that need no more than a click. */
const atOnce: Record<string, string> = { claim: 'claim' }
/** Acts whose forms need the task beside them. */
const withContent = ['submit_plan', 'request_closure', 'submit_statement']

/** Acts of the personal duties, and the page each is done on. */
const dutiesOf: Record<string, '/duties' | '/duties/new'> = { confirm_duty: '/duties', record_duty: '/duties/new' }

/** What of the ledger an act about several tasks is about. */
const ledgerOf: Record<string, LedgerSearch> = { issue: { state: 'draft' } }

export function Todo() {
  useTitle('我的待办')
  const round = useRound()
  const query = useTodo()
  if (round === '') return <NoRound title="我的待办" />
  return <Loaded query={query}>{(list) => <Whole list={list} />}</Loaded>
}

/** What waits in rounds one does not look at just now. */
function OtherRounds() {
  const { chooseRound } = useSession()
  const rounds = useElsewhere()
  if (rounds.length === 0) return null
  return (
    <ul className="otherrounds" aria-label="别处的待办">
      {rounds.map((of) => (
        <li key={of.round_id}>
          <span>另有 <b>{of.count}</b> 项在“{of.name}”{of.overdue > 0 && <span className="late">，逾期 {of.overdue} 项</span>}</span>
          <button type="button" onClick={() => chooseRound(of.round_id)}>去看</button>
        </li>
      ))}
    </ul>
  )
}

function Whole({ list }: { list: Schemas['TodoList'] }) {
  const shown = groups.map(([key, label]) => ({ key, label, items: list.items.filter((i) => i.group === key) })).filter((g) => g.items.length > 0)
  const hasOthers = useElsewhere().length > 0
  const summary = [list.overdue > 0 && `逾期 ${list.overdue} 项`, list.today > 0 && `今日 ${list.today} 项`].filter(Boolean).join('，')
  return (
    <>
      <div className="head">
        <h1>我的待办</h1>
        <p>{list.items.length === 0 ? (hasOthers ? '本轮都办完了' : '都办完了') : summary || `共 ${list.items.length} 项，没有逾期`}</p>
        {list.records_duties && <div className="acts"><Link to="/duties/new" search={{}} className="button">记四个亲自</Link></div>}
      </div>
      <OtherRounds />
      {!list.is_calendar_announced && <p className="note">今年的放假安排尚未公布，工作日暂按周一至周五计。</p>}
      <div className="withrail">
        <div className="todo">
          {list.items.length === 0 && <Empty>现在没有等您办的事。新的任务和签批会出现在这里。<br /><Link to="/ledger" search={{}} className="button">看台账</Link></Empty>}
          {shown.map((group, i) => (
            <section key={group.key} aria-label={group.label}>
              <header className={group.key}>
                <h2>{group.label} <span>{group.items.length}</span></h2>
                {i === 0 && <><span>何时起</span><span>何时止</span></>}
              </header>
              <ul className="card lines">
                {group.items.map((item, nth) => <Line key={`${item.action}.${item.task_id ?? item.check_id ?? item.slip_id ?? item.document_id ?? item.publication_id ?? item.opinion_id ?? item.handover_id ?? item.systemic_problem_id ?? item.rule_id ?? item.appraisal_id ?? item.meeting_id ?? ''}.${item.resolution_id ?? ''}.${item.what}`} item={item} isLate={group.key === 'overdue'} isFirst={urgent.includes(group.key) || (i === 0 && nth === 0)} />)}
              </ul>
            </section>
          ))}
        </div>
        <aside className="rail">
          {list.own && <Own own={list.own} />}
          {list.report && <ReportDue report={list.report} />}
          {list.handed_in.length > 0 && <HandedIn items={list.handed_in} />}
        </aside>
      </div>
    </>
  )
}

function Line({ item, isLate, isFirst }: { item: Item; isLate: boolean; isFirst: boolean }) {
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const path = atOnce[item.action]
  const now = useSend(async () => {
    await post(`/tasks/${item.task_id}/${path}`, {}, item.version ?? undefined)
    await queries.invalidateQueries()
  })
  const emphasis = isFirst ? 'main' : 'soft'
  return (
    <li className={isOpen ? 'open' : ''}>
      <div className="line">
        <div className="what">
          <p><b>{said(item.what)}</b>{item.context && <span className="muted">{said(item.context)}</span>}</p>
          {item.task_id && (
            <p><Link to="/tasks/$id" params={{ id: item.task_id }} search={{}} className="number">{item.number}</Link>{item.title}</p>
          )}
        </div>
        <div className="span">{item.since ? <><span>{began(item.since)}</span><small>{item.from}</small></> : <span className="muted">—</span>}</div>
        <div className={isLate ? 'span late' : 'span'}>
          {item.due_at ? <><span>{until(item.due_at)}</span><small>{left(item.working_days_left)}</small></> : waited(item.working_days_waited) ? <span className="waited">{waited(item.working_days_waited)}</span> : <span className="muted">—</span>}
        </div>
        <div className="do">
          {path ? (
            <button type="button" className={emphasis} disabled={now.busy} onClick={() => void now.submit()}>{now.busy ? '正在办理…' : item.verb}</button>
          ) : item.about.length > 0 && hasForm(item.action) && !withContent.includes(item.action) && !(item.action in ledgerOf) ? (
            <button type="button" className={emphasis} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{isOpen ? '收起' : item.verb}</button>
          ) : (
            <Elsewhere item={item} className={`button ${emphasis}`} />
          )}
        </div>
      </div>
      <Refused error={now.error} />
      {isOpen && <InPlace ids={item.about} action={item.action} onClose={() => setOpen(false)} />}
    </li>
  )
}

function Elsewhere({ item, className }: { item: Item; className: string }) {
  if (item.action === 'submit_statement') return <Link to="/statements" search={item.week ? { week: item.week } : {}} className={className}>{item.verb}</Link>
  const duties = dutiesOf[item.action]
  if (duties) return <Link to={duties} search={{}} className={className}>{item.verb}</Link>
  if (item.document_id) return <Link to="/documents/$id" params={{ id: item.document_id }} className={className}>{item.verb}</Link>
  if (item.action === 'prepare_report') return <Link to="/documents" className={className}>{item.verb}</Link>
  if (item.publication_id) return <Link to="/publications/$id" params={{ id: item.publication_id }} search={{ act: item.action }} className={className}>{item.verb}</Link>
  if (item.systemic_problem_id) return <Link to="/systemic/$id" params={{ id: item.systemic_problem_id }} className={className}>{item.verb}</Link>
  if (item.handover_id) return <Link to="/handovers/$id" params={{ id: item.handover_id }} className={className}>{item.verb}</Link>
  if (item.rule_id) return <Link to="/rules/$id" params={{ id: item.rule_id }} search={{}} className={className}>{item.verb}</Link>
  if (item.appraisal_id) return <Link to="/appraisals/$id" params={{ id: item.appraisal_id }} className={className}>{item.verb}</Link>
  if (item.opinion_id) return <Link to="/opinions" search={{ id: item.opinion_id, act: item.action }} className={className}>{item.verb}</Link>
  if (item.slip_id) return <Link to="/slips/$id" params={{ id: item.slip_id }} search={{ act: item.action }} className={className}>{item.verb}</Link>
  if (item.check_id) return <Link to="/checks/$id" params={{ id: item.check_id }} className={className}>{item.verb}</Link>
  if (item.meeting_id) return <Link to="/meetings/$id" params={{ id: item.meeting_id }} className={className}>{item.verb}</Link>
  if (item.resolution_id) return <Link to="/resolutions/$id" params={{ id: item.resolution_id }} className={className}>{item.verb}</Link>
  if (item.task_id) return <Link to="/tasks/$id" params={{ id: item.task_id }} search={{ act: item.action }} className={className}>{item.verb}</Link>
  return <Link to="/ledger" search={ledgerOf[item.action] ?? {}} className={className}>{item.verb}</Link>
}

/** The act's form under its line; for several tasks one after the other. */
function InPlace({ ids, action, onClose }: { ids: string[]; action: string; onClose: () => void }) {
  const [queue] = useState(ids)
  const [at, setAt] = useState(0)
  const id = queue[at] ?? ''
  const query = useQuery({ queryKey: ['task', id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id } } })) })
  const next = () => (at + 1 < queue.length ? setAt(at + 1) : onClose())
  return (
    <Loaded query={query}>
      {(task) => {
        const open = task.open_actions.find((a) => a.action === action)
        return (
          <>
            {queue.length > 1 && (
              <p className="place">第 {at + 1} 件，共 {queue.length} 件：<Link to="/tasks/$id" params={{ id }} search={{}} className="number">{task.number}</Link>{task.title} <button type="button" className="plain" onClick={next}>{at + 1 < queue.length ? '先看下一件' : '看完了'}</button></p>
            )}
            {open ? <ActionPanel key={id} task={task} open={open} onClose={onClose} onDone={next} /> : query.isFetching ? <Loading /> : <p className="place muted">这件事已经办过了。</p>}
          </>
        )
      }}
    </Loaded>
  )
}

function Own({ own }: { own: Schemas['OwnTasks'] }) {
  const round = useRound()
  const filter = { unit: own.unit ?? undefined, leader: own.leader ?? undefined }
  const query = useQuery({
    queryKey: ['chain', round, filter],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/chain', { params: { path: { id: round }, query: filter } })),
  })
  const chain = query.data
  if (!chain) return null
  const rows = [
    { key: 'red', label: '红灯', n: chain.red, search: { ...filter, light: 'red' } },
    { key: 'yellow', label: '预警', n: chain.yellow, search: { ...filter, light: 'yellow' } },
    { key: 'green', label: '正常', n: chain.green, search: { ...filter, light: 'green' } },
    { key: 'done', label: '已销号', n: chain.closed, search: { ...filter, closed: 'true' } },
  ]
  return (
    <section className="card first">
      <h2>{own.label} <Link to="/ledger" search={filter}>{chain.tasks}</Link></h2>
      <ul className="counts">
        {rows.map((r) => (
          <li key={r.key}>
            <Link to="/ledger" search={r.search} className={r.n === 0 ? 'zero' : ''}>
              <span className={`light ${r.key}`}><Shape of={r.key} />{r.label}</span>
              <b>{r.n}</b>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function HandedIn({ items }: { items: Schemas['HandedIn'][] }) {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? items : items.slice(0, 8)
  return (
    <section className="card">
      <h2>已交出，等对方 <span>{items.length}</span></h2>
      <ul className="handed">
        {shown.map((h) => {
          const what = <>{h.number} {h.what}</>
          return (
            <li key={`${h.task_id}.${h.what}`}>
              <p>{h.task_id ? <Link to="/tasks/$id" params={{ id: h.task_id }} search={{}}>{what}</Link> : <Link to="/statements" search={{}}>{what}</Link>}</p>
              <small>等 {h.waits_for}<span>{h.working_days > 0 ? `${h.working_days} 个工作日` : '今日交'}</span></small>
            </li>
          )
        })}
      </ul>
      {shown.length < items.length && <button type="button" className="plain" onClick={() => setAll(true)}>看全部 {items.length} 项</button>}
    </section>
  )
}
