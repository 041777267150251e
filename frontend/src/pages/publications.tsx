// The publications of a round, and the form that begins one from the records.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { publicationKinds } from '../labels.gen'
import { type PublicationLine, nextOf } from '../publications/act'
import { NoRound, useRound } from '../session'
import '../styles/checks.css'
import '../styles/publications.css'
import '../styles/slips.css'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, SelectField, blank, useSend } from '../ui/form'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, today } from '../ui/words'

export function Publications() {
  useTitle('公示')
  const round = useRound()
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['publications', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/publications', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="公示" />
  const mayDraft = query.data?.can_draft ?? false
  return (
    <>
      <div className="head">
        <h1>公示</h1>
        <p>{query.data && `本轮：${query.data.reach_label}`}</p>
        <div className="acts">{mayDraft && <button type="button" className={isNew ? '' : 'main'} onClick={() => setNew(!isNew)}>{isNew ? '收起' : '起草公示'}</button>}</div>
      </div>
      {isNew && <Draft round={round} />}
      <Loaded query={query}>{(list) => <Whole list={list} mayDraft={mayDraft} />}</Loaded>
    </>
  )
}

function Whole({ list, mayDraft }: { list: Schemas['PublicationList']; mayDraft: boolean }) {
  if (list.items.length === 0) {
    const off = <>本轮没有开通公示。需要公示的，由整改办在“轮次设置”的规则中开通。</>
    return <Empty>{mayDraft ? '还没有公示。起草时，进展通报和销号公示的内容从记录自动带入，敏感事项不带入；审签之后才能发布。' : list.reach === 'off' ? off : '还没有公示。'}</Empty>
  }
  const mine = list.items.filter((p) => nextOf(p).length > 0)
  const rest = list.items.filter((p) => !mine.includes(p))
  return (
    <>
      {mine.length > 0 && <section className="part"><header><h2>等我办 <span>{mine.length}</span></h2></header><Lines list={mine} /></section>}
      {rest.length > 0 && <section className="part"><header><h2>{mine.length > 0 ? '其他公示' : '公示'} <span>{rest.length}</span></h2></header><Lines list={rest} /></section>}
    </>
  )
}

function Lines({ list }: { list: PublicationLine[] }) {
  return (
    <ul className="card lines sliplines">
      {list.map((p) => {
        const [next] = nextOf(p)
        return (
          <li key={p.id}>
            <div className="line">
              <div className="what">
                <p><Link to="/publications/$id" params={{ id: p.id }} search={{}}>{p.title}</Link><State label={p.state_label} /></p>
                <p className="muted">{p.kind_label}，{day(p.from_on)}至{day(p.to_on)}，{p.n_items} 项{p.opens_page ? '，上公示网页' : ''}{p.waits_for && `，等：${p.waits_for}`}</p>
              </div>
              <div className="span">{p.until_on ? <><span>{day(p.until_on)}止</span><small>{day(p.published_on)}起</small></> : <span className="muted">未发布</span>}</div>
              <div className="do"><Link to="/publications/$id" params={{ id: p.id }} search={next ? { act: next.action } : {}} className={next ? 'button main' : 'button quiet'}>{next ? next.label : '查看'}</Link></div>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

/** What is chosen: which kind, of which time, of which unit; everything else is known. */
function Draft({ round }: { round: string }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const units = useUnits()
  const [kind, setKind] = useState(Object.keys(publicationKinds)[0] ?? '')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState(today())
  const [unit, setUnit] = useState('')
  const form = useSend(async () => {
    const filter: Record<string, string> = unit ? { unit } : {}
    const body = { kind: kind as Schemas['PublicationForm']['kind'], from_on: from, to_on: to, filter }
    const made = await get(client.POST('/api/v1/rounds/{id}/publications', { params: { path: { id: round } }, body }))
    void queries.invalidateQueries({ queryKey: ['publications'] })
    await navigate({ to: '/publications/$id', params: { id: made.id }, search: {} })
  }, () => blank({ '/from_on': from, '/to_on': to }))
  return (
    <form className="card stack slipform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>起草公示</h2>
      <div className="pair">
        <SelectField label="种类" value={kind} options={Object.entries(publicationKinds).map(([value, label]) => ({ value, label }))} onChange={setKind} />
        <PickField label="单位（可不选）" value={unit} options={units} empty="全部单位" onChange={setUnit} />
        <DayField label="时段自" lies="behind" value={from} onChange={setFrom} error={form.at('/from_on')} />
        <DayField label="时段至" lies="behind" value={to} onChange={setTo} error={form.at('/to_on')} />
      </div>
      <p className="muted">销号公示带入这一时段内销号的事项；进展情况通报带入全部已下发的事项。敏感事项一律不带入。</p>
      <Refused error={form.error} shown={['/from_on', '/to_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在带入…' : '带入记录'}</button></div>
    </form>
  )
}
