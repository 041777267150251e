// What a reader of the plan would ask about, as the server says it while it is written.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { said } from '../ui/words'
import type { Milestone } from './milestones'

export type Advice = {
  /** About one milestone, the text of all its notes; `dated` for those about its date. */
  of: (i: number) => string[]
  dated: (i: number) => boolean
  /** About the whole, measures and criteria. */
  general: string[]
  rest: ReadonlySet<string>
}

const place = /^\/milestones\/(\d+)\/(\w+)/

/** Asked when the typing pauses; what was said last stays until the new answer is there. */
export function useAdvice(task: string, milestones: Milestone[], criteria: string[]): Advice {
  const sketch: Schemas['PlanSketch'] = {
    milestones: milestones.map((m) => ({ id: m.id ?? null, measure: m.measure ?? null, title: m.title, proof: m.proof || null, due_on: m.due_on || null })),
    criteria,
  }
  const key = useSettled(JSON.stringify(sketch))
  const query = useQuery({
    queryKey: ['plan-advice', task, key],
    queryFn: () => get(client.POST('/api/v1/tasks/{id}/plan-advice', { params: { path: { id: task } }, body: JSON.parse(key) as Schemas['PlanSketch'] })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const notes = (query.data?.notes ?? []).map((n) => ({ at: place.exec(n.pointer), text: said(n.text), pointer: n.pointer }))
  const about = (i: number) => notes.filter((n) => n.at && Number(n.at[1]) === i && i < milestones.length)
  return {
    of: (i) => about(i).map((n) => n.text),
    dated: (i) => about(i).some((n) => n.at?.[2] === 'due_on'),
    general: notes.filter((n) => !n.at).map((n) => criterion(n.pointer) + n.text),
    rest: new Set(query.data?.rest_days ?? []),
  }
}

/** 完成标准 2： where a note is about one of them. */
function criterion(pointer: string): string {
  const n = /^\/criteria\/(\d+)/.exec(pointer)?.[1]
  return n === undefined ? '' : `完成标准 ${Number(n) + 1}：`
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), 350)
    return () => window.clearTimeout(timer)
  }, [value])
  return settled
}
