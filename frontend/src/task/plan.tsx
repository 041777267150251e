// A unit's plan: milestones, criteria, its own leader; saved as it is typed, handed in when it is whole.
import type { Schemas } from '../api/client'
import { post } from '../api/client'
import { Check, PickField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, said, today } from '../ui/words'
import { ActForm, type FormProps, Returned, useAct } from './act'
import { usePeople, useUnitsBelow } from './parties'

type Milestone = { id?: string | null; measure?: string | null; unit?: string | null; weight?: number; title: string; proof: string; due_on: string }
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

/** What a signer would ask about; a warning hinders nothing. */
function warnings(task: Schemas['TaskView'], plan: Plan): string[] {
  const found: string[] = []
  const dated = plan.milestones.filter((m) => m.due_on !== '')
  const past = dated.filter((m) => m.due_on < today()).length
  if (past > 0) found.push(`有 ${past} 个节点的时间早于今天`)
  const bare = task.measures.filter((m) => !plan.milestones.some((n) => n.measure === m.id))
  if (plan.milestones.length > 0 && bare.length > 0) found.push(`未设节点的措施 ${bare.length} 条：${bare.map((m) => m.number).join('、')}`)
  const unproved = plan.milestones.filter((m) => m.title.trim() !== '' && m.proof.trim() === '').length
  if (unproved > 0) found.push(`有 ${unproved} 个节点没有写以什么为证`)
  const ordered = dated.some((m, i) => i > 0 && m.measure === dated[i - 1]?.measure && m.due_on < (dated[i - 1]?.due_on ?? ''))
  if (ordered) found.push('同一措施的节点时间前后颠倒')
  return found
}

