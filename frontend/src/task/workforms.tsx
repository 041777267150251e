// The work of a task: statements and their answers, milestones, duties, evidence.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, type Schemas, post, upload } from '../api/client'
import { useSession } from '../session'
import { Copied, useCopy } from '../statements/copied'
import { type Draft, asInput, same, texts } from '../statements/values'
import { Conflict } from '../statements/versions'
import { type Attached, accepted, stillThere, unfit, withdraw } from './attach'
import { DayField } from '../ui/dayfield'
import { Check, FileField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, moment, today, week } from '../ui/words'
import { ActForm, type FormProps, useAct } from './act'

export function StatementForm({ task, done }: FormProps) {
  const { me } = useSession()
  const mine = task.units.concat(task.supporting.map((s) => s.unit)).find((u) => me.posts.some((p) => p.unit_id === u.id)) ?? task.units[0]
  const at = task.statement_week.week
  const newest = task.statements.find((s) => s.unit.id === mine?.id && s.week === at && s.is_newest)
  const last = task.statements.find((s) => s.unit.id === mine?.id && s.week !== at && s.is_newest)
  const revision = newest?.revision ?? 0
  const { values, change, forget, kept, reset } = useDraft<Draft>('statement', `${task.id}.${at}`, { ...texts(newest), files: [], on: null })
  const writtenOn = values.on ?? revision
  // All of it from the first word on, so that what stands beside a later statement is what was written here.
  const edit = (part: Partial<Draft>) => change(values.on === null ? { ...values, on: writtenOn, ...part } : { on: writtenOn, ...part })
  const isOvertaken = writtenOn < revision && !same(values, texts(newest))
  const files = values.files ?? []
  const copy = useCopy(task.id, mine?.id ?? '', at, values, !same(values, texts(newest)))
  const queries = useQueryClient()
  const [remaining, setRemaining] = useState<string[]>([])
  // What the newest statement names stays; what could not be taken away is said.
  const takeAway = async (out: Attached[]) => {
    setRemaining(await withdraw(task.id, out.filter((f) => !newest?.evidence.includes(f.id))))
    await queries.invalidateQueries({ queryKey: ['task', task.id] })
  }
  const leave = (file: Attached) => {
    edit({ files: files.filter((f) => f.id !== file.id) })
    void takeAway([file])
  }
  const form = useSend(async () => {
    const sent = post(`/tasks/${task.id}/statements`, { unit: mine?.id, week: at, follows: writtenOn, ...asInput(values), evidence: [...(newest?.evidence ?? []), ...files.map((f) => f.id)] })
    // Somebody else of the unit was faster: what he wrote is fetched, and both are shown.
    await sent.catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'statement-changed-meanwhile') await queries.invalidateQueries({ queryKey: ['task', task.id] })
      throw error
    })
    forget()
    done()
  })
  if (isOvertaken && newest) return <Conflict mine={values} theirs={newest} onMine={() => edit({ on: revision })} onTheirs={() => { void takeAway(files); forget(); reset({ ...texts(newest), files: [], on: null }) }} />
  return (
    <ActForm form={form} verb={newest ? '更新本周写实' : '交本周写实'} shown={['/progress', '/no_progress_reason']} kept={kept}>
      <p className="muted">{week(at)}，{mine?.name}。补报以前的周请到<Link to="/statements" search={{}}>每周写实</Link>。</p>
      {last && <blockquote><small>{week(last.week)}</small> {last.progress ?? last.no_progress_reason}</blockquote>}
      <TextField label="本周进展" rows={5} value={values.progress} onChange={(progress) => edit({ progress })} error={form.at('/progress')} hint="写做了什么、到什么程度，有数写数" />
      <Copied words={copy} />
      {values.progress.trim() === '' && <TextField label="本周无进展的原因" rows={2} value={values.no_progress_reason} onChange={(no_progress_reason) => edit({ no_progress_reason })} error={form.at('/no_progress_reason')} />}
      <TextField label="困难（可不填）" value={values.difficulties} onChange={(difficulties) => edit({ difficulties })} />
      <TextField label="请领导组协调（可不填）" value={values.help_wanted} onChange={(help_wanted) => edit({ help_wanted })} />
      <TextField label="下周打算（可不填）" value={values.next_step} onChange={(next_step) => edit({ next_step })} />
      {files.length > 0 && (
        <ul className="attached" aria-label="另附佐证">
          {files.map((f) => <li key={f.id} className="tag">{f.name}<button type="button" className="plain" aria-label={`不附 ${f.name}`} onClick={() => leave(f)}>✕</button></li>)}
        </ul>
      )}
      {remaining.length > 0 && <p className="fault" role="alert">{stillThere(remaining)}</p>}
    </ActForm>
  )
}

