// The form of an open act, beside the content it is about. What is missing comes first; what is typed is kept as a draft.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError, type Schemas, post, upload } from '../api/client'
import { useSession } from '../session'
import { Check, SelectField, TextField, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, today, week } from '../ui/words'
import { PeopleAndUnits, usePeople, useUnits } from './parties'
import { PlanForm } from './plan'
import { ConfirmForm, MeetingForm, ObjectForm, PaperForm, RecallForm, SignForm } from './signforms'

type Task = Schemas['TaskView']
type Open = Schemas['OpenActionView']
export type FormProps = { task: Task; open: Open; done: () => void }

const forms: Record<string, (props: FormProps) => ReactNode> = {
  issue: (p) => <Reasoned {...p} path="issue" text="下发后牵头单位即可看到并认领。" label="说明（时限不在将来时必填）" optional verb="下发" />,
  close_before_golive: GoLiveForm,
  claim: (p) => <Plain {...p} path="claim" text="认领后由本单位牵头整改，并按期编报方案。" verb="认领" />,
  wish_reassignment: WishForm,
  uphold: (p) => <Reasoned {...p} path="uphold" text={`维持原分工。申请理由：${p.task.wish?.reason ?? ''}`} label="说明" verb="维持原分工" />,
  reassign: (p) => <PeopleAndUnits {...p} path="reassign" verb="调整责任分工" />,
  adjust_parties: (p) => <PeopleAndUnits {...p} path="adjust-parties" verb="调整责任人员" />,
  submit_plan: (p) => <PlanForm {...p} mode="submit" />,
  propose_amendment: (p) => <PlanForm {...p} mode="amend" />,
  sign: SignForm,
  record_signature: PaperForm,
  confirm_signature: ConfirmForm,
  record_meeting: MeetingForm,
  object: ObjectForm,
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
  confirm: (p) => <Plain {...p} path="confirm" text="跟踪巩固期满，确认销号后任务办结。" verb="确认销号" />,
  reopen: ReopenForm,
  request_withdrawal: (p) => <Reasoned {...p} path="request-withdrawal" text="仅用于录入错误的任务，须经审批；作废后不再计入任务数。" label="理由" verb="申请作废" />,
}

/** Whether the page has a form for an act; returning a statement is part of answering it, saving a plan of handing it in. */
export const hasForm = (action: string) => action in forms

export function ActionPanel({ task, open, onClose }: { task: Task; open: Open; onClose: () => void }) {
  const queries = useQueryClient()
  const done = () => {
    onClose()
    void queries.invalidateQueries()
  }
  const Form = forms[open.action]
  return (
    <section className="card panel" aria-label={open.label}>
      <header>
        <h2>{open.label}</h2>
        <button type="button" className="plain" aria-label="关闭" onClick={onClose}>✕</button>
      </header>
      {open.missing.length > 0 && (
        <div className="missing">
          <p><b>还缺 {open.missing.length} 项，补齐后可以提交。</b></p>
          <ul>{open.missing.map((m, i) => <li key={i}>{m.text}</li>)}</ul>
        </div>
      )}
      {Form && <Form task={task} open={open} done={done} />}
    </section>
  )
}

/** Sends an act on the version that is shown; a stale one fetches what holds now. */
export function useAct(task: Task, path: string, body: () => unknown, done: () => void) {
  const queries = useQueryClient()
  return useSend(async () => {
    try {
      await post(`/tasks/${task.id}/${path}`, body(), task.version)
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'stale') await queries.invalidateQueries({ queryKey: ['task', task.id] })
      throw error
    }
    done()
  })
}

