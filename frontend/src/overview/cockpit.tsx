// The leader's cockpit, the first part of his overview: red first, what waits for his signature, what moved, who has not handed in, the report.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useTodo } from '../frame'
import { useRound } from '../session'
import '../styles/cockpit.css'
import { Shape } from '../ui/parts'
import { day, moment, said } from '../ui/words'
import { countdownWords, doors, reportDay } from '../wall/words'

type View = Schemas['CockpitView']
/** What one signs; each has its line in what waits. */
const signs = ['sign', 'record_meeting', 'sign_slip']
/** How many of each are named. */
const named = 4

export function Cockpit() {
  const round = useRound()
  const query = useQuery({
    queryKey: ['cockpit', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/cockpit', { params: { path: { id: round } } })),
  })
  if (!query.data) return null
  return (
    <section className="cockpit" aria-label="领导驾驶舱">
      <Red view={query.data} />
      <Waiting />
      <Moved view={query.data} />
      <Missing view={query.data} />
      {query.data.report && <Countdown to={query.data.report} />}
    </section>
  )
}

function Tile({ title, figure, unit = '项', isBad, children }: { title: string; figure: ReactNode; unit?: string; isBad?: boolean; children?: ReactNode }) {
  return (
    <div className={isBad ? 'card tile bad' : 'card tile'}>
      <h2>{title}</h2>
      <p className="figure">{figure}<small>{unit}</small></p>
      {children}
    </div>
  )
}

function Red({ view }: { view: View }) {
  const { red } = view
  const rows = red.rows.slice(0, named)
  return (
    <Tile title="我分管的红灯" isBad={red.n > 0} figure={red.n > 0 ? <Link to="/ledger" search={{ light: 'red' }}><Shape of="red" />{red.n}</Link> : <b>0</b>}>
      <ul>{rows.map((r) => <li key={r.task_id}><Link to="/tasks/$id" params={{ id: r.task_id }} search={{}} className="number">{r.number}</Link><span>{r.title ?? '敏感事项'}</span><small className="late">{said(r.why)}</small></li>)}</ul>
      {red.n === 0 && <p className="muted">{view.tasks} 项任务都没有红灯，已销号 {view.closed} 项</p>}
      {red.n > rows.length && <p><Link to="/ledger" search={{ light: 'red' }}>还有 {red.n - rows.length} 项</Link></p>}
    </Tile>
  )
}

function Waiting() {
  const todo = useTodo()
  const items = (todo.data?.items ?? []).filter((i) => signs.includes(i.action))
  const rows = items.slice(0, named)
  return (
    <Tile title="等我签批" unit="件" figure={items.length > 0 ? <Link to="/signing">{items.length}</Link> : <b>0</b>}>
      <ul>{rows.map((i, n) => <li key={`${i.task_id}${i.action}${n}`}><Link to="/signing" className="number">{i.number ?? '督办单'}</Link><span>{i.title}</span></li>)}</ul>
      {items.length === 0 && <p className="muted">没有等您签字的</p>}
      {items.length > 0 && <p><Link to="/signing" className="button main">去签批</Link></p>}
    </Tile>
  )
}

function Moved({ view }: { view: View }) {
  const { moves } = view
  const ids = moves.rows.map((r) => r.task_id)
  const rows = moves.rows.slice(0, named)
  return (
    <Tile title="本周有进展" figure={moves.n === 0 ? <b>0</b> : ids.length === moves.n ? <Link to="/ledger" search={doors.named(ids)}>{moves.n}</Link> : <b>{moves.n}</b>}>
      <ul>{rows.map((r) => <li key={r.task_id}><Link to="/tasks/$id" params={{ id: r.task_id }} search={{}} className="number">{r.number}</Link><span>{r.title ?? '敏感事项'}</span><small className="ok">{r.moves.join('，')}</small></li>)}</ul>
      {moves.n === 0 && <p className="muted">{day(moves.since)} 起还没有</p>}
      {moves.n > rows.length && <p><Link to="/ledger" search={doors.named(ids)}>{ids.length < moves.n ? `先看其中 ${ids.length} 项` : `还有 ${moves.n - rows.length} 项`}</Link></p>}
    </Tile>
  )
}

function Missing({ view }: { view: View }) {
  const { missing } = view
  if (!missing) return <Tile title="上次截止未报" figure={<b>—</b>} unit=""><p className="muted">还没有到过写实截止时间</p></Tile>
  const rows = missing.units.slice(0, named)
  return (
    <Tile title="上次截止未报" isBad={missing.n > 0} figure={missing.n === 0 ? <b>0</b> : missing.tasks.length === missing.n ? <Link to="/ledger" search={doors.named(missing.tasks)}>{missing.n}</Link> : <b>{missing.n}</b>}>
      <ul>{rows.map((u) => <li key={u.unit_id}><span>{u.unit}</span><Link to="/ledger" search={doors.named(u.tasks)}>{u.n} 项</Link></li>)}</ul>
      <p className="muted">{missing.n === 0 ? '都报了；' : missing.units.length > rows.length ? `还有 ${missing.units.length - rows.length} 个单位；` : ''}截止 {moment(missing.cut_off)}</p>
    </Tile>
  )
}

function Countdown({ to }: { to: Schemas['CountdownView'] }) {
  const { figure, unit, also } = countdownWords(to)
  const report = useTodo().data?.report
  const missing = report && (report.missing.length === 0 ? '已送签，等签发' : report.missing.length === 1 ? report.missing[0] : `还差 ${report.missing.length} 项`)
  return <Tile title="离报送整改落实情况报告" figure={<b>{figure}</b>} unit={unit}><p className="muted">{also}；{reportDay(to)}</p>{missing && <p>{report.document_id ? <Link to="/documents/$id" params={{ id: report.document_id }}>{missing}</Link> : <Link to="/documents">{missing}</Link>}</p>}<p><Link to="/wall" search={{}} className="button">挂图作战</Link></p></Tile>
}
