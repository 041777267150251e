// Signing what the office sends out, a slip, a publication or a document: sent, on screen, on paper with a scan, the second officer's check, objection; taken back, withdrawn.
import { type ReactNode, useState } from 'react'
import { type Schemas, upload } from '../api/client'
import { verdicts } from '../labels.gen'
import { usePeople } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { Check, FileField, PickField, SelectField, TextField, blank, useDraft, type useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { checkCode, day, today } from '../ui/words'

/** What is signed: where its acts are sent, its signing, and what it is called. */
export type Signable = {
  /** Its address, `/slips/…`. */
  path: string
  id: string
  /** 督办单, 文稿, 公示. */
  word: string
  /** What signing it is called: 签发, 同意. */
  verb: string
  request?: Schemas['SigningView'] | null
  signs_for: Schemas['Named'][]
  /** Sends an act on the version that is shown; a hook. */
  useAct: (act: string, body: () => unknown, done?: () => void, missing?: () => string[]) => ReturnType<typeof useSend>
  /** What sending comes to, what withdrawing comes to, where the paper is. */
  onSubmit: string
  onWithdraw: string
  paper?: ReactNode
}
export type SignProps = { of: Signable; done: () => void }

export function SubmitForm({ of, done }: SignProps) {
  const form = of.useAct('submit', () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>送签后内容不能改；签发人退回，或者还没有人签时撤回，才能再改。{of.onSubmit}</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在送签…' : '送签'}</button></div>
    </form>
  )
}

/** On a stand-in's screen the one he signs for is named; the page shows what is signed, whole, above. */
export function SignForm({ of, done }: SignProps) {
  const { values, change, forget, kept } = useDraft(`sign${of.path}`.replaceAll('/', '-'), of.request?.id ?? of.id, { words: '' })
  const other = of.signs_for[0]
  const step = of.request?.chain.find((s) => s.is_current)
  const body = (verdict: string) => () => ({ verdict, words: values.words.trim() || null, on_behalf_of: other?.id ?? null })
  const finish = () => { forget(); done() }
  const approve = of.useAct('sign', body('approve'), finish)
  const back = of.useAct('sign', body('return'), finish, () => blank({ '/words': values.words }))
  const isBusy = approve.busy || back.busy
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void approve.submit() }}>
      <p><b>{step?.label}</b>{other && `，代 ${other.name} 签`}</p>
      <TextField label={`意见（${of.verb}可不填，退回必填）`} rows={2} value={values.words} onChange={(words) => change({ words })} error={back.at('/words') ?? approve.at('/words')} />
      <Refused error={back.error ?? approve.error} shown={['/words']} />
      <div className="send">
        <button type="button" disabled={isBusy} onClick={() => void back.submit()}>退回修改</button>
        <button type="submit" className="main" disabled={isBusy}>{isBusy ? '正在提交…' : of.verb}</button>
      </div>
      <small className="muted">所签内容校验码 {checkCode(of.request?.content_hash ?? '')}。{kept && '草稿已存'}</small>
    </form>
  )
}

export function PaperForm({ of, done }: SignProps) {
  const people = usePeople()
  const step = of.request?.chain.find((s) => s.is_current)
  const { values, change, forget, kept } = useDraft(`record${of.path}`.replaceAll('/', '-'), of.request?.id ?? of.id, { signer: step?.person?.id ?? '', verdict: 'approve', words: '', signed_on: today() })
  const [file, setFile] = useState<File | null>(null)
  const [isSame, setSame] = useState(false)
  const body = async () => {
    const scan = file ? (await upload<Schemas['ScanView']>(`${of.path}/scans`, { filename: file.name }, file, 'scan')).sha256 : ''
    return {
      signer: values.signer, verdict: values.verdict, words: values.words.trim() || null,
      document: { signed_on: values.signed_on, scan, content_hash: of.request?.content_hash, body: null, minutes_number: null },
    }
  }
  const form = of.useAct('record-signature', body, () => { forget(); done() }, () => [...blank({ '/signer': values.signer, '/document/signed_on': values.signed_on }), ...(file ? [] : ['/document/scan'])])
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{step?.label}　{of.paper}</p>
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

export function ConfirmForm({ of, done }: SignProps) {
  const [reason, setReason] = useState('')
  const signed = of.request?.signatures.find((s) => s.is_pending)
  const body = (confirmed: boolean) => () => ({ signature: signed?.id, confirmed, reason: reason.trim() || null })
  const yes = of.useAct('confirm-signature', body(true), done)
  const no = of.useAct('confirm-signature', body(false), done, () => blank({ '/reason': reason }))
  if (!signed) return <p className="muted">没有等复核的代录。</p>
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

export function ObjectForm({ of, done }: SignProps) {
  const entered = of.request?.signatures.filter((s) => !s.is_void && (s.is_recorded || s.stand_in)) ?? []
  const [which, setWhich] = useState('0')
  const [reason, setReason] = useState('')
  const form = of.useAct('object', () => ({ signature: entered[Number(which)]?.id, reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <SelectField label="代录的签批" value={which} onChange={setWhich} options={entered.map((s, i) => ({ value: String(i), label: `${s.person?.name ?? ''} ${s.verdict_label} ${day(s.occurred_on)}` }))} />
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>提出异议</button></div>
    </form>
  )
}

export function RecallForm({ of, done }: SignProps) {
  const form = of.useAct('recall', () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>撤回后可以修改，再重新送签。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>撤回送签</button></div>
    </form>
  )
}

export function WithdrawForm({ of, done }: SignProps) {
  const [reason, setReason] = useState('')
  const form = of.useAct('withdraw', () => ({ reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>撤销后不能恢复，{of.word}和理由留存。{of.onWithdraw}</p>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>撤销{of.word}</button></div>
    </form>
  )
}
