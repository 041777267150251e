// The appraisals of a round, and a period to be appraised.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useSession } from '../session'
import '../styles/appraisals.css'
import { DayField } from '../ui/dayfield'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day } from '../ui/words'

export function Appraisals() {
  useTitle('考评')
  const round = useSession().round?.id ?? ''
  const query = useQuery({ queryKey: ['appraisals', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/appraisals', { params: { path: { id: round } } })), enabled: round !== '' })
  return (
    <>
      <div className="head"><h1>考评</h1><p>得分由记录按方案算出，每一分都能查到事实；人可调整并写明理由，公布后单位可申诉一次</p></div>
      <Loaded query={query}>{(list) => <Whole list={list} round={round} />}</Loaded>
    </>
  )
}

function Whole({ list, round }: { list: Schemas['AppraisalList']; round: string }) {
  return (
    <>
      <p className="noprint beside">{list.sees_scheme && <Link to="/appraisals/scheme" className="button">考评方案</Link>}<Link to="/accountability" className="button quiet">问责记录</Link></p>
      {list.may_begin && <Begin round={round} />}
      {list.items.length === 0
        ? <Empty>{list.may_begin ? '还没有考评。先由主要负责人公布考评方案，再选已结束的时段计算。' : '还没有公布与您有关的考评结果。'}</Empty>
        : <ul className="card lines" aria-label="考评">{list.items.map((a) => <Line key={a.id} of={a} />)}</ul>}
    </>
  )
}

function Line({ of }: { of: Schemas['AppraisalLine'] }) {
  return (
    <li>
      <div className="line">
        <div className="what">
          <p><b>{day(of.from)} 至 {day(of.to)}</b><State label={of.state_label} />{of.n_waiting ? <span className="tag amber">{of.n_waiting} 件申诉待答复</span> : null}</p>
          <p className="muted">第 {of.n} 版{of.object_until && `，申诉至 ${day(of.object_until)}`}</p>
        </div>
        <div className="do"><Link to="/appraisals/$id" params={{ id: of.id }} className={of.n_waiting ? 'button main' : 'button quiet'}>{of.n_waiting ? '答复' : '查看'}</Link></div>
      </div>
    </li>
  )
}

function Begin({ round }: { round: string }) {
  const queries = useQueryClient()
  const navigate = useNavigate({ from: '/appraisals' })
  const [period, setPeriod] = useState({ from: '', to: '' })
  const form = useSend(async () => {
    const made = await post<Schemas['BegunAppraisal']>(`/rounds/${round}/appraisals`, period)
    await queries.invalidateQueries({ queryKey: ['appraisals'] })
    void navigate({ to: '/appraisals/$id', params: { id: made.id } })
  }, () => (['from', 'to'] as const).filter((k) => period[k] === '').map((k) => `/${k}`))
  return (
    <form className="card stack beginappraisal" noValidate aria-label="计算一段时间的得分" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <div className="schemerow rest">
        <DayField label="考评期从" lies="behind" value={period.from} onChange={(from) => setPeriod({ ...period, from })} error={form.at('/from')} />
        <DayField label="到" lies="behind" value={period.to} onChange={(to) => setPeriod({ ...period, to })} error={form.at('/to')} />
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在计算…' : '计算得分'}</button>
      </div>
      <Refused error={form.error} shown={['/from', '/to']} />
    </form>
  )
}
