// Signing: on screen, on paper with a scan, by a meeting; the second officer's check, objection, recall.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, type Schemas, post, upload } from '../api/client'
import { verdicts } from '../labels.gen'
import { useSession } from '../session'
import { DayField } from '../ui/dayfield'
import { Check, FileField, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { checkCode, day, today, week } from '../ui/words'
import { ActForm, type FormProps, Stood, eitherOf, useAct } from './act'
import { LastCause } from './causes'
import { Files } from './files'
import { usePeople } from './parties'
import { Chain, Signed, Since } from './requests'
import { Signals } from './signals'

type Task = Schemas['TaskView']

const verdictOptions = Object.entries(verdicts).map(([value, label]) => ({ value, label }))

function useRequest(task: Task, open: Schemas['OpenActionView']) {
  const [id, setId] = useState(open.requests[0]?.id ?? '')
  const request = task.requests.find((r) => r.id === id)
  const step = request?.chain.find((s) => s.is_current)
  const picker =
    open.requests.length > 1 ? (
      <SelectField label="签批事项" value={id} onChange={setId} options={open.requests.map((r) => ({ value: r.id, label: task.requests.find((q) => q.id === r.id)?.kind_label ?? '' }))} />
    ) : null
  return { request, step, picker, onBehalf: open.requests.find((r) => r.id === id)?.on_behalf_of }
}

/** What I sign, whole, and whose turn comes when; on a phone the two buttons stay at the bottom under the thumb. */
export function SignForm({ task, done, open }: FormProps) {
  const { me } = useSession()
  const { request, step, picker, onBehalf } = useRequest(task, open)
  const { values, change, forget, kept } = useDraft('sign', request?.id ?? task.id, { words: '', method: '', occurred_on: today() })
  const isVerifier = step?.needs_method ?? false
  const body = (verdict: string) => () => ({
    request: request?.id, verdict, words: values.words.trim() || null,
    method: isVerifier ? values.method.trim() || null : null, occurred_on: isVerifier ? values.occurred_on : null, on_behalf_of: onBehalf?.id ?? null,
  })
  const finish = () => { forget(); done() }
  // Who verifies says how he looked, whatever he found.
  const looked = () => (isVerifier ? blank({ '/method': values.method, '/occurred_on': values.occurred_on }) : [])
  const approve = useAct(task, 'sign', body('approve'), finish, looked)
  const back = useAct(task, 'sign', body('return'), finish, () => [...looked(), ...blank({ '/words': values.words })])
  const form = eitherOf(approve, back)
  const { at } = form
  if (!request) return <p className="muted">没有等您签批的事项。</p>
  return (
    <form className="stack sign" noValidate onSubmit={(e) => { e.preventDefault(); void approve.submit() }}>
      {picker}
      <p><b>{request.kind_label}</b>　<span className="muted">{request.submitted_by.name} 报</span>{onBehalf && <b>　代 {onBehalf.name} 签</b>}</p>
      <Since task={task} request={request} />
      <Signed request={request} />
      {request.kind === 'closure' && <LastCause task={task} />}
      {request.kind === 'closure' && <Compared task={task} />}
      {request.kind === 'closure' && <Signals task={task.id} mine={false} />}
      <Chain request={request} me={onBehalf?.id ?? me.person_id} />
      {isVerifier && (
        <div className="pair">
          <TextField label="核实方式" value={values.method} onChange={(method) => change({ method })} error={at('/method')} hint="如：现场查看、查阅原始凭证、访谈" />
          <DayField label="核实日期" lies="behind" value={values.occurred_on} onChange={(occurred_on) => change({ occurred_on })} error={at('/occurred_on')} />
        </div>
      )}
      <Stood form={form} verb="签字或退回" shown={['/words', '/method', '/occurred_on']} onDrop={finish} />
      <div className="decide">
        <TextField label="意见（同意可不填，退回必填）" rows={2} value={values.words} onChange={(words) => change({ words })} error={at('/words')} />
        <div className="send">
          <button type="button" disabled={form.busy} onClick={() => void back.submit()}>{form.overtaken && '仍'}退回</button>
          <button type="submit" className="main wide" disabled={form.busy}>{form.busy ? '正在提交…' : `${form.overtaken ? '仍' : ''}${isVerifier ? '核实通过' : '同意并签字'}`}</button>
        </div>
        <small className="muted">所签内容校验码 {checkCode(request.content_hash)}，内容改动则签字作废。{kept && '草稿已存'}</small>
      </div>
    </form>
  )
}

/** Criterion by criterion what proves it, and what was last said: what a signer of a closure looks at. */
function Compared({ task }: { task: Task }) {
  const last = task.statements.find((s) => s.is_newest)
  return (
    <div className="compared">
      <b>完成标准对照</b>
      <ol>{task.criteria.map((c) => <li key={c.id} className={c.n_evidence > 0 ? 'has' : 'lacks'}>{c.text} <small>佐证 {c.n_evidence} 份</small></li>)}</ol>
      <p className="muted">节点 {task.progress_done}/{task.progress_all}{last && `；${week(last.week)}：${last.progress ?? last.no_progress_reason}`}</p>
      <Files evidence={task.evidence} task={task} />
    </div>
  )
}

function useScan(task: Task) {
  const [file, setFile] = useState<File | null>(null)
  const send = async () => {
    if (!file) return ''
    const scan = await upload<Schemas['ScanView']>(`/tasks/${task.id}/scans`, { filename: file.name }, file, 'scan')
    return scan.sha256
  }
  const input = (error?: string) => (
    <FileField label="扫描件（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} error={error} />
  )
  return { file, send, input }
}

export function PaperForm({ task, done, open }: FormProps) {
  const people = usePeople()
  const { request, step, picker } = useRequest(task, open)
  const { values, change, forget, kept } = useDraft('record-signature', request?.id ?? task.id, { signer: step?.person?.id ?? '', verdict: 'approve', words: '', method: '', signed_on: today() })
  const [isSame, setSame] = useState(false)
  const scan = useScan(task)
  const form = useSend(async () => {
    const document = { signed_on: values.signed_on, scan: await scan.send(), content_hash: request?.content_hash, body: null, minutes_number: null }
    await post(`/tasks/${task.id}/record-signature`, { request: request?.id, signer: values.signer, verdict: values.verdict, words: values.words.trim() || null, method: values.method.trim() || null, document }, task.version)
    forget()
    done()
  }, () => [...blank({ '/signer': values.signer, '/document/signed_on': values.signed_on }), ...(scan.file ? [] : ['/document/scan'])])
  if (!request) return null
  return (
    <ActForm form={form} verb="登记，送第二人复核" disabled={!isSame} shown={['/words', '/signer', '/method', '/document/signed_on', '/document/scan']} kept={kept}>
      {picker}
      <p>{request.kind_label}　<span className="muted">{step?.label}</span>　<Link to="/forms/$id" params={{ id: request.id }}>打印签批单</Link></p>
      <PickField label="签批人" value={values.signer} onChange={(signer) => change({ signer })} options={people} error={form.at('/signer')} />
      <SelectField label="结论" value={values.verdict} onChange={(verdict) => change({ verdict })} options={verdictOptions} />
      <TextField label="批示原文" rows={2} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} />
      {step?.needs_method && <TextField label="核实方式" value={values.method} onChange={(method) => change({ method })} error={form.at('/method')} />}
      <DayField label="签字日期" lies="behind" value={values.signed_on} onChange={(signed_on) => change({ signed_on })} error={form.at('/document/signed_on')} />
      {scan.input(form.at('/document/scan'))}
      <Check label={`已核对纸上校验码为 ${checkCode(request.content_hash)}`} value={isSame} onChange={setSame} />
    </ActForm>
  )
}

