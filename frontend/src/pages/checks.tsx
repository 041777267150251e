// The checks of a round: what stands where, what waits for the caller, and the form that plans a new one.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Outbox } from '../checks/outboxbar'
import { PlanForm } from '../checks/planform'
import { nextOf, span, tallied } from '../checks/words'
import { NoRound, useRound, useSession } from '../session'
import '../styles/checks.css'
import { Empty, Loaded, State } from '../ui/parts'
import { useTitle } from '../ui/title'

type Line = Schemas['CheckLineView']

export function Checks() {
  useTitle('检查')
  const round = useRound()
  const { round: chosen } = useSession()
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['checks', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/checks', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="检查" />
  const mayPlan = chosen?.can_plan_checks ?? false
  return (
    <>
      <div className="head">
        <h1>检查</h1>
        <p>专项检查、跟踪督查、随时抽查</p>
        <div className="acts">
          <Link to="/draw" className="button quiet">验证抽取</Link>
          {mayPlan && <button type="button" className={isNew ? '' : 'main'} onClick={() => setNew(!isNew)}>{isNew ? '收起' : '筹备检查'}</button>}
        </div>
      </div>
      <Outbox />
      {isNew && <PlanForm onClose={() => setNew(false)} />}
      <Loaded query={query}>{(list) => <Whole list={list} mayPlan={mayPlan} />}</Loaded>
    </>
  )
}

function Whole({ list, mayPlan }: { list: Line[]; mayPlan: boolean }) {
  if (list.length === 0) {
    return (
      <Empty>
        {mayPlan
          ? '还没有检查。从“筹备检查”开始：随时抽查先定范围再抽取，专项检查和跟踪督查直接指定任务。宣布进点之前，被检查单位看不到。'
          : '没有需要您参加的检查。请您参加抽取或者检查时，会出现在这里。'}
      </Empty>
    )
  }
  const mine = list.filter((c) => nextOf(c.open_actions).length > 0)
  const rest = list.filter((c) => !mine.includes(c))
  return (
    <>
      {mine.length > 0 && <section className="part"><header><h2>等我办 <span>{mine.length}</span></h2></header><Lines list={mine} /></section>}
      {rest.length > 0 && <section className="part"><header><h2>{mine.length > 0 ? '其他检查' : '全部检查'} <span>{rest.length}</span></h2></header><Lines list={rest} /></section>}
    </>
  )
}

function Lines({ list }: { list: Line[] }) {
  return (
    <ul className="card lines checklines">
      {list.map((c) => {
        const [next] = nextOf(c.open_actions)
        return (
          <li key={c.id}>
            <div className="line">
              <div className="what">
                <p><b>{c.kind_label}</b><State label={c.state_label} /></p>
                <p><Link to="/checks/$id" params={{ id: c.id }}>{c.title}</Link></p>
                <p className="muted">{tallied(c.tally)}</p>
              </div>
              <div className="span"><span>{span(c.from_on, c.to_on)}</span></div>
              <div className="do">
                <Link to="/checks/$id" params={{ id: c.id }} className={next ? 'button main' : 'button quiet'}>{next ? next.label : '查看'}</Link>
              </div>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
