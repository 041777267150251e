// Systemic problems: what may be one problem of the group, for who decides it; the problems there are, and how far each has come.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useRound } from '../session'
import '../styles/slips.css'
import '../styles/systemic.css'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, TextField, blank, useSend } from '../ui/form'
import { Pick } from '../ui/pick'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day } from '../ui/words'

type Proposal = Schemas['SystemicProposalView']

export function Systemic() {
  useTitle('举一反三')
  const round = useRound()
  const query = useQuery({ queryKey: ['systemic', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/systemic-problems', { params: { path: { id: round } } })), enabled: round !== '' })
  return (
    <>
      <div className="head"><h1>举一反三</h1><p>几个单位的同类问题认定为共性问题，由职能部门统一整改，其他单位对照自查</p></div>
      <Loaded query={query}>{(list) => (
        <>
          {list.may_confirm && <Proposals round={round} />}
          {list.may_confirm && <ByHand round={round} />}
          {list.items.length === 0
            ? <Empty>{list.sees_all && !list.may_confirm ? '本轮次还没有认定共性问题。整改办认定后列在这里，可查看集团层面措施和各单位自查的进展。' : !list.sees_all && !list.is_of_unit ? '没有需要您办理的共性问题。共性问题由整改办认定，由职能部门牵头、有关单位自查。' : list.may_confirm ? '还没有认定共性问题。系统有建议时列在上面，看过后认定或写明不是；也可以另选任务认定。' : '还没有需要您单位自查或牵头的共性问题。整改办布置后会列在这里和我的待办里。'}</Empty>
            : <section className="part" aria-label="共性问题"><header><h2>共性问题 <span>{list.items.length}</span></h2></header><ul className="card lines">{list.items.map((p) => <Line key={p.id} of={p} />)}</ul></section>}
        </>
      )}</Loaded>
    </>
  )
}

function Line({ of }: { of: Schemas['SystemicLine'] }) {
  return (
    <li>
      <div className="line">
        <div className="what">
          <p><b>{of.title}</b><State label={of.state_label} />{of.is_overdue && <span className="tag amber">措施逾期</span>}</p>
          <p className="muted">
            {of.owner?.name} 牵头{of.due_on && `，${day(of.due_on)} 前完成`}
            {of.n_members != null && `，涉及 ${of.n_members} 项任务`}
            {of.progress && of.progress.asked > 0 && `；自查 ${of.progress.answered} / ${of.progress.asked} 家已报，存在 ${of.progress.has}、类似 ${of.progress.similar}，已立任务 ${of.progress.raised}${of.progress.overdue > 0 ? `，逾期 ${of.progress.overdue}` : ''}`}
          </p>
          {of.own.map((o) => <p key={o.unit.id} className={o.is_overdue ? 'late' : 'muted'}>{o.unit.name}：{o.state_label}，{day(o.due_on)} 前报{o.is_overdue && '，已逾期'}</p>)}
        </div>
        <div className="do"><Link to="/systemic/$id" params={{ id: of.id }} className="button quiet">查看</Link></div>
      </div>
    </li>
  )
}

function Proposals({ round }: { round: string }) {
  const query = useQuery({ queryKey: ['systemic', round, 'proposals'], queryFn: () => get(client.GET('/api/v1/rounds/{id}/systemic-proposals', { params: { path: { id: round } } })) })
  const [all, setAll] = useState(false)
  if (!query.data || query.data.items.length === 0) return null
  const { items } = query.data
  const shown = all ? items : items.slice(0, 3)
  return (
    <section className="part proposals" aria-label="可能的共性问题">
      <header><h2>可能的共性问题 <span>{items.length}</span></h2></header>
      {shown.map((p) => <Group key={p.members.map((m) => m.id).join()} round={round} proposal={p} />)}
      {shown.length < items.length && <button type="button" onClick={() => setAll(true)}>还有 {items.length - shown.length} 组</button>}
    </section>
  )
}

/** What nobody proposed, and what is sensitive, is put together by hand. */
function ByHand({ round }: { round: string }) {
  const [isOpen, setOpen] = useState(false)
  if (!isOpen) return <p className="noprint asknew"><button type="button" onClick={() => setOpen(true)}>另选任务认定</button></p>
  return <article className="card group byhand"><Confirm round={round} title="" ground="" members={[]} onClose={() => setOpen(false)} /></article>
}

function Group({ round, proposal }: { round: string; proposal: Proposal }) {
  const [doing, setDoing] = useState<'confirm' | 'dismiss' | null>(null)
  const [left, setLeft] = useState<string[]>([])
  const chosen = proposal.members.filter((m) => !left.includes(m.id))
  return (
    <article className="card group" aria-label={proposal.grounds.join('；')}>
      <p><b>{proposal.n_units} 个单位、{proposal.members.length} 项任务</b>：{proposal.grounds.join('；')}</p>
      <ul>
        {proposal.members.map((m) => (
          <li key={m.id}>
            {doing === 'confirm' && <input type="checkbox" aria-label={`列入 ${m.number}`} checked={!left.includes(m.id)} onChange={(e) => setLeft(e.target.checked ? left.filter((k) => k !== m.id) : [...left, m.id])} />}
            <span><Link to="/tasks/$id" params={{ id: m.id }} search={{}} className="number">{m.number}</Link> {m.finding} <small className="muted">{m.unit?.name}{m.round_id !== round && `，${m.round_name}`}</small></span>
          </li>
        ))}
      </ul>
      {!doing && (
        <p className="acts">
          <button type="button" onClick={() => setDoing('confirm')}>认定为共性问题</button>
          <button type="button" className="plain" onClick={() => setDoing('dismiss')}>不是共性问题</button>
        </p>
      )}
      {doing === 'confirm' && <Confirm round={round} title={proposal.members.map((m) => m.finding).sort((a, b) => a.length - b.length)[0] ?? ''} ground={proposal.grounds.join('；')} members={chosen.map((m) => m.id)} onClose={() => setDoing(null)} />}
      {doing === 'dismiss' && <Dismiss round={round} members={proposal.members.map((m) => m.id)} onClose={() => setDoing(null)} />}
    </article>
  )
}

function Confirm({ round, title, ground, members: chosen, onClose }: { round: string; title: string; ground: string; members: string[]; onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const units = useUnits()
  const tasks = useQuery({ queryKey: ['systemic', round, 'tasks'], queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: round }, query: { limit: 200 } } })) })
  const [added, setAdded] = useState<string[]>([])
  const members = [...chosen, ...added]
  const all = (tasks.data?.items ?? []).map((t) => ({ value: t.id, label: `${t.number} ${t.title}${t.lead_unit ? `（${t.lead_unit}）` : ''}` }))
  const [values, setValues] = useState({ title, measure: '', ground, owner: '', due_on: '' })
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const form = useSend(async () => {
    const made = await post<Schemas['KeptProblem']>(`/rounds/${round}/systemic-problems`, { ...values, members })
    await queries.invalidateQueries({ queryKey: ['systemic'] })
    void navigate({ to: '/systemic/$id', params: { id: made.id } })
  }, () => blank({ '/title': values.title, '/measure': values.measure, '/ground': values.ground, '/owner': values.owner, '/due_on': values.due_on }))
  return (
    <form className="stack" noValidate aria-label="认定为共性问题" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="共性问题" rows={2} value={values.title} onChange={(title) => change({ title })} error={form.at('/title')} hint="自查单位和牵头部门都看得到，不写具体单位" />
      <TextField label="集团层面措施" rows={2} value={values.measure} onChange={(measure) => change({ measure })} error={form.at('/measure')} hint="建什么制度、改什么流程，哪家有都管用" />
      <TextField label="认定理由" rows={2} value={values.ground} onChange={(ground) => change({ ground })} error={form.at('/ground')} />
      <div className="pair">
        <PickField label="牵头部门" empty="请选择" value={values.owner} onChange={(owner) => change({ owner })} options={units} error={form.at('/owner')} />
        <DayField label="完成时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      </div>
      <Pick clears label="加一项任务" value="" options={all.filter((t) => !members.includes(t.value))} empty="再加本轮次的任务" onChange={(task) => task && setAdded([...added, task])} />
      {added.length > 0 && <p className="chosen">{added.map((id) => <button key={id} type="button" className="set" onClick={() => setAdded(added.filter((k) => k !== id))}>{all.find((t) => t.value === id)?.label} ✕</button>)}</p>}
      {form.at('/members') && <p className="fault" role="alert">{form.at('/members')}</p>}
      <Refused error={form.error} shown={['/title', '/measure', '/ground', '/owner', '/due_on', '/members']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在认定…' : `认定（${members.length} 项任务）`}</button>
        <button type="button" onClick={onClose}>取消</button>
      </div>
    </form>
  )
}

function Dismiss({ round, members, onClose }: { round: string; members: string[]; onClose: () => void }) {
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const form = useSend(async () => {
    await post(`/rounds/${round}/systemic-dismissals`, { members, reason })
    await queries.invalidateQueries({ queryKey: ['systemic'] })
  }, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate aria-label="不是共性问题" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="不是共性问题的理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} hint="成员不变就不再建议" />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>不再建议</button>
        <button type="button" onClick={onClose}>取消</button>
      </div>
    </form>
  )
}
