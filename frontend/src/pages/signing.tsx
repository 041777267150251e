// What waits for the caller's hand: his own signature, paper to be entered or checked, a meeting to be recorded.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useRound } from '../session'
import { useSend } from '../ui/form'
import { Empty, Light, Loaded, Refused } from '../ui/parts'
import { day, moment } from '../ui/words'

export function Signing() {
  const round = useRound()
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<Set<string>>(new Set())
  const [refused, setRefused] = useState<string[]>([])
  const query = useQuery({
    queryKey: ['waiting', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/waiting', { params: { path: { id: round } } })),
    enabled: round !== '',
  })
  const items = query.data ?? []
  const form = useSend(async () => {
    const picked = items.filter((w) => chosen.has(w.id))
    const results = await post<Schemas['BatchResult'][]>('/sign-batches', {
      items: picked.map((w) => ({ request: w.id, task_id: w.task_id, version: w.version })), verdict: 'approve', words: null, meeting: null,
    })
    setRefused(results.flatMap((r) => (r.problem ? [`${picked.find((w) => w.task_id === r.id)?.task_number}：${r.problem.title}`] : [])))
    setChosen(new Set())
    await queries.invalidateQueries()
  })
  if (round === '') return <Empty>还没有与您有关的轮次。</Empty>
  const toggle = (id: string) => setChosen((now) => {
    const next = new Set(now)
    if (!next.delete(id)) next.add(id)
    return next
  })
  return (
    <Loaded query={query}>
      {(list) => {
        const mine = list.filter((w) => w.actions.includes('sign'))
        const desk = list.filter((w) => !w.actions.includes('sign'))
        return (
          <>
            <div className="head"><h1>签批</h1><p>等我签 {mine.length} 项{desk.length > 0 && `，线下办理 ${desk.length} 项`}</p></div>
            {list.length === 0 && <Empty>没有等您签批的事项。</Empty>}
            {mine.length > 0 && <Lines title="等我签" items={mine} chosen={chosen} toggle={toggle} />}
            {desk.length > 0 && <Lines title="线下签批与会议" items={desk} />}
            {refused.length > 0 && <ul className="refused">{refused.map((r) => <li key={r}>{r}</li>)}</ul>}
            <Refused error={form.error} />
            {chosen.size > 0 && (
              <div className="batch card">
                <b>已选 {chosen.size} 项</b>
                <button type="button" className="main" disabled={form.busy} onClick={() => window.confirm(`对所选 ${chosen.size} 项逐项签字同意？`) && void form.submit()}>同意并签字</button>
              </div>
            )}
          </>
        )
      }}
    </Loaded>
  )
}

function Lines({ title, items, chosen, toggle }: { title: string; items: Schemas['WaitingView'][]; chosen?: Set<string>; toggle?: (id: string) => void }) {
  return (
    <section>
      <h2>{title} <span>{items.length}</span></h2>
      <ul className="card rows">
        {items.map((w) => (
          <li key={w.id}>
            {toggle && <input type="checkbox" aria-label={`选择 ${w.task_number} ${w.kind_label}`} checked={chosen?.has(w.id) ?? false} onChange={() => toggle(w.id)} />}
            <div className="what">
              <p><b>{w.kind_label}</b><span className="muted">{w.waits_for && `待${w.waits_for}`}　{w.submitted_by} {moment(w.submitted_at)} 报</span></p>
              <p><span className="number">{w.task_number}</span>{w.title}　<span className="muted">{w.lead_unit}{w.due_on && `，时限 ${day(w.due_on)}`}</span> <Light light={w.light} /></p>
            </div>
            <div className="acts">
              {w.actions.map((action, i) => (
                <Link key={action} to="/tasks/$id" params={{ id: w.task_id }} search={{ act: action }} className="button">{action === 'sign' ? '看内容并签' : w.action_labels[i]}</Link>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