export function AnswerForm({ task, done }: FormProps) {
  const waiting = task.statements.filter((s) => s.is_newest && s.is_waiting)
  const [reason, setReason] = useState('')
  const [which, setWhich] = useState(0)
  const one = waiting[which] ?? waiting[0]
  const before = one && task.statements.find((s) => s.is_newest && s.unit.id === one.unit.id && s.week < one.week)
  const send = (isReturn: boolean) => async () => {
    if (!one) return
    await post(`/tasks/${task.id}/answer-statement`, { unit: one.unit.id, week: one.week, revision: one.revision, return_reason: isReturn ? reason : null })
    done()
  }
  const read = useSend(send(false))
  const back = useSend(send(true), () => blank({ '/reason': reason }))
  if (!one) return <p className="muted">没有等阅签的写实。</p>
  return (
    <div className="stack">
      {waiting.length > 1 && <SelectField label="写实" value={String(which)} onChange={(v) => setWhich(Number(v))} options={waiting.map((s, i) => ({ value: String(i), label: `${week(s.week)} ${s.unit.name}` }))} />}
      <div className="signed">
        <p className="muted">{week(one.week)} {one.unit.name} {moment(one.at)} 交{one.is_late && '，迟报'}</p>
        <p>{one.progress ?? `本周无进展：${one.no_progress_reason}`}</p>
        {one.copy && <p className="copied">{one.copy.words}</p>}
        {one.difficulties && <p>困难：{one.difficulties}</p>}
        {one.help_wanted && <p>请领导组协调：{one.help_wanted}</p>}
        {one.evidence.length > 0 && <p className="muted">佐证 {one.evidence.length} 份</p>}
      </div>
      {before && <p className="muted">{week(before.week)}：{before.progress ?? before.no_progress_reason}</p>}
      <TextField label="退回理由（退回时必填）" rows={2} value={reason} onChange={setReason} error={back.at('/reason') ?? back.at('/return_reason')} />
      <Refused error={read.error ?? back.error} shown={['/reason', '/return_reason']} />
      <div className="send">
        <button type="button" className="main" disabled={read.busy || back.busy} onClick={() => void read.submit()}>阅签</button>
        <button type="button" disabled={read.busy || back.busy} onClick={() => void back.submit()}>退回</button>
      </div>
    </div>
  )
}

export function MilestoneForm({ task, done, open }: FormProps) {
  const left = task.milestones.filter((m) => !m.done_on)
  const title = (m: Schemas['MilestoneView']) => `${m.is_implicit ? (task.measures.find((x) => x.id === m.id)?.text ?? m.title) : m.title}${m.due_on ? `（${day(m.due_on)}）` : ''}`
  const { values, change, forget, kept } = useDraft('complete-milestone', task.id, { milestone: left[0]?.id ?? '', occurred_on: today(), note: '' })
  const chosen = left.some((m) => m.id === values.milestone) ? values.milestone : (left[0]?.id ?? '')
  const form = useAct(task, 'complete-milestone', () => ({ milestone: chosen, occurred_on: values.occurred_on, note: values.note || null }), () => { forget(); done() }, () => blank({ '/occurred_on': values.occurred_on }))
  return (
    <ActForm form={form} verb="报完成" disabled={!open.is_possible || chosen === ''} shown={['/occurred_on', '/milestone']} kept={kept}>
      <SelectField label="节点" value={chosen} onChange={(milestone) => change({ milestone })} options={left.map((m) => ({ value: m.id, label: title(m) }))} error={form.at('/milestone')} />
      <DayField label="实际完成日期" lies="behind" value={values.occurred_on} onChange={(occurred_on) => change({ occurred_on })} error={form.at('/occurred_on')} />
      <TextField label="说明（可不填）" value={values.note} onChange={(note) => change({ note })} />
    </ActForm>
  )
}