export function MeetingForm({ task, done, open }: FormProps) {
  const { request, picker } = useRequest(task, open)
  const { values, change, forget, kept } = useDraft('record-meeting', request?.id ?? task.id, { verdict: 'approve', words: '', signed_on: today(), body: '', minutes_number: '' })
  const scan = useScan(task)
  const form = useSend(async () => {
    const meeting = { signed_on: values.signed_on, scan: await scan.send(), content_hash: null, body: values.body, minutes_number: values.minutes_number }
    const items = [{ request: request?.id, task_id: task.id, version: task.version }]
    const results = await post<Schemas['BatchResult'][]>('/sign-batches', { items, verdict: values.verdict, words: values.words.trim() || null, meeting })
    const problem = results[0]?.problem
    if (problem) throw new ApiError(problem)
    forget()
    done()
  }, () => [...blank({ '/document/body': values.body, '/document/minutes_number': values.minutes_number, '/document/signed_on': values.signed_on }), ...(scan.file ? [] : ['/document/scan'])])
  if (!request) return null
  return (
    <ActForm form={form} verb="登记会议审定" shown={['/document/body', '/document/minutes_number', '/document/signed_on', '/document/scan', '/words']} kept={kept}>
      {picker}
      <p>{request.kind_label}</p>
      <TextField label="会议" value={values.body} onChange={(body) => change({ body })} hint="如：整改工作领导组会议" error={form.at('/document/body')} />
      <TextField label="纪要文号" value={values.minutes_number} onChange={(minutes_number) => change({ minutes_number })} error={form.at('/document/minutes_number')} />
      <DayField label="会议日期" lies="behind" value={values.signed_on} onChange={(signed_on) => change({ signed_on })} error={form.at('/document/signed_on')} />
      <SelectField label="结论" value={values.verdict} onChange={(verdict) => change({ verdict })} options={verdictOptions} />
      <TextField label="意见（退回时必填）" rows={2} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} />
      {scan.input(form.at('/document/scan'))}
    </ActForm>
  )
}

