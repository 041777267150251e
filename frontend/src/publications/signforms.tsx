// The acts of a publication from its signing on: sent, on screen, on paper with a scan, the second officer's check, published, corrected, withdrawn.
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, post, upload } from '../api/client'
import { verdicts } from '../labels.gen'
import { usePeople } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { Check, FileField, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { checkCode, day, today } from '../ui/words'
import { type Publication, usePublicationAct } from './act'

export interface ActForm { of: Publication; done: () => void }

/** An act that needs a word of warning and nothing to fill in. */
function Plain({ of, done, path, words, verb }: ActForm & { path: string; words: string; verb: string }) {
  const form = usePublicationAct(of, path, () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{words}</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在提交…' : verb}</button></div>
    </form>
  )
}

export const SubmitForm = (props: ActForm) => <Plain {...props} path="submit" verb="送审签" words="送审签前自动检查豁免内容、标记词和敏感事项，并固定各项数据。送出后不能改；退回或撤回后再改。" />
export const RecallForm = (props: ActForm) => <Plain {...props} path="recall" verb="撤回审签" words="还没有人签，可以撤回修改。" />
export const ReworkForm = (props: ActForm) => <Plain {...props} path="rework" verb="退回修改" words="退回后已有的签名全部作废，改好须重新审签。" />
export function PublishForm(props: ActForm) {
  const where = props.of.opens_page ? '发布后在公示网页向所有人公开' : '发布后用于公示栏和办公网，不上网页'
  return <Plain {...props} path="publish" verb="发布" words={`${where}，公示 ${props.of.working_days} 个工作日，共 ${props.of.items.length} 项。发布前再检查一遍不得公示的内容。`} />
}

export function CorrectForm({ of }: ActForm) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useSend(async () => {
    const made = await post<Schemas['DraftedPublication']>(`/publications/${of.id}/correct`, {}, of.version)
    void queries.invalidateQueries({ queryKey: ['publications'] })
    void queries.invalidateQueries({ queryKey: ['publication', of.id] })
    await navigate({ to: '/publications/$id', params: { id: made.id }, search: {} })
  })
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>另起一份更正稿，内容全部带入，重新审签。更正稿发布之前，现在的公示不变；发布之后，原公示只留“已更正”一行。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>起草更正稿</button></div>
    </form>
  )
}

export function WithdrawForm({ of, done }: ActForm) {
  const [reason, setReason] = useState('')
  const form = usePublicationAct(of, 'withdraw', () => ({ reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {of.published_on && <p>撤回后，公示网页上只留一行说明和撤回原因，不能恢复。</p>}
      <TextField label={of.published_on ? '撤回原因（对外可见）' : '原因'} rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>撤回公示</button></div>
    </form>
  )
}

export function SignForm({ of, done }: ActForm) {
  const { values, change, forget, kept } = useDraft('sign-publication', of.request?.id ?? of.id, { words: '' })
  const other = of.signs_for[0]
  const step = of.request?.chain.find((s) => s.is_current)
  const body = (verdict: string) => () => ({ verdict, words: values.words.trim() || null, on_behalf_of: other?.id ?? null })
  const finish = () => { forget(); done() }
  const approve = usePublicationAct(of, 'sign', body('approve'), finish)
  const back = usePublicationAct(of, 'sign', body('return'), finish, () => blank({ '/words': values.words }))
  const isBusy = approve.busy || back.busy
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void approve.submit() }}>
      <p><b>{step?.label}</b>{other && `，代 ${other.name} 签`}</p>
      <TextField label="意见（同意可不填，退回必填）" rows={2} value={values.words} onChange={(words) => change({ words })} error={back.at('/words') ?? approve.at('/words')} />
      <Refused error={back.error ?? approve.error} shown={['/words']} />
      <div className="send">
        <button type="button" disabled={isBusy} onClick={() => void back.submit()}>退回修改</button>
        <button type="submit" className="main" disabled={isBusy}>{isBusy ? '正在提交…' : '同意'}</button>
      </div>
      <small className="muted">所签内容校验码 {checkCode(of.request?.content_hash ?? '')}。{kept && '草稿已存'}</small>
    </form>
  )
}

