// The figures of the round at one look: a conclusion as the title, each figure a door to its rows.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useTodo } from '../frame'
import { Bars } from '../overview/bars'
import { Cockpit } from '../overview/cockpit'
import { Figure, Pace } from '../overview/line'
import { type Part, doors, due, headline, lacking, percent, whereRed, worstAspect } from '../overview/words'
import type { LedgerSearch } from '../router'
import { NoRound, useRound, useSession } from '../session'
import '../styles/overview.css'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment, until, week as weekWords } from '../ui/words'

type View = Schemas['OverviewView']

export function Overview() {
  useTitle('总览')
  const round = useRound()
  const query = useQuery({
    queryKey: ['overview', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/overview', { params: { path: { id: round } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="总览" />
  return <Loaded query={query}>{(view) => <Whole view={view} />}</Loaded>
}

function Whole({ view }: { view: View }) {
  const navigate = useNavigate()
  const go = useCallback((search: LedgerSearch) => void navigate({ to: '/ledger', search }), [navigate])
  // One line below the other: an aspect's findings and measures reconcile with the chain.
  const aspects = useMemo(() => view.aspects.map((a) => `${a.name}\n问题 ${a.findings} · 措施 ${a.measures}`), [view.aspects])
  const { me } = useSession()
  const waiting = useTodo().data?.items.filter((i) => i.action === 'sign').length ?? 0
  const rest = view.n_units - view.units.length
  if (view.chain.tasks === 0)
    return (
      <>
        <div className="head"><h1>总览</h1></div>
        <Empty>还没有任务。任务下发后，这里会显示进度和红灯。<br /><Link to="/ledger" search={{}} className="button">看台账</Link></Empty>
      </>
    )
  return (
    <div className="overview">
      <div className="head">
        <h1><Sentence parts={headline(view)} /></h1>
        <p>数据截至 {moment(view.now)}</p>
      </div>
      <p className="lead">
        <Sentence parts={due(view)} />
        {waiting > 0 && <>等您签批 <Link to="/signing">{waiting} 件</Link>。</>}
      </p>
      {me.permissions.includes('cockpit') && <Cockpit />}
      <Chain chain={view.chain} />
      <div className="panels">
        <Pace view={view} go={go} />
        <Rates view={view} />
        <Bars title={whereRed(view)} hint="按牵头单位，红灯多的在前" bars={view.units} by="lead" noun="单位" go={go} more={rest > 0 ? `另有 ${rest} 个单位未列出` : undefined} />
        <Bars title={worstAspect(view.aspects)} hint="按方面，次序同反馈意见" bars={view.aspects} names={aspects} by="aspect" noun="方面" go={go} />
        <Week view={view} />
      </div>
    </div>
  )
}

function Sentence({ parts }: { parts: Part[] }) {
  return (
    <>
      {parts.map((part, i) =>
        part.door ? <Link key={i} to="/ledger" search={part.door} className={part.isBad ? 'late' : undefined}>{part.text}</Link> : <span key={i}>{part.text}</span>,
      )}
    </>
  )
}

function Chain({ chain }: { chain: Schemas['ChainView'] }) {
  const open = chain.tasks - chain.closed
  return (
    <div className="chain card" aria-label="勾稽链">
      <Link to="/ledger" search={doors.all}>方面 <b>{chain.aspects}</b></Link>
      <Link to="/ledger" search={doors.all}>问题 <b>{chain.findings}</b></Link>
      <Link to="/ledger" search={doors.all}>任务 <b>{chain.tasks}</b></Link>
      <Link to="/ledger" search={doors.all}>措施 <b>{chain.measures}</b></Link>
      <span className="end">
        <Link to="/ledger" search={doors.closed}>已销号 <b>{chain.closed}</b></Link>
        {chain.observing > 0 && <Link to="/ledger" search={doors.observing}>其中跟踪巩固 {chain.observing}</Link>}
        <Link to="/ledger" search={doors.open}>尚未销号 {open}</Link>
      </span>
    </div>
  )
}

function Rate({ part, whole, name, children }: { part: number; whole: number; name: string; children: ReactNode }) {
  const share = percent(part, whole)
  return (
    <div className="rate">
      <b>{share}{share !== '—' && <small>%</small>}</b>
      <div><p>{name}</p><p className="muted">{children}</p></div>
    </div>
  )
}

function Rates({ view }: { view: View }) {
  const { landed, echo } = view
  return (
    <section className="card rates">
      <h2>{lacking(view)}</h2>
      <p className="muted">两个率，点数字看没有达到的</p>
      <Rate part={landed.landed} whole={landed.findings} name="件件有着落">
        {landed.findings} 个问题中 {landed.landed} 个有主、有结果
        {landed.not_landed > 0 && <>；<Link to="/ledger" search={doors.notStarted}>{landed.not_landed} 个</Link>还有任务未认领或方案未定</>}
        {landed.bare > 0 && <>；{landed.bare} 个还没有列出任务</>}
      </Rate>
      <Rate part={echo.in_time} whole={echo.all} name="事事有回音">
        {echo.all === 0 ? '近四周没有应答复的报送' : `近四周应答复 ${echo.all} 件报送，按时答复 ${echo.in_time} 件`}
        {echo.late > 0 && `，迟答 ${echo.late} 件`}
      </Rate>
      <div className="rate">
        <b>{echo.overdue}<small> 件</small></b>
        <div>
          <p>逾期没有回音</p>
          <p className="muted">
            {echo.waiting > 0 && `另有 ${echo.waiting} 件在答复期限内；`}
            {echo.tasks > 0 ? <>在等的涉及 <Link to="/ledger" search={doors.unanswered}>{echo.tasks} 项任务</Link></> : '现在没有等答复的'}
            {(echo.longest_days ?? 0) > 0 && `，最久一件已等 ${echo.longest_days} 日`}
          </p>
        </div>
      </div>
    </section>
  )
}

function Week({ view }: { view: View }) {
  const { this_week: w } = view
  const more = w.n_milestones - w.milestones.length
  const next = [1, 7].map((n) => new Date(Date.parse(w.sunday) + n * 864e5).toISOString().slice(0, 10))
  return (
    <section className="card thisweek">
      <h2>本周：到期未销 {w.due_open} 项，新销号 {w.closed} 项</h2>
      <p className="muted">{weekWords(w.week)}，{day(w.monday)}至{day(w.sunday)}</p>
      <dl>
        <div><dt>新销号</dt><dd><Figure n={w.closed} door={doors.closedIn(w.monday, w.sunday)} /></dd></div>
        <div><dt>本周到期</dt><dd><Figure n={w.due} door={doors.dueIn(w.monday, w.sunday)} />{w.due > 0 && <small>未销号 <Figure n={w.due_open} door={doors.dueOpenIn(w.monday, w.sunday)} /></small>}</dd></div>
        <div><dt>下周到期</dt><dd><Figure n={w.next_due_open} door={doors.dueOpenIn(next[0] ?? '', next[1] ?? '')} /></dd></div>
        <div><dt>写实截止</dt><dd>{w.cut_off ? until(w.cut_off) : '本周没有工作日，不用报'}</dd></div>
        <div>
          <dt>本周节点</dt>
          <dd>
            {w.n_milestones === 0 ? <span className="muted">0</span> : <Link to="/calendar" search={{ month: w.monday.slice(0, 7) }}>{w.n_milestones}</Link>}
            <ul>
              {w.milestones.map((m, i) => (
                <li key={i}><Link to="/tasks/$id" params={{ id: m.task_id }} search={{}} className="number">{m.number}</Link>{m.title ?? '敏感事项'} <small className="muted">{day(m.due_on)}</small></li>
              ))}
            </ul>
            {more > 0 && <Link to="/calendar" search={{ month: w.monday.slice(0, 7) }}>还有 {more} 个，看日历</Link>}
          </dd>
        </div>
      </dl>
    </section>
  )
}
