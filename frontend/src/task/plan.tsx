// A unit's plan: objective, criteria, milestones on a line of days; saved as it is typed, asked about at once, handed in when it is whole.
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { Schemas } from '../api/client'
import { DayInput } from '../ui/dayfield'
import { Check, PickField, TextField, blank, useDraft } from '../ui/form'
import { Refused } from '../ui/parts'
import { pasted } from '../ui/table'
import { said, today } from '../ui/words'
import { ActForm, type FormProps, Returned, useAct } from './act'
import { useAdvice } from './advice'
import { Backwards } from './backwards'
import { MilestoneRow, PastedMilestones } from './milestonerows'
import { type Milestone, type ReadMilestones, merged, readMilestones } from './milestones'
import { usePeople, useUnitsBelow } from './parties'
import { Timeline } from './timeline'

type Measure = { measure: string; text: string; due_on: string }
type Criterion = { id?: string | null; text: string }
type Plan = { objective: string; milestones: Milestone[]; criteria: Criterion[]; measures: Measure[]; unit_leader: string; reason: string; pledge: boolean }

function start(task: Schemas['TaskView']): Plan {
  return {
    objective: task.objective ?? '',
    milestones: task.milestones.filter((m) => !m.is_implicit).map((m) => ({ id: m.id, measure: m.measure_id, unit: m.unit?.id ?? null, weight: m.weight, title: m.title, proof: m.proof ?? '', due_on: m.due_on ?? '' })),
    criteria: task.criteria.map((c) => ({ id: c.id, text: c.text })),
    measures: [],
    unit_leader: task.unit_leader?.id ?? '',
    reason: '',
    pledge: false,
  }
}

function input(plan: Plan): Schemas['PlanInput'] {
  return {
    objective: plan.objective.trim() || null,
    milestones: plan.milestones.map((m) => ({ ...m, proof: m.proof.trim() || null })),
    criteria: plan.criteria.filter((c) => c.text.trim() !== ''),
    measures: (plan.measures ?? []).map((m) => ({ ...m, due_on: m.due_on || null })),
    unit_leader: plan.unit_leader || null,
    reason: plan.reason.trim() || null,
  }
}

const parts = ['title', 'due_on', 'proof', 'measure', 'unit']

