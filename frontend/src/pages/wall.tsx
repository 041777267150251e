// The wall chart: at a desk with everything below each other, on a screen turning by itself, on paper as one sheet.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { client, get } from '../api/client'
import { wallPages } from '../labels.gen'
import { Chart, onPage } from '../overview/chart'
import { Figure, Pace } from '../overview/line'
import type { LedgerSearch } from '../router'
import { NoRound, useRound } from '../session'
import '../styles/overview.css'
import '../styles/wall.css'
import '../styles/wallpage.css'
import { Empty, Loaded } from '../ui/parts'
import { useMedia } from '../ui/media'
import { usePrinting } from '../ui/printing'
import { useTitle } from '../ui/title'
import { day, moment, said } from '../ui/words'
import { Board, type Go, type Page, useFullScreen } from '../wall/board'
import { gantt } from '../wall/gantt'
import { worstFirst } from '../wall/blocks'
import { MatrixGrid } from '../wall/grid'
import { Key, MarkShape } from '../wall/mark'
import { type Paper, Sheet, papers, usePaper } from '../wall/sheet'
import { type Bar, type Wall, changesTitle, countdownWords, doors, markOf, matrixTitle, outlookParts, outlookTitle, reportDay, scheduleTitle } from '../wall/words'
import { marks } from '../labels.gen'

/** With more findings than this the worst stand first, unless somebody says otherwise. */
const many = 60
/** Bars of one page of the schedule. */
const perPage = 20

