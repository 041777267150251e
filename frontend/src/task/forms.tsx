// Which act has which form, and the forms of few fields.
import { type ComponentProps, type ReactNode, Suspense, lazy, useState } from 'react'
import { DayField } from '../ui/dayfield'
import { Check, PickField, TextField, blank, useDraft } from '../ui/form'
import { Loading } from '../ui/parts'
import { day, today } from '../ui/words'
import { ActForm, type FormProps, Returned, useAct } from './act'
import { CauseForm, LastCause } from './causes'
import { PeopleAndUnits, usePeople, useUnits } from './parties'
import { ConfirmForm, MeetingForm, ObjectForm, PaperForm, RecallForm, SignForm } from './signforms'
import { AnswerForm, DutyForm, EvidenceForm, MilestoneForm, RemoveEvidenceForm, ReopenMilestoneForm, StatementForm } from './workforms'
import { Signals } from './signals'

/** With its line of days it weighs more than all other forms, and is fetched when it is asked for. */
const PlanForm = lazy(() => import('./plan'))
const Plan = (p: ComponentProps<typeof PlanForm>) => <Suspense fallback={<Loading />}><PlanForm {...p} /></Suspense>

export const forms: Record<string, (props: FormProps) => ReactNode> = {
  issue: (p) => <Reasoned {...p} path="issue" text={`下发后牵头单位即可看到并认领。${verifiers(p.task)}`} label="说明（时限不在将来时必填）" optional verb="下发" />,
  close_before_golive: GoLiveForm,
  claim: (p) => <Plain {...p} path="claim" text="认领后由本单位牵头整改，并按期编报方案。" verb="认领" />,
  wish_reassignment: WishForm,
  uphold: (p) => <Reasoned {...p} path="uphold" text={`维持原分工。申请理由：${p.task.wish?.reason ?? ''}`} label="说明" verb="维持原分工" />,
  reassign: (p) => <PeopleAndUnits {...p} path="reassign" verb="调整责任分工" />,
  adjust_parties: (p) => <PeopleAndUnits {...p} path="adjust-parties" verb="调整责任人员" />,
  submit_plan: (p) => <Plan {...p} mode="submit" />,
  propose_amendment: (p) => <Plan {...p} mode="amend" />,
  sign: SignForm,
  record_signature: PaperForm,
  confirm_signature: ConfirmForm,
  record_meeting: MeetingForm,
  object: ObjectForm,
  settle_objection: SettleForm,
  settle_check: (p) => <Reasoned {...p} path="settle-check" text="检查查出不实，任务已亮红灯。不重新整改的，写明理由作出处理，红灯随之解除；检查结果和处理意见都留在任务的经过里。" label="检查结论处理" verb="作出处理" />,
  recall: RecallForm,
  submit_statement: StatementForm,
  acknowledge_statement: AnswerForm,
  complete_milestone: MilestoneForm,
  reopen_milestone: ReopenMilestoneForm,
  complete_duty: DutyForm,
  attach_evidence: EvidenceForm,
  remove_evidence: RemoveEvidenceForm,
  request_extension: ExtensionForm,
  reset_due_date: ResetForm,
  request_closure: ClosureForm,
  name_cross_checker: CrossCheckerForm,
  mark_key: MarkKeyForm,
  analyse_cause: CauseForm,
  confirm: (p) => <Plain {...p} path="confirm" text="跟踪巩固期满，确认销号后任务办结。" verb="确认销号" />,
  reopen: ReopenForm,
  request_withdrawal: (p) => <Reasoned {...p} path="request-withdrawal" text="仅用于录入错误的任务，须经审批；作废后不再计入任务数。" label="理由" verb="申请作废" />,
}

/** Whether the page has a form for an act; returning a statement is part of answering it, saving a plan of handing it in. */
export const hasForm = (action: string) => action in forms

/** What moves a task on, most pressing first; everything else stands behind it. */
const next = ['claim', 'sign', 'confirm_signature', 'record_meeting', 'submit_plan', 'submit_statement', 'request_closure', 'issue', 'confirm', 'uphold', 'complete_milestone', 'acknowledge_statement']
export const isNext = (action: string) => next.includes(action)
export const place = (action: string) => (isNext(action) ? next.indexOf(action) : next.length + 30)