export function PaperForm({ of, done }: ActForm) {
  const people = usePeople()
  const step = of.request?.chain.find((s) => s.is_current)
  const { values, change, forget, kept } = useDraft('record-publication-signature', of.request?.id ?? of.id, { signer: step?.person?.id ?? '', verdict: 'approve', words: '', signed_on: today() })
  const [file, setFile] = useState<File | null>(null)
  const [isSame, setSame] = useState(false)
  const body = async () => {
    const scan = file ? (await upload<Schemas['ScanView']>(`/publications/${of.id}/scans`, { filename: file.name }, file, 'scan')).sha256 : ''
    return {
      signer: values.signer, verdict: values.verdict, words: values.words.trim() || null,
      document: { signed_on: values.signed_on, scan, content_hash: of.request?.content_hash, body: null, minutes_number: null },
    }
  }
  const form = usePublicationAct(of, 'record-signature', body, () => { forget(); done() }, () => [...blank({ '/signer': values.signer, '/document/signed_on': values.signed_on }), ...(file ? [] : ['/document/scan'])])
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{step?.label}　<Link to="/publications/$id/paper" params={{ id: of.id }}>打印审签稿</Link></p>
      <div className="pair">
        <PickField label="签批人" value={values.signer} onChange={(signer) => change({ signer })} options={people} error={form.at('/signer')} />
        <SelectField label="结论" value={values.verdict} onChange={(verdict) => change({ verdict })} options={Object.entries(verdicts).map(([value, label]) => ({ value, label }))} />
      </div>
      <TextField label="批示原文" rows={2} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} />
      <DayField label="签字日期" lies="behind" value={values.signed_on} onChange={(signed_on) => change({ signed_on })} error={form.at('/document/signed_on')} />
      <FileField label="扫描件（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} error={form.at('/document/scan')} />
      <Check label={`已核对纸上校验码为 ${checkCode(of.request?.content_hash ?? '')}`} value={isSame} onChange={setSame} />
      <Refused error={form.error} shown={['/signer', '/words', '/document/signed_on', '/document/scan']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || !isSame}>登记，送第二人复核</button>{kept && <small className="muted">草稿已存</small>}</div>
    </form>
  )
}

export function ConfirmForm({ of, done }: ActForm) {
  const [reason, setReason] = useState('')
  const signed = of.request?.signatures.find((s) => s.is_pending)
  const body = (confirmed: boolean) => () => ({ signature: signed?.id, confirmed, reason: reason.trim() || null })
  const yes = usePublicationAct(of, 'confirm-signature', body(true), done)
  const no = usePublicationAct(of, 'confirm-signature', body(false), done, () => blank({ '/reason': reason }))
  if (!signed) return <p className="muted">没有等复核的代录审签。</p>
  const isBusy = yes.busy || no.busy
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void yes.submit() }}>
      <p>{signed.person?.name} {signed.verdict_label}，{day(signed.occurred_on)}，由 {signed.recorded_by.name} 代录{signed.words && `，批示“${signed.words}”`}</p>
      <p className="muted">请对照纸质原件核对签批人、结论、日期和校验码 {checkCode(of.request?.content_hash ?? '')}。</p>
      <TextField label="不一致的说明（不通过时必填）" rows={2} value={reason} onChange={setReason} error={no.at('/reason')} />
      <Refused error={no.error ?? yes.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="main" disabled={isBusy}>与原件一致</button><button type="button" disabled={isBusy} onClick={() => void no.submit()}>不一致，作废</button></div>
    </form>
  )
}

export function ObjectForm({ of, done }: ActForm) {
  const entered = of.request?.signatures.filter((s) => !s.is_void && (s.is_recorded || s.stand_in)) ?? []
  const [which, setWhich] = useState('0')
  const [reason, setReason] = useState('')
  const form = usePublicationAct(of, 'object', () => ({ signature: entered[Number(which)]?.id, reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <SelectField label="代录的审签" value={which} onChange={setWhich} options={entered.map((s, i) => ({ value: String(i), label: `${s.person?.name ?? ''} ${s.verdict_label} ${day(s.occurred_on)}` }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>提出异议</button></div>
    </form>
  )
}
