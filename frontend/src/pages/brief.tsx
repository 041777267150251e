// The brief of a week: there after its cut-off, on its own; a conclusion as the title, each figure a door to its rows.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import { Rows } from '../brief/rows'
import { type Part, headline, nOf, names } from '../brief/words'
import { NoRound, useRound } from '../session'
import '../styles/brief.css'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { moment, week as weekWords } from '../ui/words'

type View = Schemas['BriefView']

/** The figures of a week, in two rows: what was handed in, and what became of the work. */
const handedIn: Part[] = ['owed', 'in_time', 'late', 'missing', 'extra', 'returned', 'copied']
const work: Part[] = ['moved', 'milestones', 'states', 'closed', 'granted', 'still', 'help']
/** The columns of the table by unit. */
const columns = ['owed', 'in_time', 'late', 'missing', 'returned', 'copied', 'moved', 'still', 'help'] as const
const bad: readonly Part[] = ['missing', 'still', 'copied']

export function Brief() {
  useTitle('每周简报')
  const round = useRound()
  const { week, part } = useSearch({ from: '/brief' })
  const query = useQuery({
    queryKey: ['brief', round, week],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/brief', { params: { path: { id: round }, query: { week } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="每周简报" />
  return <Loaded query={query}>{(view) => (part ? <Opened round={round} view={view} part={part as Part} /> : <Whole view={view} />)}</Loaded>
}

function Whole({ view }: { view: View }) {
  return (
    <div className="brief">
      <div className="head">
        <h1>{headline(view)}</h1>
        <p>{weekWords(view.week)}，{moment(view.from)} 至 {moment(view.cut_off)}，数据截至 {moment(view.now)}</p>
        <div className="acts">
          {view.previous && <Link to="/brief" search={{ week: view.previous }} className="button">‹ 上一周</Link>}
          {view.next && <Link to="/brief" search={{ week: view.next }} className="button">下一周 ›</Link>}
          <button type="button" onClick={() => window.print()}>打印</button>
        </div>
      </div>
      <Figures title="写实" parts={handedIn} view={view} />
      <Figures title="进展" parts={work} view={view} />
      {view.burden && <Cost of={view.burden} />}
      {view.units.length === 0 && <Empty>这一周没有应报的写实，也没有变化。任务开始整改后，每周截止时这里会有简报。</Empty>}
      {view.units.length > 0 && <Units view={view} />}
      {view.lists.filter((list) => list.n > 0).map((list) => (
        <section key={list.part} className="part" aria-label={list.label}>
          <header><h2>{list.label} <span>{list.n}</span></h2>{list.n > list.items.length && <Link to="/brief" search={{ week: view.week, part: list.part }}>看全部 {list.n} 项</Link>}</header>
          <Rows part={list.part as Part} week={view.week} items={list.items} />
        </section>
      ))}
    </div>
  )
}

/** What the week cost the units to fill in, for who asks it of them. */
function Cost({ of }: { of: Schemas['BurdenEffort'] }) {
  return (
    <div className="chain card" role="group" aria-label="填报负担">
      <span className="of">填报</span>
      <Link to="/burden">交出 <b>{of.hand_ins}</b> 件</Link>
      <Link to="/burden">填写 <b>{of.typed}</b> 字</Link>
      <Link to="/burden">估算 <b>{of.minutes}</b> 分钟</Link>
    </div>
  )
}

function Figures({ title, parts, view }: { title: string; parts: Part[]; view: View }) {
  return (
    <div className="chain card" role="group" aria-label={title}>
      <span className="of">{title}</span>
      {parts.map((part) => {
        const n = nOf(view, part)
        const face = <>{names(view, part)} <b className={n > 0 && bad.includes(part) ? 'late' : undefined}>{n}</b></>
        return n > 0 ? <Link key={part} to="/brief" search={{ week: view.week, part }}>{face}</Link> : <span key={part} className="none">{face}</span>
      })}
    </div>
  )
}

function Units({ view }: { view: View }) {
  return (
    <section className="part" aria-label="各单位">
      <header><h2>各单位 <span>{view.units.length}</span></h2><span>{view.n_units > 0 && `应报的 ${view.n_units} 个单位中 ${view.n_whole_units} 个报齐`}</span></header>
      <div className="card scroll">
        <table className="byunit">
          <thead><tr><th>单位</th>{columns.map((c) => <th key={c}>{names(view, c)}</th>)}</tr></thead>
          <tbody>
            {view.units.map((u) => (
              <tr key={u.id}>
                <th scope="row">{u.name}</th>
                {columns.map((c) => (
                  <td key={c}>{u[c] > 0 ? <Link to="/brief" search={{ week: view.week, part: c, unit: u.id }} className={bad.includes(c) ? 'late' : undefined}>{u[c]}</Link> : <span className="muted">0</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** The rows behind one figure. */
function Opened({ round, view, part }: { round: string; view: View; part: Part }) {
  const { unit } = useSearch({ from: '/brief' })
  const query = useInfiniteQuery({
    queryKey: ['brief', round, view.week, part, unit],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => get(client.GET('/api/v1/rounds/{id}/brief/rows', { params: { path: { id: round }, query: { week: view.week, part, unit, skip: pageParam } } })),
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((n, page) => n + page.items.length, 0)
      return read < last.n ? read : undefined
    },
  })
  const ofUnit = view.units.find((u) => u.id === unit)?.name
  return (
    <div className="brief">
      <div className="head">
        <h1>{names(view, part)} {query.data?.pages[0]?.n ?? ''} 项</h1>
        <p>{[weekWords(view.week), ofUnit].filter(Boolean).join('，')}</p>
        <div className="acts"><Link to="/brief" search={{ week: view.week }} className="button">‹ 回到简报</Link></div>
      </div>
      <Loaded query={query}>
        {({ pages }) => (pages[0]?.n === 0 ? <Empty>没有这样的任务。</Empty> : <Rows part={part} week={view.week} items={pages.flatMap((page) => page.items)} />)}
      </Loaded>
      {query.hasNextPage && <p className="card foot"><button type="button" className="plain" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>再看一些</button></p>}
    </div>
  )
}