export function WallPage() {
  useTitle('挂图作战')
  const round = useRound()
  const query = useQuery({
    queryKey: ['wall', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/wall', { params: { path: { id: round } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="挂图作战" />
  return <Loaded query={query}>{(view) => <Whole view={view} />}</Loaded>
}

function Whole({ view }: { view: Wall }) {
  const navigate = useNavigate()
  const go = useMemo<Go>(() => ({
    rows: (search) => void navigate({ to: '/ledger', search }),
    task: (id) => void navigate({ to: '/tasks/$id', params: { id }, search: {} }),
  }), [navigate])
  const [isOn, setOn] = useState(false)
  const leave = useCallback(() => setOn(false), [])
  const [paper, setPaper] = useState<Paper>('a3')
  const [order, setOrder] = useState(view.matrix.findings.length > many ? 'worst' : 'given')
  const matrix = useMemo(() => (order === 'worst' ? worstFirst(view.matrix) : view.matrix), [order, view.matrix])
  usePaper(paper)
  const isPrinting = usePrinting()
  const isStill = useMedia('(prefers-reduced-motion: reduce)')
  if (view.overview.chain.tasks === 0)
    return (
      <>
        <div className="head"><h1>挂图作战</h1></div>
        <Empty>还没有任务。任务下发后，这里会按单位和问题显示红灯、工期和预测。<br /><Link to="/ledger" search={{}} className="button">看台账</Link></Empty>
      </>
    )
  if (isPrinting) return <Sheet view={view} paper={paper} />
  return (
    <>
    <div className="wallpage">
      <div className="head">
        <h1>{matrixTitle(view.matrix)}</h1>
        <p>数据截至 {moment(view.now)}</p>
        <div className="acts">
          <button type="button" className="main" onClick={() => setOn(true)}>全屏轮播</button>
          <select aria-label="纸张" value={paper} onChange={(e) => setPaper(e.target.value as Paper)}>{Object.entries(papers).map(([key, [name]]) => <option key={key} value={key}>{name} 横向</option>)}</select>
          <button type="button" onClick={() => window.print()}>打印</button>
        </div>
      </div>
      <Report view={view} />
      <section className="card" aria-label={wallPages.matrix}>
        <h2>{wallPages.matrix} <span>行为牵头单位，红灯多的在前；列为反馈问题；每格取最重一项，数字为任务数</span></h2>
        <div className="choices">
          <Key counts={[['red', view.overview.chain.red], ['yellow', view.overview.chain.yellow], ['green', view.overview.chain.green], ['done', view.overview.chain.closed], ['unissued', view.overview.chain.draft]]} />
          {view.matrix.n_came_back > 0 && <Link to="/ledger" search={{ came_back: 'true' }}><u>编号下划线</u>为反弹回潮问题 {view.matrix.n_came_back}</Link>}
          <select aria-label="问题次序" value={order} onChange={(e) => setOrder(e.target.value)}><option value="given">问题按反馈意见的次序</option><option value="worst">问题按轻重，重的在前</option></select>
        </div>
        <MatrixGrid key={order} matrix={matrix} go={go.rows} />
        {(view.matrix.n_units > view.matrix.units.length || view.matrix.n_findings > view.matrix.findings.length || view.matrix.n_cells > view.matrix.cells.length) && <p className="muted">共 {view.matrix.n_units} 个单位、{view.matrix.n_findings} 个问题，图上为最重的 {view.matrix.units.length} 个单位、{view.matrix.findings.length} 个问题。</p>}
        <Units view={view} />
      </section>
      <Schedule view={view} go={go} />
      <Changes view={view} />
      <div className="panels">
        <Pace view={view.overview} go={go.rows} />
        <Outlook view={view} />
      </div>
    </div>
    {isOn && <OnScreen view={view} go={go} leave={leave} begins={!isStill} />}
    </>
  )
}

const pages = Object.keys(wallPages) as Page[]

function OnScreen({ view, go, leave, begins }: { view: Wall; go: Go; leave: () => void; begins: boolean }) {
  const box = useFullScreen(leave)
  return <div ref={box}><Board view={view} pages={pages} go={go} begins={begins} onLeave={leave} /></div>
}

function Report({ view }: { view: Wall }) {
  if (!view.report) return <p className="lead muted">还没有定书面报告时限，在轮次设置里填写后这里会倒计时。</p>
  const { figure, unit, also } = countdownWords(view.report)
  return <p className="lead">离报送整改落实情况报告 <b>{figure}</b> {unit}，{also}（{reportDay(view.report)}）。</p>
}

/** The rows of the matrix as a table. */
function Units({ view }: { view: Wall }) {
  return (
    <details className="figures">
      <summary>数据表</summary>
      <div className="scroll">
        <table>
          <caption className="unseen">各单位的任务</caption>
          <thead><tr><th scope="col">牵头单位</th><th scope="col">任务</th><th scope="col">红灯</th><th scope="col">预警</th><th scope="col">已销号</th><th scope="col">红灯的问题</th></tr></thead>
          <tbody>
            {view.matrix.units.map((unit, i) => (
              <tr key={unit.id ?? ''}>
                <th scope="row"><Link to="/ledger" search={doors.unit(unit)}>{unit.name}</Link></th>
                <td><Figure n={unit.tasks} door={doors.unit(unit)} /></td>
                <td><Figure n={unit.red} door={{ ...doors.unit(unit), light: 'red' }} /></td>
                <td><Figure n={unit.yellow} door={{ ...doors.unit(unit), light: 'yellow' }} /></td>
                <td><Figure n={unit.closed} door={{ ...doors.unit(unit), closed: 'true' }} /></td>
                <td>{view.matrix.cells.filter((c) => c.unit === i && c.red > 0).map((c) => <Link key={c.finding} to="/ledger" search={doors.cell(view.matrix, c)}>{view.matrix.findings[c.finding]?.number} </Link>)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Schedule({ view, go }: { view: Wall; go: Go }) {
  const round = useRound()
  const navigate = useNavigate()
  const { lead, leader } = useSearch({ from: '/wall' })
  const [skip, setSkip] = useState(0)
  const isFirst = !lead && !leader && skip + perPage <= view.schedule.bars.length
  const query = useQuery({
    queryKey: ['schedule', round, lead, leader, skip],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/wall/schedule', { params: { path: { id: round }, query: { lead, leader, skip, limit: perPage } } })),
    enabled: !isFirst,
    placeholderData: keepPreviousData,
  })
  const found = isFirst ? { n: view.schedule.n, bars: view.schedule.bars.slice(skip, skip + perPage) } : query.data
  const bars = useMemo(() => found?.bars ?? [], [found?.bars])
  const isPhone = useMedia('(max-width: 760px)')
  const names = isPhone ? 110 : 260
  const make = useCallback((width: number) => gantt(bars, view.today, onPage, names, width - names), [bars, view.today, names])
  const choose = (key: 'lead' | 'leader', value: string) => {
    setSkip(0)
    void navigate({ to: '/wall', search: value ? { [key]: value } : {}, replace: true })
  }
  const n = found?.n ?? 0
  const late = bars.filter((b) => b.slippage?.includes('逾期')).length
  return (
    <section className="card" aria-label={wallPages.schedule}>
      <h2>{wallPages.schedule} <span>{lead || leader ? `${n} 项任务${late > 0 ? `，本页 ${late} 项已逾期` : ''}` : scheduleTitle(n, view.overdue.n)}</span></h2>
      <div className="choices">
        <select aria-label="单位" value={lead ?? ''} onChange={(e) => choose('lead', e.target.value)}><option value="">全部单位</option>{view.matrix.units.map((u) => u.id && <option key={u.id} value={u.id}>{u.name}</option>)}</select>
        <select aria-label="领导" value={leader ?? ''} onChange={(e) => choose('leader', e.target.value)}><option value="">全部领导</option>{view.leaders.map((l) => <option key={l.id} value={l.id}>{l.name}（{l.tasks} 项{l.red > 0 ? `，红灯 ${l.red}` : ''}）</option>)}</select>
        <p className="ganttkey" aria-hidden="true"><i className="work" />开工至时限 <i className="moved" />推后 <i className="over" />超期 <i className="first" />原定时限 ◆ 节点已完成 ◇ 未完成 ✓ 销号</p>
      </div>
      {n === 0 ? <p className="muted">没有定了时限的任务。</p> : (
        <>
          <Chart option={make} height={bars.length * 30 + 40} label={`倒排工期，${bars.length} 项任务。各项的日期在下面的数据表里。`} onPick={(_, i) => { const bar = bars[i]; if (bar) go.task(bar.task_id) }} />
          <div className="send">
            <button type="button" disabled={skip === 0} onClick={() => setSkip(Math.max(0, skip - perPage))}>上一页</button>
            <span className="muted">第 {skip + 1} 至 {Math.min(n, skip + bars.length)} 项，共 {n} 项</span>
            <button type="button" disabled={skip + perPage >= n} onClick={() => setSkip(skip + perPage)}>下一页</button>
          </div>
          <Dates bars={bars} />
        </>
      )}
    </section>
  )
}

function Dates({ bars }: { bars: Bar[] }) {
  return (
    <details className="figures">
      <summary>数据表</summary>
      <div className="scroll">
        <table>
          <caption className="unseen">各任务的工期</caption>
          <thead><tr><th scope="col">任务</th><th scope="col">牵头单位</th><th scope="col">灯</th><th scope="col">开工</th><th scope="col">原定时限</th><th scope="col">调整</th><th scope="col">现时限</th><th scope="col">销号</th><th scope="col">节点</th><th scope="col">情况</th></tr></thead>
          <tbody>
            {bars.map((b) => (
              <tr key={b.task_id}>
                <th scope="row"><Link to="/tasks/$id" params={{ id: b.task_id }} search={{}} className="number">{b.number}</Link>{b.title ?? '敏感事项'}</th>
                <td>{b.unit}</td>
                <td>{marks[markOf(b)]}</td>
                <td>{day(b.began_on)}</td>
                <td>{day(b.original_due_on)}</td>
                <td>{b.moved_to.length > 0 ? b.moved_to.map((on) => day(on)).join('、') : '—'}</td>
                <td>{day(b.due_on)}</td>
                <td>{day(b.closed_on)}</td>
                <td>{b.progress_done}/{b.progress_all}</td>
                <td>{b.slippage && said(b.slippage)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Changes({ view }: { view: Wall }) {
  const named = view.moves.rows.map((r) => r.task_id)
  const { overdue, moves } = view
  const late: LedgerSearch = { due_to: view.overview.due.by, closed: 'false' }
  return (
    <section className="card" aria-label={wallPages.changes}>
      <h2>{wallPages.changes} <span>{changesTitle(view)}</span></h2>
      <div className="twolists">
        <div>
          <h3>逾期 <Figure n={overdue.n} door={late} /> 项</h3>
          <ul className="plainlist">
            {overdue.rows.slice(0, 10).map((r) => <li key={r.task_id}><MarkShape mark="red" size={14} /><Link to="/tasks/$id" params={{ id: r.task_id }} search={{}} className="number">{r.number}</Link><span>{r.title ?? '敏感事项'}</span><small>{r.unit}　<b className="late">{said(r.why)}</b></small></li>)}
          </ul>
          {overdue.n > 10 && <p><Link to="/ledger" search={{ ...late, sort: 'due' }}>还有 {overdue.n - 10} 项，看台账</Link></p>}
        </div>
        <div>
          <h3>本周有进展 {named.length === moves.n ? <Figure n={moves.n} door={doors.named(named)} /> : moves.n} 项</h3>
          <ul className="plainlist">
            {moves.rows.slice(0, 10).map((r) => <li key={r.task_id}><Link to="/tasks/$id" params={{ id: r.task_id }} search={{}} className="number">{r.number}</Link><span>{r.title ?? '敏感事项'}</span><small>{r.unit}　{r.moves.join('，')}</small></li>)}
          </ul>
          {moves.n > 10 && <p><Link to="/ledger" search={doors.named(named)}>{moves.n > named.length ? `还有 ${moves.n - 10} 项，先看其中 ${named.length} 项` : `还有 ${moves.n - 10} 项，看台账`}</Link></p>}
        </div>
      </div>
    </section>
  )
}

function Outlook({ view }: { view: Wall }) {
  const ids = view.behind.rows.map((r) => r.task_id)
  return (
    <section className="card rates outlook">
      <h2>{outlookTitle(view)}</h2>
      <ul className="outlookparts">
        {outlookParts(view).map((part) => <li key={part.key}><MarkShape mark={part.key as 'red'} size={16} /><span>{part.label}</span><b>{part.door && part.n > 0 ? <Link to="/ledger" search={part.door}>{part.n}</Link> : part.n}</b></li>)}
      </ul>
      {view.behind.n > 0 && (
        <>
          <h3>会误期的 {ids.length === view.behind.n ? <Figure n={view.behind.n} door={doors.named(ids)} /> : <>{view.behind.n}（<Link to="/ledger" search={doors.named(ids)}>先看最近到期的 {ids.length} 项</Link>）</>}</h3>
          <ul className="plainlist">
            {view.behind.rows.slice(0, 5).map((r) => <li key={r.task_id}><Link to="/tasks/$id" params={{ id: r.task_id }} search={{}} className="number">{r.number}</Link><span>{r.title ?? '敏感事项'}</span><small>{r.unit}　时限 {day(r.due_on)}　{r.why}</small></li>)}
          </ul>
        </>
      )}
    </section>
  )
}