export function ReopenMilestoneForm({ task, done }: FormProps) {
  const finished = task.milestones.filter((m) => m.done_on)
  const [milestone, setMilestone] = useState(finished[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'reopen-milestone', () => ({ milestone, reason }), done, () => blank({ '/reason': reason }))
  return (
    <ActForm form={form} verb="撤销完成" shown={['/reason']}>
      <SelectField label="节点" value={milestone} onChange={setMilestone} options={finished.map((m) => ({ value: m.id, label: m.title }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

export function DutyForm({ task, done }: FormProps) {
  const left = task.supporting.filter((s) => !s.done_on)
  const [unit, setUnit] = useState(left[0]?.unit.id ?? '')
  const [on, setOn] = useState(today())
  const form = useAct(task, 'complete-duty', () => ({ unit, occurred_on: on, note: null }), done, () => blank({ '/occurred_on': on }))
  return (
    <ActForm form={form} verb="报完成" shown={['/occurred_on']}>
      <SelectField label="配合单位" value={unit} onChange={setUnit} options={left.map((s) => ({ value: s.unit.id, label: `${s.unit.name} ${s.duty}` }))} />
      <DayField label="完成日期" lies="behind" value={on} onChange={setOn} error={form.at('/occurred_on')} />
    </ActForm>
  )
}

export function EvidenceForm({ task, done }: FormProps) {
  const [files, setFiles] = useState<File[]>([])
  const [refused, setRefused] = useState<string[]>([])
  const choose = (chosen: File[]) => {
    setRefused(chosen.flatMap((f) => unfit(f) ?? []))
    setFiles(chosen.filter((f) => unfit(f) === null))
  }
  const [criteria, setCriteria] = useState<string[]>([])
  const [on, setOn] = useState(today())
  const form = useSend(async () => {
    for (const file of files) {
      const query: Record<string, string> = { filename: file.name, purpose: criteria.length > 0 ? 'criterion' : 'other', occurred_on: on }
      if (criteria.length > 0) query.criteria = criteria.join(',')
      await upload(`/tasks/${task.id}/evidence`, query, file, 'evidence')
      setFiles((left) => left.filter((f) => f !== file))
    }
    done()
  })
  return (
    <ActForm form={form} verb={files.length > 1 ? `上传 ${files.length} 份` : '上传'} disabled={files.length === 0} shown={['/occurred_on']}>
      <FileField label="文件（PDF、图片、Word、Excel、文本，每份不超过 50 MB）" accept={accepted} multiple chosen={files} onChoose={choose} />
      {refused.map((why) => <p key={why} className="fault" role="alert">{why}</p>)}
      {task.criteria.length > 0 && (
        <fieldset><legend>能证明哪条完成标准</legend>
          {task.criteria.map((c) => (
            <Check key={c.id} label={c.text} value={criteria.includes(c.id)} onChange={(is) => setCriteria((now) => (is ? [...now, c.id] : now.filter((k) => k !== c.id)))} />
          ))}
        </fieldset>
      )}
      <DayField label="材料所指日期" lies="behind" value={on} onChange={setOn} error={form.at('/occurred_on')} />
    </ActForm>
  )
}

export function RemoveEvidenceForm({ task, done }: FormProps) {
  const [evidence, setEvidence] = useState(task.evidence[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const form = useAct(task, 'remove-evidence', () => ({ evidence, reason }), done, () => blank({ '/reason': reason }))
  return (
    <ActForm form={form} verb="撤下" danger shown={['/reason']}>
      <p>撤下的材料不再作为佐证，文件仍然保存，经过里留有记录。</p>
      <SelectField label="材料" value={evidence} onChange={setEvidence} options={task.evidence.map((e) => ({ value: e.id, label: e.filename }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}
