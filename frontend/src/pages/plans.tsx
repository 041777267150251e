// What a unit has to claim and to plan: each by itself, or handed in together under one cover.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useRound, useSession } from '../session'
import { Check, TextField, useSend } from '../ui/form'
import { Empty, Light, Loaded, Refused } from '../ui/parts'
import { day, left } from '../ui/words'

type Item = Schemas['LedgerLine']

export function Plans() {
  const round = useRound()
  const query = useQuery({
    queryKey: ['ledger', round, 'plans'],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: round }, query: { state: 'issued,planning,plan_review', limit: 200 } } })),
    enabled: round !== '',
  })
  if (round === '') return <Empty>还没有与您有关的轮次。</Empty>
  return (
    <Loaded query={query}>
      {(page) => {
        const of = (state: string) => page.items.filter((i) => i.state === state)
        return (
          <>
            <div className="head"><h1>认领与方案</h1><p>待认领 {of('issued').length} 项，待报方案 {of('planning').length} 项，审核中 {of('plan_review').length} 项</p></div>
            {page.items.length === 0 && <Empty>没有要认领或编报方案的任务。</Empty>}
            <Claim items={of('issued')} />
            <Package items={of('planning')} round={round} />
            <Plain title="审核中" items={of('plan_review')} />
          </>
        )
      }}
    </Loaded>
  )
}

function Plain({ title, items }: { title: string; items: Item[] }) {
  if (items.length === 0) return null
  return (
    <section><h2>{title} <span>{items.length}</span></h2><ul className="card rows">{items.map((i) => <li key={i.id}><Words item={i} /></li>)}</ul></section>
  )
}

function Words({ item }: { item: Item }) {
  return (
    <div className="what">
      <p><Link to="/tasks/$id" params={{ id: item.id }} search={{}} className="number">{item.number}</Link><b>{item.title}</b></p>
      <p className="muted">{item.lead_unit}牵头　{item.due_on ? `时限 ${day(item.due_on)}，${left(item.working_days_left)}` : item.disposition_label} <Light light={item.light} withReason /></p>
    </div>
  )
}

function useChosen(items: Item[]) {
  const [off, setOff] = useState<Set<string>>(new Set())
  const chosen = items.filter((i) => !off.has(i.id))
  const toggle = (id: string) => setOff((now) => {
    const next = new Set(now)
    if (!next.delete(id)) next.add(id)
    return next
  })
  return { chosen, toggle }
}

function Results({ refused, items }: { refused: Schemas['BatchResult'][]; items: Item[] }) {
  if (refused.length === 0) return null
  return (
    <ul className="refused">
      {refused.map((r) => <li key={r.id}>{items.find((i) => i.id === r.id)?.number}：{r.problem?.title}{(r.problem?.errors ?? []).map((e) => `；${e.text}`).join('')}</li>)}
    </ul>
  )
}

function Claim({ items }: { items: Item[] }) {
  const queries = useQueryClient()
  const { chosen, toggle } = useChosen(items)
  const [refused, setRefused] = useState<Schemas['BatchResult'][]>([])
  const form = useSend(async () => {
    const results = await post<Schemas['BatchResult'][]>('/task-batches', { action: 'claim', items: chosen.map((i) => ({ id: i.id, version: i.version })) })
    setRefused(results.filter((r) => r.problem))
    await queries.invalidateQueries()
  })
  if (items.length === 0) return <Results refused={refused} items={items} />
  return (
    <section>
      <h2>待认领 <span>{items.length}</span></h2>
      <ul className="card rows">
        {items.map((i) => (
          <li key={i.id}>
            <input type="checkbox" aria-label={`选择 ${i.number}`} checked={chosen.includes(i)} onChange={() => toggle(i.id)} />
            <Words item={i} />
            <Link to="/tasks/$id" params={{ id: i.id }} search={{ act: 'wish_reassignment' }} className="button">申请调整</Link>
          </li>
        ))}
      </ul>
      <Refused error={form.error} />
      <Results refused={refused} items={items} />
      <button type="button" className="main" disabled={form.busy || chosen.length === 0} onClick={() => void form.submit()}>认领所选 {chosen.length} 项</button>
    </section>
  )
}

function Package({ items, round }: { items: Item[]; round: string }) {
  const { me } = useSession()
  const queries = useQueryClient()
  const { chosen, toggle } = useChosen(items)
  const [cover, setCover] = useState('')
  const [pledge, setPledge] = useState(false)
  const [refused, setRefused] = useState<Schemas['BatchResult'][]>([])
  const form = useSend(async () => {
    const body = { unit: me.posts[0]?.unit_id, items: chosen.map((i) => ({ id: i.id, version: i.version })), cover, pledge }
    const results = await post<Schemas['BatchResult'][]>(`/rounds/${round}/plan-packages`, body)
    setRefused(results.filter((r) => r.problem))
    await queries.invalidateQueries()
  })
  if (items.length === 0) return null
  return (
    <section>
      <h2>待报方案 <span>{items.length}</span></h2>
      <ul className="card rows">
        {items.map((i) => (
          <li key={i.id}>
            <input type="checkbox" aria-label={`选择 ${i.number}`} checked={chosen.includes(i)} onChange={() => toggle(i.id)} />
            <Words item={i} />
            <Link to="/tasks/$id" params={{ id: i.id }} search={{ act: 'submit_plan' }} className="button">编方案</Link>
          </li>
        ))}
      </ul>
      <div className="card stack">
        <p className="muted">先逐项“编方案”并存好，再一并报送；签批仍逐项进行，可以退回其中一项。</p>
        <TextField label="报送说明" value={cover} onChange={setCover} error={form.at('/cover')} />
        <Check label="我是单位负责人，报送即签字（经办人报送不勾选）" value={pledge} onChange={setPledge} />
        <Refused error={form.error} shown={['/cover']} />
        <Results refused={refused} items={items} />
        <button type="button" className="main" disabled={form.busy || chosen.length === 0} onClick={() => void form.submit()}>一并报送 {chosen.length} 项</button>
      </div>
    </section>
  )
}
