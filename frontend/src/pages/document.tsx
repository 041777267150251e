// One document: its words beside what the records say, its figures with where they are from, what is missing, how it differs from the last one, its signing.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Schemas, post, save } from '../api/client'
import { type Document, fetchDocument, useDocumentAct } from '../documents/act'
import { Figures } from '../documents/figures'
import { Words } from '../documents/editor'
import { useSession } from '../session'
import * as forms from '../signing/forms'
import '../styles/checks.css'
import '../styles/documents.css'
import '../styles/plan.css'
import { Chain, Signatures } from '../task/requests'
import { TextField, blank, useSend } from '../ui/form'
import { Ask, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, checkCode, moment } from '../ui/words'

export function DocumentPage() {
  const { id } = useParams({ from: '/documents/$id' })
  const query = useQuery({ queryKey: ['document', id], queryFn: () => fetchDocument(id) })
  return <Loaded query={query}>{(document) => <Whole key={document.id} document={document} />}</Loaded>
}

const signable = (document: Document): forms.Signable => ({
  path: `/documents/${document.id}`,
  id: document.id,
  word: '文稿',
  verb: '签发',
  request: document.request,
  signs_for: document.signs_for,
  useAct: (act, body, done, missing) => useDocumentAct(document, act, body, done, missing),
  onSubmit: '最后一人签完即定稿，以后只能出更正版。',
  onWithdraw: '',
})
type FormProps = { document: Document; done: () => void }
const signing = (Form: (props: forms.SignProps) => ReactNode) => ({ document, done }: FormProps) => <Form of={signable(document)} done={done} />

/** What moves it on, most pressing first; the rest is offered quietly. */
const acts: Record<string, { Form: (props: FormProps) => ReactNode; isNext?: boolean }> = {
  sign_document: { Form: signing(forms.SignForm), isNext: true },
  confirm_document_signature: { Form: signing(forms.ConfirmForm), isNext: true },
  submit_document: { Form: signing(forms.SubmitForm), isNext: true },
  record_document_signature: { Form: signing(forms.PaperForm) },
  object_to_document_signature: { Form: signing(forms.ObjectForm) },
  recall_document: { Form: signing(forms.RecallForm) },
  correct_document: { Form: CorrectForm },
  withdraw_document: { Form: signing(forms.WithdrawForm) },
}

function Whole({ document }: { document: Document }) {
  useTitle(document.title)
  const fetching = useSend(() => save(`/documents/${document.id}/file`))
  const may = (action: string) => document.open_actions.some((a) => a.action === action)
  return (
    <>
      <p className="pathline"><Link to="/documents">文书</Link> › {document.kind_label}</p>
      <section className="card aboutcheck">
        <div className="titleline">
          <h1>{document.title}</h1>
          <State label={document.state_label} />
          <div className="acts">
            {may('refresh_document') && <Refresh document={document} />}
            <button type="button" className="quiet" disabled={fetching.busy} onClick={() => void fetching.submit()}>{fetching.busy ? '正在生成…' : '下载 Word'}</button>
          </div>
        </div>
        <p className="facts">
          <span>{document.kind_label} 第 <b>{document.n_version}</b> 版</span>
          <span>数据截至 <b>{moment(document.as_of)}</b></span>
          <span>模板第 {document.template_version} 版</span>
          <span>数据校验码 {checkCode(document.records_sha256)}</span>
          {document.filed_at && <span>{began(document.filed_at)} 定稿</span>}
        </p>
        <Refused error={fetching.error} />
      </section>
      {document.replaced_by && <p className="note">这一版已更正，<Link to="/documents/$id" params={{ id: document.replaced_by }}>看更正后的版本</Link>。</p>}
      {document.corrects && <p className="note">更正说明：{document.correction}　<Link to="/documents/$id" params={{ id: document.corrects }}>看更正前的版本</Link></p>}
      {document.withdrawn && <p className="note">已撤销：{document.withdrawn}</p>}
      <Next document={document} />
      <div className="documentcols">
        <Words document={document} mayWrite={may('revise_document')} />
        <aside>
          <Missing document={document} />
          <Figures document={document} mayEnter={may('enter_figure')} />
          <Compared document={document} />
          <Signing document={document} />
        </aside>
      </div>
    </>
  )
}

