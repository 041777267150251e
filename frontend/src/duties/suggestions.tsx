// What the system already knows the reader has done: each taken over with one press, and counted only then.
import { useQueryClient } from '@tanstack/react-query'
import { type Schemas, post } from '../api/client'
import { useRound } from '../session'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day } from '../ui/words'
import { shown } from './acts'

type Suggestion = Schemas['DutySuggestion']

export function Suggestions({ list }: { list: Suggestion[] }) {
  if (list.length === 0) return null
  return (
    <section className="part" aria-label="系统里已有的记录">
      <header><h2>系统里已有的记录 <span>{list.length}</span></h2></header>
      <p className="muted">您签过的方案、主持过的会、参加过的检查。采用后才计入。</p>
      <ul className="card dutyacts">{list.map((s) => <Line key={s.key} suggestion={s} />)}</ul>
    </section>
  )
}

function Line({ suggestion }: { suggestion: Suggestion }) {
  const round = useRound()
  const queries = useQueryClient()
  const take = useSend(async () => {
    await post(`/rounds/${round}/personal-duties/take`, { key: suggestion.key })
    await Promise.all(shown.map((key) => queries.invalidateQueries({ queryKey: [key] })))
  })
  return (
    <li>
      <div className="dutyact">
        <div className="what">
          <p><b>{day(suggestion.on)}</b>　{suggestion.duty_label}</p>
          <p className="dutywords">{suggestion.words}</p>
        </div>
        <div className="dutydo"><button type="button" className="soft" disabled={take.busy} onClick={() => void take.submit()}>{take.busy ? '正在采用…' : '采用'}</button></div>
      </div>
      <Refused error={take.error} />
    </li>
  )
}