export function PlanForm({ task, done, open, mode }: FormProps & { mode: 'submit' | 'amend' }) {
  const people = usePeople()
  const below = useUnitsBelow(task.units[0]?.id)
  const { values, change, forget, kept } = useDraft(mode === 'submit' ? 'plan' : 'amendment', task.id, start(task))
  const finish = () => {
    forget()
    done()
  }
  const isSubmit = mode === 'submit'
  const form = useAct(task, isSubmit ? 'submit-plan' : 'propose-amendment', () => (isSubmit ? { plan: input(values), pledge: values.pledge } : input(values)), finish, () => (isSubmit ? [] : blank({ '/reason': values.reason })))
  const save = useSend(async () => {
    await post(`/tasks/${task.id}/plan`, input(values), task.version)
    finish()
  })
  const faults = (i: number) => ['title', 'due_on', 'proof', 'measure', 'unit'].flatMap((key) => form.at(`${isSubmit ? '/plan' : ''}/milestones/${i}/${key}`) ?? [])
  const shown = ['/objective', '/plan/objective', '/plan/unit_leader', '/reason'].concat(values.milestones.flatMap((_, i) => ['title', 'due_on', 'proof', 'measure', 'unit'].map((key) => `${isSubmit ? '/plan' : ''}/milestones/${i}/${key}`)))
  const setMilestone = (i: number, part: Partial<Milestone>) => change({ milestones: values.milestones.map((m, k) => (k === i ? { ...m, ...part } : m)) })
  const setCriterion = (i: number, text: string) => change({ criteria: values.criteria.map((c, k) => (k === i ? { ...c, text } : c)) })
  return (
    <ActForm form={form} verb={isSubmit ? '报送方案' : '报送调整'} disabled={!open.is_possible} shown={shown} kept={kept}>
      <Returned task={task} />
      <TextField label="整改目标" rows={2} value={values.objective} onChange={(objective) => change({ objective })} error={form.at('/plan/objective') ?? form.at('/objective')} />
      <fieldset>
        <legend>完成标准（销号时逐条对照，每条要有佐证）</legend>
        {values.criteria.map((c, i) => (
          <div key={i} className="criterion">
            <input aria-label={`完成标准 ${i + 1}`} value={c.text} onChange={(e) => setCriterion(i, e.target.value)} />
            <button type="button" className="plain" aria-label="删去" onClick={() => change({ criteria: values.criteria.filter((_, k) => k !== i) })}>✕</button>
            {form.at(`/plan/criteria/${i}/text`) && <p className="fault">{form.at(`/plan/criteria/${i}/text`)}</p>}
          </div>
        ))}
        <button type="button" onClick={() => change({ criteria: [...values.criteria, { text: '' }] })}>加一条标准</button>
      </fieldset>
      <fieldset>
        <legend>节点（不设节点的措施，整条完成时报一次）</legend>
        {warnings(task, values).map((w) => <p key={w} className="warning">{w}</p>)}
        {values.milestones.map((m, i) => (
          <div key={i} className="milestone">
            <input aria-label={`节点 ${i + 1}`} placeholder="做到什么" value={m.title} onChange={(e) => setMilestone(i, { title: e.target.value })} />
            <input aria-label={`节点 ${i + 1} 时间`} type="date" value={m.due_on} onChange={(e) => setMilestone(i, { due_on: e.target.value })} />
            <select aria-label={`节点 ${i + 1} 所属措施`} value={m.measure ?? ''} onChange={(e) => setMilestone(i, { measure: e.target.value || null })}>
              <option value="">整项任务</option>
              {task.measures.map((x) => <option key={x.id} value={x.id}>{x.number} {x.text.slice(0, 18)}</option>)}
            </select>
            <input aria-label={`节点 ${i + 1} 佐证`} placeholder="以什么为证" value={m.proof} onChange={(e) => setMilestone(i, { proof: e.target.value })} />
            {below.length > 0 && (
              <select aria-label={`节点 ${i + 1} 承担单位`} value={m.unit ?? ''} onChange={(e) => setMilestone(i, { unit: e.target.value || null })}>
                <option value="">本单位承担</option>
                {below.map((u) => <option key={u.value} value={u.value}>{u.label}</option>)}
              </select>
            )}
            <button type="button" className="plain" aria-label="删去" onClick={() => change({ milestones: values.milestones.filter((_, k) => k !== i) })}>✕</button>
            {task.due_on && m.due_on > task.due_on && <p className="fault">晚于任务时限 {day(task.due_on)}</p>}
            {faults(i).map((text) => <p key={text} className="fault" role="alert">{said(text)}</p>)}
          </div>
        ))}
        <button type="button" onClick={() => change({ milestones: [...values.milestones, { title: '', proof: '', due_on: '' }] })}>加一个节点</button>
      </fieldset>
      {!isSubmit && (
        <fieldset>
          <legend>措施原文（集团方案审定后，改动须加报领导组组长审定）</legend>
          {task.measures.map((m) => {
            const changed = values.measures?.find((x) => x.measure === m.id)
            const set = (part: Partial<Measure>) => change({ measures: values.measures.map((x) => (x.measure === m.id ? { ...x, ...part } : x)) })
            const at = (key: string) => form.at(`/measures/${values.measures.findIndex((x) => x.measure === m.id)}/${key}`)
            return changed ? (
              <div key={m.id} className="milestone">
                <input aria-label={`措施 ${m.number}`} value={changed.text} onChange={(e) => set({ text: e.target.value })} />
                <input aria-label={`措施 ${m.number} 时限`} type="date" value={changed.due_on} onChange={(e) => set({ due_on: e.target.value })} />
                <button type="button" className="plain" onClick={() => change({ measures: values.measures.filter((x) => x.measure !== m.id) })}>不改了</button>
                {['text', 'due_on'].map((key) => at(key) && <p key={key} className="fault" role="alert">{said(at(key) ?? '')}</p>)}
              </div>
            ) : (
              <p key={m.id}><span className="number">{m.number}</span>{m.text} <button type="button" className="plain" onClick={() => change({ measures: [...(values.measures ?? []), { measure: m.id, text: m.text, due_on: m.due_on ?? '' }] })}>改这条</button></p>
            )
          })}
        </fieldset>
      )}
      <PickField label="单位分管领导" empty="未指定" value={values.unit_leader} onChange={(unit_leader) => change({ unit_leader })} options={people} error={form.at('/plan/unit_leader')} />
      {isSubmit ? (
        <Check label="我是单位负责人，报送即签字（经办人报送不勾选）" value={values.pledge} onChange={(pledge) => change({ pledge })} />
      ) : (
        <TextField label="调整理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      )}
      {isSubmit && (
        <>
          <Refused error={save.error} />
          <button type="button" disabled={save.busy} onClick={() => void save.submit()}>先存方案，稍后一并报送</button>
        </>
      )}
    </ActForm>
  )
}