function Refresh({ document }: { document: Document }) {
  const [asks, setAsks] = useState(false)
  const form = useDocumentAct(document, 'refresh', () => ({}), () => setAsks(false))
  return (
    <>
      <button type="button" onClick={() => setAsks(true)}>更新数据</button>
      {asks && (
        <Ask title="按现在的数据更新" verb="更新" busy={form.busy} onYes={() => void form.submit()} onNo={() => setAsks(false)}>
          <p>文中的数字改为此刻的数字，写好的文字和填写的数据不动。变了哪些，右边“与上次相比”会列出来。</p>
          <Refused error={form.error} />
        </Ask>
      )}
    </>
  )
}

function Next({ document }: { document: Document }) {
  const [shown, setShown] = useState<string | null>(null)
  const open = document.open_actions.filter((a) => acts[a.action])
  if (open.length === 0) return null
  const Form = shown && open.some((a) => a.action === shown) ? acts[shown]?.Form : undefined
  return (
    <section className="card nextact" aria-label="下一步">
      {document.returned && <p className="amber">签发人退回：{document.returned}</p>}
      <div className="quietacts">
        {open.map((a) => (
          <button key={a.action} type="button" aria-expanded={shown === a.action} className={shown === a.action ? '' : acts[a.action]?.isNext ? 'main' : a.action === 'withdraw_document' ? 'plain danger' : 'plain'} onClick={() => setShown(shown === a.action ? null : a.action)}>
            {a.label}
          </button>
        ))}
      </div>
      {Form && <div className="actform"><Form document={document} done={() => setShown(null)} /></div>}
    </section>
  )
}

function CorrectForm({ document }: FormProps) {
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const form = useSend(async () => {
    const made = await post<Schemas['DraftedDocument']>(`/documents/${document.id}/correct`, { reason }, document.version)
    await navigate({ to: '/documents/$id', params: { id: made.id } })
  }, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>拟制下一版，文字带过去，数字取此刻的；更正说明写进文件。这一版原样保留，新版签发后注明已更正。</p>
      <TextField label="更正说明" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在取数…' : '拟制更正版'}</button></div>
    </form>
  )
}

function Missing({ document }: { document: Document }) {
  if (document.missing.length === 0 || document.filed_at) return null
  return (
    <section className="card" aria-label="还差什么">
      <h2>送签前还差 <span>{document.missing.length} 项</span></h2>
      <ul className="missing">{document.missing.map((m) => <li key={`${m.pointer} ${m.words}`}>{m.words}</li>)}</ul>
    </section>
  )
}

const pages: Record<string, (id: string, words: ReactNode) => ReactNode> = {
  task: (id, words) => <Link to="/tasks/$id" params={{ id }} search={{}}>{words}</Link>,
  meeting: (id, words) => <Link to="/meetings/$id" params={{ id }}>{words}</Link>,
  check: (id, words) => <Link to="/checks/$id" params={{ id }}>{words}</Link>,
  slip: (id, words) => <Link to="/slips/$id" params={{ id }} search={{}}>{words}</Link>,
}

function Compared({ document }: { document: Document }) {
  const compared = document.compared
  if (!compared) return null
  return (
    <section className="card" aria-label="与上次相比">
      <h2>与上次相比 <span>{compared.differences.length === 0 ? '数字没有变' : `变了 ${compared.differences.length} 个数`}</span></h2>
      <p className="muted">上次：<Link to="/documents/$id" params={{ id: compared.id }}>{compared.title}</Link>，截至 {moment(compared.as_of)}</p>
      <ul className="differences">
        {compared.differences.map((d) => (
          <li key={d.key}>
            <p><b>{d.name}</b>　{d.before} → <b>{d.after}</b></p>
            <ul>
              {d.causes.map((c, i) => <li key={i}>{(pages[c.about] ?? ((_, w) => w))(c.id, c.name || c.what)}　{c.name && c.what}<small className="muted">　{moment(c.at)}</small></li>)}
              {d.n_causes > d.causes.length && <li className="muted">另有 {d.n_causes - d.causes.length} 条</li>}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Signing({ document }: { document: Document }) {
  const { me } = useSession()
  const request = document.request
  if (!request) return null
  return (
    <section className="card">
      <h2>签发 <span>{request.state_label}，{moment(request.submitted_at)} {request.submitted_by.name} 送签</span></h2>
      <Chain request={request} me={me.person_id} />
      <Signatures signatures={request.signatures} />
      {document.objections.map((words) => <p key={words} className="amber">签发人对代录提出异议：{words}</p>)}
    </section>
  )
}
