// One handover: the list, what has changed since it was written down, and the signatures; printed for who signs on paper.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, download, get, post, upload } from '../api/client'
import '../styles/handovers.css'
import '../styles/paper.css'
import { blankDate } from '../ui/code'
import { DayField } from '../ui/dayfield'
import { Check, FileField, TextField, blank, useSend } from '../ui/form'
import { Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { checkCode, day, moment, today } from '../ui/words'

type Handover = Schemas['HandoverView']

export function HandoverPage() {
  const { id } = useParams({ from: '/handovers/$id' })
  const query = useQuery({ queryKey: ['handover', id], queryFn: () => get(client.GET('/api/v1/handovers/{id}', { params: { path: { id } } })) })
  return <Loaded query={query}>{(of) => <Whole of={of} />}</Loaded>
}

function useAct(of: Handover, act: string, body: () => unknown, missing?: () => string[]) {
  const queries = useQueryClient()
  const again = () => Promise.all(['handover', 'handovers', 'todo', 'notices'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  return useSend(async () => {
    try {
      await post(`/handovers/${of.id}/${act}`, await body(), of.version)
    } finally {
      // What changed meanwhile is shown beside the refusal.
      await again()
    }
  }, missing)
}

function Whole({ of }: { of: Handover }) {
  useTitle(`${of.from.name}移交${of.to.name}`)
  const may = (action: string) => of.open_actions.some((a) => a.action === action)
  return (
    <>
      <div className="head noprint">
        <h1>{of.from.name} → {of.to.name}<State label={of.state_label} /></h1>
        <p>{of.unit.name}，{day(of.on)} 交接，{of.items.length} 项</p>
        <div className="acts"><Link to="/handovers" search={{}} className="button">全部清单</Link><button type="button" onClick={() => window.print()}>打印</button></div>
      </div>
      {of.n_changed > 0 && <p className="note noprint" role="status">有 {of.n_changed} 项与写入清单时不同，已在表中标出；签字以现在的内容为准。</p>}
      {of.reason && <p className="note">{!of.content_hash && !of.taken ? '撤回' : '纸质签字未通过复核'}：{of.reason}</p>}
      <article className="card paper handover">
        <h2 className="onpaper">职务交接清单</h2>
        <p>{of.unit.name}　移交人：{of.from.name}　接收人：{of.to.name}　交接日期：{day(of.on)}</p>
        <p>依据：{of.basis}</p>
        <div className="scroll">
          <table className="heldlist">
            <thead><tr><th scope="col">序号</th><th scope="col">事项</th><th scope="col">内容</th><th scope="col">身份</th><th scope="col">状态</th><th scope="col">时限</th></tr></thead>
            <tbody>{of.items.map((item, i) => <Row key={item.id} item={item} n={i + 1} />)}</tbody>
          </table>
        </div>
        <Signatures of={of} />
        <p className="muted">由 {of.prepared_by} 于 {moment(of.prepared_at)} 编制。{of.content_hash && <>校验码 {checkCode(of.content_hash)}　<span className="onpaper">{of.content_hash}</span></>}</p>
      </article>
      {of.files.length > 0 && <p className="noprint">扫描件：{of.files.map((f) => <button key={f.id} type="button" className="plain" onClick={() => void download(f.id)}>{f.filename}</button>)}</p>}
      <div className="noprint acting">
        {may('give_handover') && <Sign of={of} act="give" words="我已核对清单，现将所列事项移交。" verb="签字移交" />}
        {may('take_handover') && <Sign of={of} act="take" words="我已核对清单。签收后，所列事项由我负责。" verb="签收" />}
        {may('record_handover_signature') && <Paper of={of} />}
        {may('confirm_handover_signature') && <Confirm of={of} />}
        {may('withdraw_handover') && <Withdraw of={of} />}
      </div>
    </>
  )
}

function Row({ item, n }: { item: Handover['items'][number]; n: number }) {
  return (
    <tr className={item.is_gone ? 'gone' : ''}>
      <td data-label="序号">{n}</td>
      <td data-label="事项" className="nowrap">{item.kind === 'task' ? <Link to="/tasks/$id" params={{ id: item.id }} search={{}}>{item.number}</Link> : `${item.kind_label} ${item.number}`}</td>
      <td data-label="内容">{item.title}</td>
      <td data-label="身份">{item.parts.join('、')}</td>
      <td data-label="状态">{item.state}{item.now && <span className="tag amber">现在：{item.now}</span>}{item.is_gone && <span className="tag">已不由其负责，不再移交</span>}</td>
      <td data-label="时限" className="nowrap">{item.due_on ? day(item.due_on) : '—'}</td>
    </tr>
  )
}

function Signatures({ of }: { of: Handover }) {
  const line = (label: string, who: string, s?: Schemas['HandoverSignatureView'] | null, waits?: string) => (
    <tr className="box"><th scope="row">{label}</th><td>{s
      ? <>{s.person.name}　{s.mode_label}　{day(s.signed_on)}{s.recorded_by && `　${s.recorded_by} 代录`}{s.confirmed_by && `，${s.confirmed_by} 复核`}　<small className="muted">校验码 {checkCode(s.content_hash)}</small></>
      : <><span className="noprint muted">{waits}</span><p className="hand onpaper"><span>签字：<small>（{who}）</small></span><span>{blankDate}</span></p></>}</td></tr>
  )
  return (
    <table className="signatures"><tbody>
      {line('移交人', of.from.name, of.given ?? of.pending, '还没有签字')}
      {of.pending && <tr><th scope="row">复核</th><td className="muted">纸质签字等第二人复核</td></tr>}
      {line('接收人', of.to.name, of.taken, '移交人签字后签收')}
    </tbody></table>
  )
}

function Sign({ of, act, words, verb }: { of: Handover; act: string; words: string; verb: string }) {
  const form = useAct(of, act, () => ({ content_hash: of.content_hash }))
  return (
    <form className="card stack" aria-label={verb} onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{words}</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在提交…' : verb}</button></div>
    </form>
  )
}

function Paper({ of }: { of: Handover }) {
  const [file, setFile] = useState<File | null>(null)
  const [on, setOn] = useState(today())
  const [isSame, setSame] = useState(false)
  const form = useAct(of, 'record-signature', async () => {
    const scan = file ? (await upload<Schemas['ScanView']>(`/handovers/${of.id}/scans`, { filename: file.name }, file, 'scan')).sha256 : ''
    return { document: { signed_on: on, scan, content_hash: of.content_hash, body: null, minutes_number: null } }
  }, () => (file ? [] : ['/document/scan']))
  return (
    <form className="card stack" noValidate aria-label="登记纸质签字" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{of.from.name} 已不能登录：打印清单请其签字，登记并上传扫描件，由第二人复核。</p>
      <DayField label="签字日期" lies="behind" value={on} onChange={setOn} error={form.at('/document/signed_on')} />
      <FileField label="扫描件（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} error={form.at('/document/scan')} />
      <Check label={`已核对纸上校验码为 ${checkCode(of.content_hash ?? '')}`} value={isSame} onChange={setSame} />
      <Refused error={form.error} shown={['/document/signed_on', '/document/scan']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || !isSame}>登记，送第二人复核</button></div>
    </form>
  )
}

function Confirm({ of }: { of: Handover }) {
  const [reason, setReason] = useState('')
  const yes = useAct(of, 'confirm-signature', () => ({ confirmed: true }))
  const no = useAct(of, 'confirm-signature', () => ({ confirmed: false, reason }), () => blank({ '/reason': reason }))
  const isBusy = yes.busy || no.busy
  return (
    <form className="card stack" noValidate aria-label="复核纸质签字" onSubmit={(e) => { e.preventDefault(); void yes.submit() }}>
      <p>请对照纸质原件核对签字、日期和校验码 {checkCode(of.pending?.content_hash ?? '')}。</p>
      <TextField label="不一致的说明（不通过时必填）" rows={2} value={reason} onChange={setReason} error={no.at('/reason')} />
      <Refused error={no.error ?? yes.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="main" disabled={isBusy}>与原件一致</button><button type="button" disabled={isBusy} onClick={() => void no.submit()}>不一致，作废</button></div>
    </form>
  )
}

function Withdraw({ of }: { of: Handover }) {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const form = useAct(of, 'withdraw', () => ({ reason }), () => blank({ '/reason': reason }))
  if (!isOpen) return <p><button type="button" className="plain danger" onClick={() => setOpen(true)}>撤回清单</button></p>
  return (
    <form className="card stack" noValidate aria-label="撤回清单" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>撤回清单</button><button type="button" onClick={() => setOpen(false)}>取消</button></div>
    </form>
  )
}
