// The register of rules: what was made, revised, abolished, what is in force and what was found to be used. Each figure opens the rows it counts.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import type { RulesSearch } from '../router'
import { NoRound, useRound } from '../session'
import '../styles/rules.css'
import '../styles/slips.css'
import { SelectField } from '../ui/form'
import { Empty, Loaded, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day } from '../ui/words'

type Line = Schemas['RuleLine']

export function Rules() {
  useTitle('制度建设')
  const round = useRound()
  const search = useSearch({ from: '/rules' })
  const query = useQuery({
    queryKey: ['rules', round, search],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/rules', { params: { path: { id: round }, query: search } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="制度建设" />
  return (
    <>
      <div className="head">
        <h1>制度建设</h1>
        <p>针对问题建了哪些制度，建了以后有没有在用</p>
        <div className="acts">
          <button type="button" className="quiet wideonly" onClick={() => window.print()}>打印</button>
          {query.data?.may_enter && <Link to="/rules/new" search={{}} className="button main">登记制度</Link>}
        </div>
      </div>
      <Loaded query={query}>{(list) => <Whole list={list} search={search} />}</Loaded>
    </>
  )
}

function Whole({ list, search }: { list: Schemas['RuleList']; search: RulesSearch }) {
  const navigate = useNavigate({ from: '/rules' })
  const choose = (part: RulesSearch) => void navigate({ search: (now) => Object.fromEntries(Object.entries({ ...now, ...part }).filter(([, v]) => v)), replace: true })
  const isNarrowed = Object.keys(search).length > 0
  if (list.items.length === 0 && !isNarrowed) {
    return <Empty>还没有登记制度。{list.may_enter ? '从任务页“登记制度”，任务和单位会自动带入；也可以从右上角登记。' : '单位登记、整改办确认后会列在这里。'}</Empty>
  }
  return (
    <>
      <ul className="rulefigures" aria-label="制度数据">
        {list.figures.map((f) => (
          <li key={f.figure}>
            <button type="button" className={search.figure === f.figure ? 'on' : ''} aria-pressed={search.figure === f.figure} onClick={() => choose({ figure: search.figure === f.figure ? undefined : f.figure, kind: undefined, state: undefined })}>
              <b>{f.n}</b><span>{f.label}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="slipfilters noprint">
        <SelectField label="类别" value={search.kind ?? ''} empty="全部" options={list.kinds} onChange={(kind) => choose({ kind })} />
        <SelectField label="状态" value={search.state ?? ''} empty="全部" options={list.states} onChange={(state) => choose({ state })} />
        <SelectField label="责任单位" value={search.unit ?? ''} empty="全部" options={list.units.map((u) => ({ value: u.id, label: u.name }))} onChange={(unit) => choose({ unit })} />
      </div>
      {list.items.length === 0 && <Empty>没有符合的制度。<br /><button type="button" onClick={() => void navigate({ search: {}, replace: true })}>看全部</button></Empty>}
      {list.items.length > 0 && (
        <div className="card scroll">
          <table className="rulelist">
            <caption className="unseen">制度登记簿</caption>
            <thead><tr><th scope="col">制度</th><th scope="col">类别</th><th scope="col">施行</th><th scope="col">责任单位</th><th scope="col">对应任务</th><th scope="col">状态</th><th scope="col">下次检验</th></tr></thead>
            <tbody>{list.items.map((r) => <Row key={r.id} of={r} />)}</tbody>
          </table>
        </div>
      )}
    </>
  )
}

function Row({ of }: { of: Line }) {
  const next = of.next_check
  return (
    <tr>
      <th scope="row"><Link to="/rules/$id" params={{ id: of.id }} search={{}}>{of.title}</Link><small>{of.number || '—'}　{of.issuer.name}</small></th>
      <td data-label="类别">{of.kind_label}</td>
      <td data-label="施行" className="nowrap">{day(of.effective_on)}</td>
      <td data-label="责任单位">{of.owner_unit.name}{of.owner && <small>{of.owner.name}</small>}</td>
      <td data-label="对应任务">{of.tasks.map((t) => t.number).join('、')}{of.n_unseen > 0 && `${of.tasks.length > 0 ? '，' : ''}另 ${of.n_unseen} 项`}</td>
      <td data-label="状态"><State label={of.state_label} /></td>
      <td data-label="下次检验" className="nowrap">{next ? <>{day(next.due_on)}<small className={next.is_overdue ? 'late' : 'muted'}>满 {next.months} 个月，{next.standing_label}</small></> : '—'}</td>
    </tr>
  )
}
