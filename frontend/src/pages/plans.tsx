// What a unit has to claim and to plan: each by itself, or handed in together under one cover.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useTodo } from '../frame'
import { Results, useBatch } from '../ledger/batch'
import { PlanWorkbook } from '../plans/workbook'
import { NoRound, useRound, useSession } from '../session'
import { Check, TextField, blank, useSend } from '../ui/form'
import { Empty, Light, Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, day, left, until } from '../ui/words'

type Todo = Schemas['TodoItem']
type Line = Schemas['LedgerLine']
/** A thing to do with the line of the ledger it is about. */
type Work = { todo: Todo; line: Line; id: string; number: string; version: number }

export function Plans() {
  useTitle('认领与方案')
  const round = useRound()
  const todo = useTodo()
  const page = useQuery({
    queryKey: ['ledger', round, 'plans'],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: round }, query: { state: 'issued,planning,plan_review', limit: 200 } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="认领与方案" />
  return (
    <Loaded query={todo}>
      {(list) => (
        <Loaded query={page}>
          {(found) => {
            const work = (action: string): Work[] =>
              list.items.filter((i) => i.action === action).flatMap((item) => {
                const line = found.items.find((l) => l.id === item.task_id)
                return line ? [{ todo: item, line, id: line.id, number: line.number, version: item.version ?? line.version }] : []
              })
            const claims = work('claim')
            const plans = work('submit_plan')
            const waiting = list.handed_in.filter((h) => found.items.some((l) => l.id === h.task_id))
            return (
              <>
                <div className="head"><h1>认领与方案</h1><p>待认领 {claims.length} 项，待报方案 {plans.length} 项，审核中 {waiting.length} 项</p></div>
                {claims.length + plans.length + waiting.length === 0 && <Empty>没有要认领或编报方案的任务。新下发的任务会先出现在这里。<br /><Link to="/ledger" search={{}} className="button">看台账</Link></Empty>}
                <Claim work={claims} />
                <Package work={plans} round={round} />
                <Waiting items={waiting} lines={found.items} />
              </>
            )
          }}
        </Loaded>
      )}
    </Loaded>
  )
}

function Words({ work }: { work: Work }) {
  const { line, todo } = work
  return (
    <div className="what">
      <p><Link to="/tasks/$id" params={{ id: line.id }} search={{}} className="number">{line.number}</Link><b>{line.title}</b></p>
      <p className="muted">{line.finding_number} {line.lead_leader && `牵头领导 ${line.lead_leader}　`}{line.due_on ? `任务时限 ${day(line.due_on)}，${left(line.working_days_left)}` : line.disposition_label} <Light light={line.light} /></p>
      {todo.context && <p className="amber">{todo.context}</p>}
    </div>
  )
}

const Until = ({ todo }: { todo: Todo }) => (
  <div className={todo.group === 'overdue' ? 'span late' : 'span'}>{todo.due_at ? <><span>{until(todo.due_at)}</span><small>{left(todo.working_days_left)}</small></> : <span className="muted">未定</span>}</div>
)

function useChosen(work: Work[]) {
  const [off, setOff] = useState<Set<string>>(new Set())
  const chosen = work.filter((i) => !off.has(i.id))
  const toggle = (id: string) => setOff((now) => {
    const next = new Set(now)
    if (!next.delete(id)) next.add(id)
    return next
  })
  return { chosen, toggle }
}

function Claim({ work }: { work: Work[] }) {
  const { chosen, toggle } = useChosen(work)
  const batch = useBatch(() => undefined)
  if (work.length === 0) return <Results refused={batch.refused} items={work} />
  return (
    <section className="part">
      <header><h2>待认领 <span>{work.length}</span></h2><span>认领期限</span></header>
      <ul className="card lines">
        {work.map((i) => (
          <li key={i.id}>
            <div className="line">
              <input type="checkbox" aria-label={`选择 ${i.number}`} checked={chosen.includes(i)} onChange={() => toggle(i.id)} />
              <Words work={i} />
              <Until todo={i.todo} />
              <div className="do"><Link to="/tasks/$id" params={{ id: i.id }} search={{ act: 'wish_reassignment' }} className="button quiet">申请调整</Link></div>
            </div>
          </li>
        ))}
      </ul>
      <Refused error={batch.form.error} />
      <Results refused={batch.refused} items={work} />
      <button type="button" className="main" disabled={batch.form.busy || chosen.length === 0} onClick={() => batch.run('claim', chosen)}>{batch.form.busy ? '正在认领…' : `认领所选 ${chosen.length} 项`}</button>
    </section>
  )
}

function Package({ work, round }: { work: Work[]; round: string }) {
  const { me } = useSession()
  const queries = useQueryClient()
  const { chosen, toggle } = useChosen(work)
  const [cover, setCover] = useState('')
  const [pledge, setPledge] = useState(false)
  const [refused, setRefused] = useState<Schemas['BatchResult'][]>([])
  const unit = me.posts[0]?.unit_id
  const form = useSend(async () => {
    const body = { unit, items: chosen.map((i) => ({ id: i.id, version: i.version })), cover, pledge }
    const results = await post<Schemas['BatchResult'][]>(`/rounds/${round}/plan-packages`, body)
    setRefused(results.filter((r) => r.problem))
    await queries.invalidateQueries()
  }, () => blank({ '/cover': cover }))
  if (work.length === 0) return null
  return (
    <section className="part">
      <header><h2>待报方案 <span>{work.length}</span></h2><span>报送期限</span></header>
      {unit && <div className="send offline"><PlanWorkbook round={round} unit={unit} /><span className="muted">不联网也能填：下载、填好、传回，核对差异后存入</span></div>}
      <ul className="card lines">
        {work.map((i) => (
          <li key={i.id}>
            <div className="line">
              <input type="checkbox" aria-label={`选择 ${i.number}`} checked={chosen.includes(i)} onChange={() => toggle(i.id)} />
              <Words work={i} />
              <Until todo={i.todo} />
              <div className="do"><Link to="/tasks/$id" params={{ id: i.id }} search={{ act: 'submit_plan' }} className="button">编方案</Link></div>
            </div>
          </li>
        ))}
      </ul>
      <form className="card stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <h2>一并报送 <span>一个单位一份，附各项任务的方案</span></h2>
        <p className="muted">先逐项“编方案”并存好，再一并报送；签批仍逐项进行，可以只退回其中一项。</p>
        <TextField label="报送说明" value={cover} onChange={setCover} error={form.at('/cover')} hint="如：本单位整改方案及清单，共几项" />
        <Check label="我是单位负责人，报送即签字（经办人报送不勾选）" value={pledge} onChange={setPledge} />
        <Refused error={form.error} shown={['/cover']} />
        <Results refused={refused} items={work} />
        <div><button type="submit" className="main" disabled={form.busy || chosen.length === 0}>{form.busy ? '正在报送…' : `一并报送 ${chosen.length} 项`}</button></div>
      </form>
    </section>
  )
}

function Waiting({ items, lines }: { items: Schemas['HandedIn'][]; lines: Line[] }) {
  if (items.length === 0) return null
  return (
    <section className="part">
      <header><h2>审核中 <span>{items.length}</span></h2><span>报送日期</span></header>
      <ul className="card lines">
        {items.map((h) => (
          <li key={h.task_id}>
            <div className="line">
              <div className="what">
                <p><Link to="/tasks/$id" params={{ id: h.task_id ?? '' }} search={{}} className="number">{h.number}</Link><b>{lines.find((l) => l.id === h.task_id)?.title}</b></p>
                <p className="muted">{h.what}，等 {h.waits_for}</p>
              </div>
              <div className="span"><span>{began(h.since)}</span><small>{h.working_days > 0 ? `${h.working_days} 个工作日` : '今日'}</small></div>
              <div className="do" />
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