export function ActForm({ form, verb, danger, disabled, shown, kept, children }: {
  form: ReturnType<typeof useSend>
  verb: string
  danger?: boolean
  disabled?: boolean
  shown?: string[]
  kept?: string | null
  children?: ReactNode
}) {
  return (
    <form className="stack" noValidate onSubmit={(e: FormEvent) => { e.preventDefault(); void form.submit() }}>
      {children}
      <Refused error={form.error} shown={shown} />
      <div className="send">
        <button type="submit" className={danger ? 'danger' : 'main'} disabled={form.busy || disabled}>{form.busy ? '正在提交…' : verb}</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}

function Plain({ task, done, path, text, verb, open }: FormProps & { path: string; text: string; verb: string }) {
  const form = useAct(task, path, () => ({}), done)
  return <ActForm form={form} verb={verb} disabled={!open.is_possible}><p>{text}</p></ActForm>
}

function Reasoned({ task, done, open, path, text, label, verb, optional }: FormProps & { path: string; text: string; label: string; verb: string; optional?: boolean }) {
  const { values, change, forget, kept } = useDraft(path, task.id, { reason: '' })
  const form = useAct(task, path, () => ({ reason: optional && values.reason.trim() === '' ? null : values.reason }), () => { forget(); done() })
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
  const form = useAct(task, 'close-before-golive', () => values, () => { forget(); done() })
  return (
    <ActForm form={form} verb="登记存量办结" disabled={!open.is_possible || values.on === '' || values.vouched_by === ''} shown={['/on', '/basis', '/vouched_by']} kept={kept}>
      <p>本系统启用前已经办结的任务，凭文件登记，页面上会标明“存量办结”。</p>
      <TextField label="办结日期" type="date" value={values.on} onChange={(on) => change({ on })} error={form.at('/on')} />
      <TextField label="依据（文号）" value={values.basis} onChange={(basis) => change({ basis })} error={form.at('/basis')} />
      <SelectField label="证明人" empty="请选择" value={values.vouched_by} onChange={(vouched_by) => change({ vouched_by })} options={people} error={form.at('/vouched_by')} />
    </ActForm>
  )
}

function WishForm({ task, done, open }: FormProps) {
  const units = useUnits()
  const { values, change, forget, kept } = useDraft('wish-reassignment', task.id, { proposed: '', reason: '' })
  const form = useAct(task, 'wish-reassignment', () => ({ proposed: values.proposed || null, reason: values.reason }), () => { forget(); done() })
  return (
    <ActForm form={form} verb="提出申请" disabled={!open.is_possible} shown={['/reason', '/proposed']} kept={kept}>
      <SelectField label="建议牵头单位" empty="由整改办确定" value={values.proposed} onChange={(proposed) => change({ proposed })} options={units} error={form.at('/proposed')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}

function StatementForm({ task, done }: FormProps) {
  const { me } = useSession()
  const mine = task.units.concat(task.supporting.map((s) => s.unit)).find((u) => me.posts.some((p) => p.unit_id === u.id)) ?? task.units[0]
  const at = task.statement_week.week
  const newest = task.statements.find((s) => s.unit.id === mine?.id && s.week === at && s.is_newest)
  const last = task.statements.find((s) => s.unit.id === mine?.id && s.week !== at && s.is_newest)
  const initial = { progress: newest?.progress ?? '', difficulties: newest?.difficulties ?? '', help_wanted: newest?.help_wanted ?? '', next_step: newest?.next_step ?? '', no_progress_reason: newest?.no_progress_reason ?? '' }
  const { values, change, forget, kept } = useDraft('statement', `${task.id}.${at}`, initial)
  const text = (value: string) => (value.trim() === '' ? null : value)
  const form = useSend(async () => {
    await post(`/tasks/${task.id}/statements`, {
      unit: mine?.id, week: at, follows: newest?.revision ?? 0, progress: text(values.progress), difficulties: text(values.difficulties),
      help_wanted: text(values.help_wanted), next_step: text(values.next_step), no_progress_reason: text(values.no_progress_reason),
    })
    forget()
    done()
  })
  return (
    <ActForm form={form} verb={newest ? '更新本周写实' : '交本周写实'} shown={['/progress', '/no_progress_reason']} kept={kept}>
      <p className="muted">{week(at)}，{mine?.name}</p>
      {last && <blockquote><small>{week(last.week)}</small> {last.progress ?? last.no_progress_reason}</blockquote>}
      <TextField label="本周进展" rows={5} value={values.progress} onChange={(progress) => change({ progress })} error={form.at('/progress')} hint="写做了什么、到什么程度，有数写数" />
      {values.progress.trim() === '' && <TextField label="本周无进展的原因" rows={2} value={values.no_progress_reason} onChange={(no_progress_reason) => change({ no_progress_reason })} error={form.at('/no_progress_reason')} />}
      <TextField label="困难（可不填）" value={values.difficulties} onChange={(difficulties) => change({ difficulties })} />
      <TextField label="请领导组协调（可不填）" value={values.help_wanted} onChange={(help_wanted) => change({ help_wanted })} />
      <TextField label="下周打算（可不填）" value={values.next_step} onChange={(next_step) => change({ next_step })} />
    </ActForm>
  )
}

function AnswerForm({ task, done }: FormProps) {
  const waiting = task.statements.filter((s) => s.is_newest && s.reply === 'waiting')
  const [reason, setReason] = useState('')
  const [which, setWhich] = useState(0)
  const one = waiting[which] ?? waiting[0]
  const send = (isReturn: boolean) => async () => {
    if (!one) return
    await post(`/tasks/${task.id}/answer-statement`, { unit: one.unit.id, week: one.week, revision: one.revision, return_reason: isReturn ? reason : null })
    done()
  }
  const read = useSend(send(false))
  const back = useSend(send(true))
  if (!one) return <p className="muted">没有等阅签的写实。</p>
  return (
    <div className="stack">
      {waiting.length > 1 && <SelectField label="写实" value={String(which)} onChange={(v) => setWhich(Number(v))} options={waiting.map((s, i) => ({ value: String(i), label: `${week(s.week)} ${s.unit.name}` }))} />}
      <blockquote>{one.progress ?? `无进展：${one.no_progress_reason}`}{one.difficulties && <><br />困难：{one.difficulties}</>}</blockquote>
      <TextField label="退回理由（退回时必填）" rows={2} value={reason} onChange={setReason} error={back.at('/reason') ?? back.at('/return_reason')} />
      <Refused error={read.error ?? back.error} />
      <div className="send">
        <button type="button" className="main" disabled={read.busy || back.busy} onClick={() => void read.submit()}>阅签</button>
        <button type="button" disabled={read.busy || back.busy || reason.trim() === ''} onClick={() => void back.submit()}>退回</button>
      </div>
    </div>
  )
}

function MilestoneForm({ task, done, open }: FormProps) {
  const left = task.milestones.filter((m) => !m.done_on)
  const title = (m: Schemas['MilestoneView']) => `${m.is_implicit ? (task.measures.find((x) => x.id === m.id)?.text ?? m.title) : m.title}${m.due_on ? `（${day(m.due_on)}）` : ''}`
  const { values, change, forget, kept } = useDraft('complete-milestone', task.id, { milestone: left[0]?.id ?? '', occurred_on: today(), note: '' })
  const chosen = left.some((m) => m.id === values.milestone) ? values.milestone : (left[0]?.id ?? '')
  const form = useAct(task, 'complete-milestone', () => ({ milestone: chosen, occurred_on: values.occurred_on, note: values.note || null }), () => { forget(); done() })
  return (
    <ActForm form={form} verb="报完成" disabled={!open.is_possible || chosen === ''} shown={['/occurred_on', '/milestone']} kept={kept}>
      <SelectField label="节点" value={chosen} onChange={(milestone) => change({ milestone })} options={left.map((m) => ({ value: m.id, label: title(m) }))} error={form.at('/milestone')} />
      <TextField label="实际完成日期" type="date" value={values.occurred_on} onChange={(occurred_on) => change({ occurred_on })} error={form.at('/occurred_on')} />
      <TextField label="说明（可不填）" value={values.note} onChange={(note) => change({ note })} />
    </ActForm>
  )
}

function ReopenMilestoneForm({ task, done }: FormProps) {
  const finished = task.milestones.filter((m) => m.done_on)
  const [milestone, setMilestone] = useState(finished[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'reopen-milestone', () => ({ milestone, reason }), done)
  return (
    <ActForm form={form} verb="撤销完成" shown={['/reason']}>
      <SelectField label="节点" value={milestone} onChange={setMilestone} options={finished.map((m) => ({ value: m.id, label: m.title }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

function DutyForm({ task, done }: FormProps) {
  const left = task.supporting.filter((s) => !s.done_on)
  const [unit, setUnit] = useState(left[0]?.unit.id ?? '')
  const [on, setOn] = useState(today())
  const form = useAct(task, 'complete-duty', () => ({ unit, occurred_on: on, note: null }), done)
  return (
    <ActForm form={form} verb="报完成" shown={['/occurred_on']}>
      <SelectField label="配合单位" value={unit} onChange={setUnit} options={left.map((s) => ({ value: s.unit.id, label: `${s.unit.name} ${s.duty}` }))} />
      <TextField label="完成日期" type="date" value={on} onChange={setOn} error={form.at('/occurred_on')} />
    </ActForm>
  )
}

function EvidenceForm({ task, done }: FormProps) {
  const [files, setFiles] = useState<File[]>([])
  const [criteria, setCriteria] = useState<string[]>([])
  const [on, setOn] = useState(today())
  const form = useSend(async () => {
    for (const file of files) {
      const query: Record<string, string> = { filename: file.name, purpose: criteria.length > 0 ? 'criterion' : 'other', occurred_on: on }
      if (criteria.length > 0) query.criteria = criteria.join(',')
      await upload(`/tasks/${task.id}/evidence`, query, file)
      setFiles((left) => left.filter((f) => f !== file))
    }
    done()
  })
  return (
    <ActForm form={form} verb={files.length > 1 ? `上传 ${files.length} 份` : '上传'} disabled={files.length === 0} shown={['/occurred_on']}>
      <label className="field"><span>文件（PDF、图片、Word、Excel、文本，每份不超过 50 MB）</span>
        <input type="file" multiple accept=".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.txt" onChange={(e) => setFiles([...(e.target.files ?? [])])} />
      </label>
      {task.criteria.length > 0 && (
        <fieldset><legend>能证明哪条完成标准</legend>
          {task.criteria.map((c) => (
            <Check key={c.id} label={c.text} value={criteria.includes(c.id)} onChange={(is) => setCriteria((now) => (is ? [...now, c.id] : now.filter((k) => k !== c.id)))} />
          ))}
        </fieldset>
      )}
      <TextField label="材料所指日期" type="date" value={on} onChange={setOn} error={form.at('/occurred_on')} />
    </ActForm>
  )
}

function RemoveEvidenceForm({ task, done }: FormProps) {
  const [evidence, setEvidence] = useState(task.evidence[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'remove-evidence', () => ({ evidence, reason }), done)
  return (
    <ActForm form={form} verb="撤下" danger shown={['/reason']}>
      <p>撤下的材料不再作为佐证，文件仍然保存，经过里留有记录。</p>
      <SelectField label="材料" value={evidence} onChange={setEvidence} options={task.evidence.map((e) => ({ value: e.id, label: e.filename }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

function ExtensionForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('request-extension', task.id, { due_on: '', reason: '', filed_upward: false })
  const form = useAct(task, 'request-extension', () => values, () => { forget(); done() })
  return (
    <ActForm form={form} verb="申请延期" disabled={!open.is_possible || values.due_on === ''} shown={['/due_on', '/reason']} kept={kept}>
      <p className="muted">现时限 {day(task.due_on)}。批准前仍按现时限计。</p>
      <TextField label="拟延至" type="date" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      <Check label="原时限已报上级备案（须领导组组长签批）" value={values.filed_upward} onChange={(filed_upward) => change({ filed_upward })} />
    </ActForm>
  )
}

function ResetForm({ task, done }: FormProps) {
  const { values, change, forget, kept } = useDraft('reset-due-date', task.id, { due_on: '', body: '', minutes_number: '', reason: '' })
  const form = useAct(task, 'reset-due-date', () => values, () => { forget(); done() })
  const text = (key: 'body' | 'minutes_number' | 'reason', label: string) => (
    <TextField label={label} value={values[key]} onChange={(value) => change({ [key]: value })} error={form.at(`/${key}`)} />
  )
  return (
    <ActForm form={form} verb="登记新时限" disabled={values.due_on === ''} shown={['/due_on', '/body', '/minutes_number', '/reason']} kept={kept}>
      <p>时限已过，只能凭会议决定重新核定；已逾期的天数保留。</p>
      <TextField label="新时限" type="date" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      {text('body', '决定的会议')}
      {text('minutes_number', '纪要文号')}
      {text('reason', '理由')}
    </ActForm>
  )
}

function ClosureForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('request-closure', task.id, { results: '', occurred_on: today(), pledge: false })
  const form = useAct(task, 'request-closure', () => values, () => { forget(); done() })
  return (
    <ActForm form={form} verb="申请销号" disabled={!open.is_possible} shown={['/results', '/occurred_on']} kept={kept}>
      <TextField label="整改成效" rows={4} value={values.results} onChange={(results) => change({ results })} error={form.at('/results')} hint="对照完成标准写结果，有数写数" />
      <TextField label="实际完成日期" type="date" value={values.occurred_on} onChange={(occurred_on) => change({ occurred_on })} error={form.at('/occurred_on')} />
      <Check label="我是单位负责人，承诺以上内容真实（经办人报送不勾选）" value={values.pledge} onChange={(pledge) => change({ pledge })} />
    </ActForm>
  )
}

function CrossCheckerForm({ task, done }: FormProps) {
  const people = usePeople()
  const [person, setPerson] = useState('')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'name-cross-checker', () => ({ person, reason }), done)
  return (
    <ActForm form={form} verb="指定" disabled={person === ''} shown={['/person', '/reason']}>
      <SelectField label="交叉核查人" empty="请选择" value={person} onChange={setPerson} options={people} error={form.at('/person')} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

function ReopenForm({ task, done, open }: FormProps) {
  const { values, change, forget, kept } = useDraft('reopen', task.id, { reason: '', due_on: '' })
  const form = useAct(task, 'reopen', () => values, () => { forget(); done() })
  return (
    <ActForm form={form} verb="重新整改" danger disabled={!open.is_possible || values.due_on === ''} shown={['/reason', '/due_on']} kept={kept}>
      <p>销号作废，任务回到整改中，各节点须重新报完成。</p>
      <TextField label="新时限" type="date" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      <TextField label="理由" rows={3} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}