/** Who will be able to verify it, said before it is issued. */
function verifiers(task: FormProps['task']): string {
  const able = task.verifiers ?? []
  const names = able.length > 0 ? `可核查人员 ${able.length} 人：${able.map((p) => p.name).join('、')}。` : '督导组内没有可核查人员。'
  return able.length < 2 ? `${names}销号须二人核查，届时须由主要负责人指定交叉核查人。` : names
}

/** What an objection to a signature comes to, said by the principal. */
function SettleForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('settle-objection', task.id, { person: task.objections[0]?.id ?? '', reason: '' })
  const person = task.objections.some((p) => p.id === values.person) ? values.person : (task.objections[0]?.id ?? '')
  const form = useAct(task, 'settle-objection', () => ({ person, reason: values.reason }), () => { forget(); done() }, () => blank({ '/reason': values.reason }))
  return (
    <ActForm form={form} verb="作出处理" disabled={!open.is_possible} shown={['/reason']} kept={kept}>
      <p>签批人称所录签批并非本人所签。请核实后写明处理意见，红灯随之解除；所录签批不会因此恢复。</p>
      {task.objections.length > 1 && <PickField label="提出异议的人" value={person} onChange={(to) => change({ person: to })} options={task.objections.map((p) => ({ value: p.id, label: p.name }))} />}
      {task.objections.length === 1 && <p>提出异议的人：<b>{task.objections[0]?.name}</b></p>}
      <TextField label="处理意见" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}

function Plain({ task, done, path, text, verb, open }: FormProps & { path: string; text: string; verb: string }) {
  const form = useAct(task, path, () => ({}), done)
  return <ActForm form={form} verb={verb} disabled={!open.is_possible}><p>{text}</p></ActForm>
}