export default function PlanForm({ task, done, open, mode }: FormProps & { mode: 'submit' | 'amend' }) {
  const people = usePeople()
  const below = useUnitsBelow(task.units[0]?.id)
  const { values, change, forget, kept } = useDraft(mode === 'submit' ? 'plan' : 'amendment', task.id, start(task))
  const finish = () => {
    forget()
    done()
  }
  useEffect(() => {
    // It comes after its panel, which could not put the keyboard into it.
    if (window.matchMedia('(hover: hover)').matches) document.querySelector<HTMLElement>('.panel textarea')?.focus({ preventScroll: true })
  }, [])
  const isSubmit = mode === 'submit'
  const root = isSubmit ? '/plan' : ''
  const form = useAct(task, isSubmit ? 'submit-plan' : 'propose-amendment', () => (isSubmit ? { plan: input(values), pledge: values.pledge } : input(values)), finish, () => (isSubmit ? blank(undated(values)) : [...blank(undated(values)), ...blank({ '/reason': values.reason })]))
  const save = useAct(task, 'plan', () => input(values), finish, () => blank(undated(values)))
  const advice = useAdvice(task.id, values.milestones, values.criteria.map((c) => c.text))
  const at = (pointer: string) => form.at(`/plan${pointer}`) ?? form.at(pointer) ?? save.at(pointer)
  const faults = (i: number) => parts.flatMap((key) => at(`/milestones/${i}/${key}`) ?? [])
  const shown = ['/objective', '/plan/objective', '/plan/unit_leader', '/reason'].concat(values.milestones.flatMap((_, i) => parts.flatMap((key) => [`${root}/milestones/${i}/${key}`, `/milestones/${i}/${key}`])))
  const setMilestone = (i: number, part: Partial<Milestone>) => change({ milestones: values.milestones.map((m, k) => (k === i ? { ...m, ...part } : m)) })
  return (
    <ActForm form={{ ...form, overtaken: form.overtaken ?? save.overtaken }} verb={isSubmit ? '报送方案' : '报送调整'} disabled={!open.is_possible} shown={shown} kept={kept} onDrop={() => { forget(); done() }}>
      <Returned task={task} />
      <TextField label="整改目标" rows={2} value={values.objective} onChange={(objective) => change({ objective })} error={at('/objective')} />
      <Criteria criteria={values.criteria} at={at} onChange={(criteria) => change({ criteria })} />
      <Milestones task={task} milestones={values.milestones} advice={advice} faults={faults} below={below} onChange={(milestones) => change({ milestones })} onSet={setMilestone} />
      {!isSubmit && <Reworded task={task} measures={values.measures ?? []} at={form.at} onChange={(measures) => change({ measures })} />}
      <PickField label="单位分管领导" empty="未指定" value={values.unit_leader} onChange={(unit_leader) => change({ unit_leader })} options={people} error={form.at('/plan/unit_leader')} />
      {isSubmit ? (
        <Check label="我是单位负责人，报送即签字（经办人报送不勾选）" value={values.pledge} onChange={(pledge) => change({ pledge })} />
      ) : (
        <TextField label="调整理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      )}
      {isSubmit && (
        <>
          {!save.overtaken && <Refused error={save.error} shown={shown} />}
          <button type="button" disabled={save.busy} onClick={() => void save.submit()}>先存方案，稍后一并报送</button>
        </>
      )}
    </ActForm>
  )
}

/** The server takes a milestone with its date only. */
const undated = (plan: Plan) => Object.fromEntries(plan.milestones.map((m, i) => [`/milestones/${i}/due_on`, m.due_on]))

/** Enter goes on to the next field; a plan is handed in by its button alone. */
function onward(e: KeyboardEvent<HTMLFieldSetElement>) {
  if (e.key !== 'Enter' || e.nativeEvent.isComposing || !(e.target instanceof HTMLInputElement)) return
  e.preventDefault()
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>('input, select')]
  all[all.indexOf(e.target) + 1]?.focus()
}

function Criteria({ criteria, at, onChange }: { criteria: Criterion[]; at: (pointer: string) => string | undefined; onChange: (to: Criterion[]) => void }) {
  return (
    <fieldset onKeyDown={onward}>
      <legend>完成标准（销号时逐条对照，每条要有佐证）</legend>
      {criteria.map((c, i) => (
        <div key={i} className="criterion">
          <input aria-label={`完成标准 ${i + 1}`} value={c.text} onChange={(e) => onChange(criteria.map((x, k) => (k === i ? { ...x, text: e.target.value } : x)))} />
          <button type="button" className="plain" aria-label="删去" onClick={() => onChange(criteria.filter((_, k) => k !== i))}>✕</button>
          {at(`/criteria/${i}/text`) && <p className="fault">{at(`/criteria/${i}/text`)}</p>}
        </div>
      ))}
      <button type="button" onClick={() => onChange([...criteria, { text: '' }])}>加一条标准</button>
    </fieldset>
  )
}

function Milestones({ task, milestones, advice, faults, below, onChange, onSet }: {
  task: Schemas['TaskView']
  milestones: Milestone[]
  advice: ReturnType<typeof useAdvice>
  faults: (i: number) => string[]
  below: { value: string; label: string }[]
  onChange: (to: Milestone[]) => void
  onSet: (i: number, part: Partial<Milestone>) => void
}) {
  const [read, setRead] = useState<ReadMilestones | null>(null)
  const [measure, setMeasure] = useState(task.measures[0]?.id ?? '')
  const [isBack, setBack] = useState(false)
  const lanes = [...task.measures.map((m) => ({ id: m.id as string | null, label: m.number, text: m.text })), { id: null, label: '整项任务', text: '' }]
  const returned = returnedMilestones(task)
  return (
    <fieldset onKeyDown={onward} onPaste={(e) => {
      const found = pasted(e.clipboardData)
      if (!found.isTable || !(found.text.includes('\t') || found.text.trim().includes('\n'))) return
      e.preventDefault()
      setRead(readMilestones(found.text, task.measures, today()))
    }}>
      <legend>节点（不设节点的措施，整条完成时报一次；从 Excel 复制的表可直接粘贴到这里）</legend>
      {advice.general.length > 0 && <ul className="advice">{advice.general.map((text) => <li key={text} className="warning">{text}</li>)}</ul>}
      <Timeline lanes={lanes} milestones={milestones} due={task.due_on ?? null} rest={advice.rest} isWarned={advice.dated} onMove={(i, due_on) => onSet(i, { due_on })} />
      {milestones.map((m, i) => (
        <MilestoneRow key={i} n={i + 1} milestone={m} task={task} below={below} notes={advice.of(i)} faults={faults(i)} since={returned && sinceReturn(m, returned)} onSet={(part) => onSet(i, part)} onDrop={() => onChange(milestones.filter((_, k) => k !== i))} />
      ))}
      <div className="send">
        <button type="button" onClick={() => onChange([...milestones, { title: '', proof: '', due_on: '', measure: null }])}>加一个节点</button>
        <button type="button" aria-expanded={isBack} onClick={() => setBack(!isBack)}>按时限倒排</button>
      </div>
      {isBack && <Backwards task={task} measure={measure} onMeasure={setMeasure} onPlace={(added) => { onChange(merged(milestones, added)); setBack(false) }} />}
      {read && <PastedMilestones read={read} now={milestones} measures={task.measures} onTake={() => { onChange(merged(milestones, read.milestones)); setRead(null) }} onClose={() => setRead(null)} />}
    </fieldset>
  )
}

type Signed = { id: string; title: string; proof: string | null; due_on: string | null }

/** The milestones of the request that came back last, if the newest one did. */
function returnedMilestones(task: Schemas['TaskView']): Signed[] | null {
  const last = task.requests.slice(0, 1).find((r) => r.is_returned)
  return last ? ((last.content as { milestones?: Signed[] } | null)?.milestones ?? []) : null
}

/** What became of a milestone since it was returned. */
function sinceReturn(m: Milestone, returned: Signed[]): string {
  const was = returned.find((r) => r.id === m.id) ?? returned.find((r) => r.title === m.title.trim())
  if (!was) return '退回后新增'
  return was.title === m.title.trim() && (was.proof ?? '') === m.proof.trim() && (was.due_on ?? '') === m.due_on ? '退回后未改' : '退回后已改'
}

function Reworded({ task, measures, at, onChange }: { task: Schemas['TaskView']; measures: Measure[]; at: (pointer: string) => string | undefined; onChange: (to: Measure[]) => void }) {
  return (
    <fieldset>
      <legend>措施原文（集团方案审定后，改动须加报领导组组长审定）</legend>
      {task.measures.map((m) => {
        const i = measures.findIndex((x) => x.measure === m.id)
        const changed = measures[i]
        const set = (part: Partial<Measure>) => onChange(measures.map((x) => (x.measure === m.id ? { ...x, ...part } : x)))
        return changed ? (
          <div key={m.id} className="milestone">
            <input aria-label={`措施 ${m.number}`} value={changed.text} onChange={(e) => set({ text: e.target.value })} />
            <DayInput label={`措施 ${m.number} 时限`} lies="ahead" value={changed.due_on} onChange={(due_on) => set({ due_on })} />
            <button type="button" className="plain" onClick={() => onChange(measures.filter((x) => x.measure !== m.id))}>不改了</button>
            {['text', 'due_on'].map((key) => at(`/measures/${i}/${key}`) && <p key={key} className="fault" role="alert">{said(at(`/measures/${i}/${key}`) ?? '')}</p>)}
          </div>
        ) : (
          <p key={m.id}><span className="number">{m.number}</span>{m.text} <button type="button" className="plain" onClick={() => onChange([...measures, { measure: m.id, text: m.text, due_on: m.due_on ?? '' }])}>改这条</button></p>
        )
      })}
    </fieldset>
  )
}
