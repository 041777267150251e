// A unit's plan: milestones, criteria, its own leader; saved as it is typed, handed in when it is whole.
import type { Schemas } from '../api/client'
import { post } from '../api/client'
import { Check, SelectField, TextField, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day } from '../ui/words'
import { ActForm, type FormProps, useAct } from './panel'
import { usePeople } from './parties'

type Milestone = { id?: string | null; measure?: string | null; title: string; proof: string; due_on: string }
type Criterion = { id?: string | null; text: string }
type Plan = { objective: string; milestones: Milestone[]; criteria: Criterion[]; unit_leader: string; reason: string; pledge: boolean }

function start(task: Schemas['TaskView']): Plan {
  return {
    objective: task.objective ?? '',
    milestones: task.milestones.filter((m) => !m.is_implicit).map((m) => ({ id: m.id, measure: m.measure_id, title: m.title, proof: m.proof ?? '', due_on: m.due_on ?? '' })),
    criteria: task.criteria.map((c) => ({ id: c.id, text: c.text })),
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
    unit_leader: plan.unit_leader || null,
    reason: plan.reason.trim() || null,
  }
}

export function PlanForm({ task, done, open, mode }: FormProps & { mode: 'submit' | 'amend' }) {
  const people = usePeople()
  const { values, change, forget, kept } = useDraft(mode === 'submit' ? 'plan' : 'amendment', task.id, start(task))
  const finish = () => {
    forget()
    done()
  }
  const isSubmit = mode === 'submit'
  const form = useAct(task, isSubmit ? 'submit-plan' : 'propose-amendment', () => (isSubmit ? { plan: input(values), pledge: values.pledge } : input(values)), finish)
  const save = useSend(async () => {
    await post(`/tasks/${task.id}/plan`, input(values), task.version)
    finish()
  })
  const setMilestone = (i: number, part: Partial<Milestone>) => change({ milestones: values.milestones.map((m, k) => (k === i ? { ...m, ...part } : m)) })
  const setCriterion = (i: number, text: string) => change({ criteria: values.criteria.map((c, k) => (k === i ? { ...c, text } : c)) })
  const returned = [...task.requests].reverse().find((r) => (r.kind === 'plan' || r.kind === 'amendment') && r.state === 'returned')
  const words = returned?.signatures.find((s) => s.verdict === 'return')
  return (
    <ActForm form={form} verb={isSubmit ? '报送方案' : '报送调整'} disabled={!open.is_possible} kept={kept}>
      {words && <div className="missing"><p><b>上次退回</b>：{words.person?.name} “{words.words}”</p></div>}
      <TextField label="整改目标" rows={2} value={values.objective} onChange={(objective) => change({ objective })} error={form.at('/objective')} />
      <fieldset>
        <legend>完成标准（销号时逐条对照，每条要有佐证）</legend>
        {values.criteria.map((c, i) => (
          <div key={i} className="line">
            <input aria-label={`完成标准 ${i + 1}`} value={c.text} onChange={(e) => setCriterion(i, e.target.value)} />
            <button type="button" className="plain" aria-label="删去" onClick={() => change({ criteria: values.criteria.filter((_, k) => k !== i) })}>✕</button>
            {form.at(`/plan/criteria/${i}/text`) && <p className="fault">{form.at(`/plan/criteria/${i}/text`)}</p>}
          </div>
        ))}
        <button type="button" onClick={() => change({ criteria: [...values.criteria, { text: '' }] })}>加一条标准</button>
      </fieldset>
      <fieldset>
        <legend>节点（不设节点的措施，整条完成时报一次）</legend>
        {values.milestones.map((m, i) => (
          <div key={i} className="milestone">
            <input aria-label={`节点 ${i + 1}`} placeholder="做到什么" value={m.title} onChange={(e) => setMilestone(i, { title: e.target.value })} />
            <input aria-label={`节点 ${i + 1} 时间`} type="date" value={m.due_on} onChange={(e) => setMilestone(i, { due_on: e.target.value })} />
            <select aria-label={`节点 ${i + 1} 所属措施`} value={m.measure ?? ''} onChange={(e) => setMilestone(i, { measure: e.target.value || null })}>
              <option value="">整项任务</option>
              {task.measures.map((x) => <option key={x.id} value={x.id}>{x.number} {x.text.slice(0, 18)}</option>)}
            </select>
            <input aria-label={`节点 ${i + 1} 佐证`} placeholder="以什么为证" value={m.proof} onChange={(e) => setMilestone(i, { proof: e.target.value })} />
            <button type="button" className="plain" aria-label="删去" onClick={() => change({ milestones: values.milestones.filter((_, k) => k !== i) })}>✕</button>
            {task.due_on && m.due_on > task.due_on && <p className="fault">晚于任务时限 {day(task.due_on)}</p>}
          </div>
        ))}
        <button type="button" onClick={() => change({ milestones: [...values.milestones, { title: '', proof: '', due_on: '' }] })}>加一个节点</button>
      </fieldset>
      <SelectField label="单位分管领导" empty="未指定" value={values.unit_leader} onChange={(unit_leader) => change({ unit_leader })} options={people} error={form.at('/plan/unit_leader')} />
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