function Reasoned({ task, done, open, path, text, label, verb, optional }: FormProps & { path: string; text: string; label: string; verb: string; optional?: boolean }) {
  const { values, change, forget, kept } = useDraft(path, task.id, { reason: '' })
  const form = useAct(task, path, () => ({ reason: optional && values.reason.trim() === '' ? null : values.reason }), () => { forget(); done() }, () => (optional ? [] : blank({ '/reason': values.reason })))
  return (
    <ActForm form={form} verb={verb} disabled={!open.is_possible} shown={['/reason']} kept={kept}>
      <p>{text}</p>
      <TextField label={label} rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}

function GoLiveForm({ task, done, open }: FormProps) {
  const people = usePeople()
  const { values, change, forget, kept } = useDraft('close-before-golive', task.id, { on: '', basis: '', vouched_by: '' })
  const form = useAct(task, 'close-before-golive', () => values, () => { forget(); done() }, () => blank({ '/on': values.on, '/basis': values.basis, '/vouched_by': values.vouched_by }))
  return (
    <ActForm form={form} verb="登记存量办结" disabled={!open.is_possible} shown={['/on', '/basis', '/vouched_by']} kept={kept}>
      <p>本系统启用前已经办结的任务，凭文件登记，页面上会标明“存量办结”。</p>
      <DayField label="办结日期" lies="behind" value={values.on} onChange={(on) => change({ on })} error={form.at('/on')} />
      <TextField label="依据（文号）" value={values.basis} onChange={(basis) => change({ basis })} error={form.at('/basis')} />
      <PickField label="证明人" empty="请选择" value={values.vouched_by} onChange={(vouched_by) => change({ vouched_by })} options={people} error={form.at('/vouched_by')} />
    </ActForm>
  )
}

function WishForm({ task, done, open }: FormProps) {
  const units = useUnits()
  const { values, change, forget, kept } = useDraft('wish-reassignment', task.id, { proposed: '', reason: '' })
  const form = useAct(task, 'wish-reassignment', () => ({ proposed: values.proposed || null, reason: values.reason }), () => { forget(); done() }, () => blank({ '/reason': values.reason }))
  return (
    <ActForm form={form} verb="提出申请" disabled={!open.is_possible} shown={['/reason', '/proposed']} kept={kept}>
      <PickField label="建议牵头单位" empty="由整改办确定" value={values.proposed} onChange={(proposed) => change({ proposed })} options={units} error={form.at('/proposed')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}

function ExtensionForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('request-extension', task.id, { due_on: '', reason: '', filed_upward: false })
  const form = useAct(task, 'request-extension', () => values, () => { forget(); done() }, () => blank({ '/due_on': values.due_on, '/reason': values.reason }))
  return (
    <ActForm form={form} verb="申请延期" disabled={!open.is_possible} shown={['/due_on', '/reason']} kept={kept}>
      <p className="muted">现时限 {day(task.due_on)}。批准前仍按现时限计。</p>
      <DayField label="拟延至" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      <Check label="原时限已报上级备案（须领导组组长签批）" value={values.filed_upward} onChange={(filed_upward) => change({ filed_upward })} />
    </ActForm>
  )
}

function ResetForm({ task, done }: FormProps) {
  const { values, change, forget, kept } = useDraft('reset-due-date', task.id, { due_on: '', body: '', minutes_number: '', reason: '' })
  const form = useAct(task, 'reset-due-date', () => values, () => { forget(); done() }, () => blank({ '/due_on': values.due_on, '/body': values.body, '/minutes_number': values.minutes_number, '/reason': values.reason }))
  const text = (key: 'body' | 'minutes_number' | 'reason', label: string) => (
    <TextField label={label} value={values[key]} onChange={(value) => change({ [key]: value })} error={form.at(`/${key}`)} />
  )
  return (
    <ActForm form={form} verb="登记新时限" shown={['/due_on', '/body', '/minutes_number', '/reason']} kept={kept}>
      <p>时限已过，只能凭会议决定重新核定；已逾期的天数保留。</p>
      <DayField label="新时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      {text('body', '决定的会议')}
      {text('minutes_number', '纪要文号')}
      {text('reason', '理由')}
    </ActForm>
  )
}

function ClosureForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('request-closure', task.id, { results: '', occurred_on: today(), pledge: false })
  const form = useAct(task, 'request-closure', () => values, () => { forget(); done() }, () => blank({ '/results': values.results, '/occurred_on': values.occurred_on }))
  return (
    <ActForm form={form} verb="申请销号" disabled={!open.is_possible} shown={['/results', '/occurred_on']} kept={kept}>
      <Returned task={task} />
      <LastCause task={task} />
      <Signals task={task.id} mine />
      <TextField label="整改成效" rows={4} value={values.results} onChange={(results) => change({ results })} error={form.at('/results')} hint="对照完成标准写结果，有数写数" />
      <DayField label="实际完成日期" lies="behind" value={values.occurred_on} onChange={(occurred_on) => change({ occurred_on })} error={form.at('/occurred_on')} />
      <Check label="我是单位负责人，承诺以上内容真实（经办人报送不勾选）" value={values.pledge} onChange={(pledge) => change({ pledge })} />
    </ActForm>
  )
}

function CrossCheckerForm({ task, done }: FormProps) {
  const people = usePeople()
  const [person, setPerson] = useState('')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'name-cross-checker', () => ({ person, reason }), done, () => blank({ '/person': person, '/reason': reason }))
  return (
    <ActForm form={form} verb="指定" shown={['/person', '/reason']}>
      <PickField label="交叉核查人" empty="请选择" value={person} onChange={setPerson} options={people} error={form.at('/person')} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

function MarkKeyForm({ task, done }: FormProps) {
  const [reason, setReason] = useState('')
  const verb = task.is_key ? '取消关键问题' : '标为关键问题'
  const form = useAct(task, 'mark-key', () => ({ is_key: !task.is_key, reason }), done, () => blank({ '/reason': reason }))
  return (
    <ActForm form={form} verb={verb} shown={['/reason']}>
      <p>{task.is_key ? '取消后，责任单位正职在四个亲自中不再把它列为关键问题。' : '标为关键问题后，责任单位正职须围绕它履行“四个亲自”，没有记录的在登记表中排在前面。'}</p>
      <TextField label="依据" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} hint="如：领导组第2次会议确定" />
    </ActForm>
  )
}

function ReopenForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('reopen', task.id, { reason: '', due_on: '' })
  const form = useAct(task, 'reopen', () => values, () => { forget(); done() }, () => blank({ '/due_on': values.due_on, '/reason': values.reason }))
  return (
    <ActForm form={form} verb="重新整改" danger disabled={!open.is_possible} shown={['/reason', '/due_on']} kept={kept}>
      <p>销号作废，任务回到整改中，各节点须重新报完成。</p>
      <DayField label="新时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}
