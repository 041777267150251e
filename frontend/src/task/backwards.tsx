// Milestones worked back from the end (倒排): steps with their working days, the dates reckoned by the server's calendar.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { DayField } from '../ui/dayfield'
import { Refused } from '../ui/parts'
import { day } from '../ui/words'
import type { Milestone } from './milestones'

type Step = { title: string; days: number; proof: string }

/** Usual ways of putting something right; a beginning, to be written over. */
const usual: [string, Step[]][] = [
  ['建章立制', [{ title: '摸清现状，列出问题清单', days: 5, proof: '问题清单' }, { title: '起草制度', days: 8, proof: '征求意见稿' }, { title: '征求意见并修改', days: 5, proof: '意见汇总' }, { title: '审定印发', days: 4, proof: '印发文件' }, { title: '检查执行情况', days: 8, proof: '检查记录' }]],
  ['清理整治', [{ title: '排查登记', days: 5, proof: '登记台账' }, { title: '逐项清理', days: 15, proof: '清理记录' }, { title: '复核验收', days: 5, proof: '验收单' }]],
  ['轮训教育', [{ title: '定对象和课程', days: 4, proof: '培训方案' }, { title: '分批培训', days: 15, proof: '签到和课件' }, { title: '测试并讲评', days: 3, proof: '测试成绩' }]],
]

export function Backwards({ task, measure, onMeasure, onPlace }: {
  task: Schemas['TaskView']
  measure: string
  onMeasure: (id: string) => void
  onPlace: (added: Milestone[]) => void
}) {
  const [steps, setSteps] = useState<Step[]>(usual[0]?.[1] ?? [])
  const [end, setEnd] = useState('')
  const bound = task.measures.find((m) => m.id === measure)?.due_on ?? task.due_on ?? task.review_on ?? ''
  const endsOn = end || bound
  const days = steps.map((s) => s.days)
  const isSound = endsOn !== '' && days.length > 0 && days.every((n) => Number.isInteger(n) && n >= 1 && n <= 400)
  const dates = useQuery({
    queryKey: ['plan-dates', task.id, endsOn, days.join()],
    queryFn: () => get(client.POST('/api/v1/tasks/{id}/plan-dates', { params: { path: { id: task.id } }, body: { ends_on: endsOn, days } })),
    enabled: isSound,
    placeholderData: keepPreviousData,
  })
  const found = isSound ? dates.data : undefined
  const set = (i: number, part: Partial<Step>) => setSteps(steps.map((s, k) => (k === i ? { ...s, ...part } : s)))
  return (
    <div className="backwards stack">
      <div className="pair">
        <label className="field"><span>所属措施</span>
          <select value={measure} onChange={(e) => onMeasure(e.target.value)}>
            <option value="">整项任务</option>
            {task.measures.map((x) => <option key={x.id} value={x.id}>{x.number} {x.text.slice(0, 18)}</option>)}
          </select>
        </label>
        <DayField label="最后一步止于" lies="ahead" value={endsOn} onChange={setEnd} />
      </div>
      <div className="choice" role="group" aria-label="常用步骤">
        {usual.map(([name, list]) => <button key={name} type="button" aria-pressed={steps === list} onClick={() => setSteps(list)}>{name}</button>)}
      </div>
      <ol className="steplist">
        {steps.map((s, i) => {
          const on = found?.steps[i]
          return (
            <li key={i}>
              <input aria-label={`第 ${i + 1} 步`} value={s.title} onChange={(e) => set(i, { title: e.target.value })} />
              <input aria-label={`第 ${i + 1} 步佐证`} placeholder="以什么为证" value={s.proof} onChange={(e) => set(i, { proof: e.target.value })} />
              <label><input aria-label={`第 ${i + 1} 步工作日数`} type="number" min={1} max={400} value={Number.isNaN(s.days) ? '' : s.days} onChange={(e) => set(i, { days: e.target.valueAsNumber })} /> 个工作日</label>
              <small className="muted">{on ? (on.begins_on === on.due_on ? day(on.due_on) : `${day(on.begins_on)}至${day(on.due_on)}`) : '—'}</small>
              <button type="button" className="plain" aria-label={`删去第 ${i + 1} 步`} onClick={() => setSteps(steps.filter((_, k) => k !== i))}>✕</button>
            </li>
          )
        })}
      </ol>
      <Refused error={dates.error} />
      {found && found.lacking > 0 && <p className="warning" role="status">到 {day(endsOn)} 只有 {found.available} 个工作日，这些步骤还差 {found.lacking} 个，请缩短或合并</p>}
      {found && found.lacking === 0 && <p className="muted" role="status">到 {day(endsOn)} 有 {found.available} 个工作日，排得下</p>}
      <div className="send">
        <button type="button" onClick={() => setSteps([...steps, { title: '', days: 5, proof: '' }])}>加一步</button>
        <button type="button" className="soft" disabled={!found || steps.every((s) => s.title.trim() === '')} onClick={() => onPlace(steps.flatMap((s, i) => (s.title.trim() === '' ? [] : [{ title: s.title.trim(), proof: s.proof, due_on: found?.steps[i]?.due_on ?? '', measure: measure || null }])))}>放入节点</button>
      </div>
    </div>
  )
}