export function ConfirmForm({ task, done, open }: FormProps) {
  const ids = new Set(open.requests.map((r) => r.id))
  const pending = task.requests.filter((r) => ids.has(r.id)).flatMap((r) => r.signatures.filter((s) => s.is_pending).map((s) => ({ request: r, s })))
  const [reason, setReason] = useState('')
  const first = pending[0]
  const body = (confirmed: boolean) => () => ({ request: first?.request.id, signature: first?.s.id, confirmed, reason: reason.trim() || null })
  const yes = useAct(task, 'confirm-signature', body(true), done)
  const no = useAct(task, 'confirm-signature', body(false), done, () => blank({ '/reason': reason }))
  const form = eitherOf(yes, no)
  if (!first) return <p className="muted">没有等复核的代录签批。</p>
  return (
    <div className="stack">
      <p>{first.request.kind_label}：{first.s.person?.name} {first.s.verdict_label}，{day(first.s.occurred_on)}，由 {first.s.recorded_by.name} 代录{first.s.words && `，批示“${first.s.words}”`}</p>
      <p className="muted">请对照纸质原件核对签批人、结论、日期和校验码 {checkCode(first.request.content_hash)}。</p>
      <TextField label="不一致的说明（不通过时必填）" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Stood form={form} verb="确认或作废" shown={['/reason']} onDrop={done} />
      <div className="send">
        <button type="button" className="main" disabled={form.busy} onClick={() => void yes.submit()}>{form.overtaken && '仍认定'}与原件一致</button>
        <button type="button" disabled={form.busy} onClick={() => void no.submit()}>{form.overtaken && '仍认定'}不一致，作废</button>
      </div>
    </div>
  )
}

export function ObjectForm({ task, done, open }: FormProps) {
  const ids = new Set(open.requests.map((r) => r.id))
  const signed = task.requests.filter((r) => ids.has(r.id)).flatMap((r) => r.signatures.filter((s) => s.is_recorded && !s.is_void).map((s) => ({ request: r, s })))
  const [which, setWhich] = useState('0')
  const [reason, setReason] = useState('')
  const one = signed[Number(which)]
  const form = useAct(task, 'object', () => ({ request: one?.request.id, signature: one?.s.id, reason }), done, () => blank({ '/reason': reason }))
  return (
    <ActForm form={form} verb="提出异议" danger disabled={!one} shown={['/reason']}>
      <SelectField label="代录的签批" value={which} onChange={setWhich} options={signed.map((x, i) => ({ value: String(i), label: `${x.request.kind_label} ${x.s.verdict_label} ${day(x.s.occurred_on)}` }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
    </ActForm>
  )
}

export function RecallForm({ task, done, open }: FormProps) {
  const { request, picker } = useRequest(task, open)
  const form = useAct(task, 'recall', () => ({ request: request?.id }), done)
  return <ActForm form={form} verb="撤回" disabled={!request}>{picker}<p>撤回{request?.kind_label}，修改后可以重新报送。</p></ActForm>
}
