// One publication: where it stands, what is next, its words beside the records, who signed it, and the text that goes out.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Publication, fetchPublication, may, nextOf, quietOf, stages } from '../publications/act'
import { HeadForm, Hits, Items } from '../publications/compose'
import { type ActForm, ConfirmForm, CorrectForm, ObjectForm, PaperForm, PublishForm, RecallForm, ReworkForm, SignForm, SubmitForm, WithdrawForm } from '../publications/signforms'
import { useSession } from '../session'
import '../styles/checks.css'
import '../styles/plan.css'
import '../styles/publications.css'
import '../styles/slips.css'
import { Chain, Signatures } from '../task/requests'
import { Loaded, State } from '../ui/parts'
import { SaveFile } from '../ui/savefile'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

export function PublicationPage() {
  const { id } = useParams({ from: '/publications/$id' })
  const query = useQuery({ queryKey: ['publication', id], queryFn: () => fetchPublication(id) })
  return <Loaded query={query}>{(of) => <Whole key={of.id} of={of} />}</Loaded>
}

const forms: Record<string, (props: ActForm) => ReactNode> = {
  submit_publication: SubmitForm, sign_publication: SignForm, record_publication_signature: PaperForm, confirm_publication_signature: ConfirmForm, object_to_publication_signature: ObjectForm,
  recall_publication: RecallForm, rework_publication: ReworkForm, publish_publication: PublishForm, correct_publication: CorrectForm, withdraw_publication: WithdrawForm,
}
const leads: Record<string, string> = { sign_publication: '请您审签', confirm_publication_signature: '请您对照纸质原件复核代录的审签', publish_publication: '已审定，可以发布', submit_publication: '内容无误后送审签' }

function Whole({ of }: { of: Publication }) {
  useTitle(of.title)
  const { act } = useSearch({ from: '/publications/$id' })
  const navigate = useNavigate({ from: '/publications/$id' })
  const show = (action?: string) => void navigate({ search: action ? { act: action } : {}, replace: true })
  const next = nextOf(of)
  const quiet = quietOf(of)
  const shown = of.open_actions.find((a) => a.action === act)
  const Form = shown && forms[shown.action]
  return (
    <>
      <p className="pathline"><Link to="/publications">公示</Link> › {of.kind_label}</p>
      <section className="card aboutcheck">
        <div className="titleline">
          <h1>{of.title}</h1>
          <State label={of.state_label} />
          <div className="acts"><Link to="/publications/$id/paper" params={{ id: of.id }} className="button quiet">打印张贴</Link></div>
        </div>
        <p className="facts">
          <b>{of.kind_label}</b>
          <span>时段 {day(of.from_on)}至{day(of.to_on)}</span>
          <span>{of.n_items} 项</span>
          <span>{of.opens_page ? '公示栏、办公网和公示网页' : '公示栏和办公网'}</span>
          {of.until_on && <span>公示期 <b>{day(of.published_on)}至{day(of.until_on)}</b></span>}
          {of.n_opinions > 0 && <span>收到意见 <Link to="/opinions" search={{}}>{of.n_opinions} 件</Link>，已答复 {of.n_answered} 件</span>}
        </p>
        <ol className="stages">{stages(of).map((s) => <li key={s.label} className={s.status} aria-current={s.status === 'current' ? 'step' : undefined}><b>{s.label}</b></li>)}</ol>
      </section>
      {of.withdrawn && <p className="note">已撤回：{of.withdrawn}</p>}
      {of.corrects && <p className="note">这是<Link to="/publications/$id" params={{ id: of.corrects }} search={{}}>原公示</Link>的更正稿，发布后取代原公示。</p>}
      {of.correction && <p className="note">有<Link to="/publications/$id" params={{ id: of.correction }} search={{}}>更正稿</Link>。</p>}
      <Hits of={of} />
      <section className="card nextact" aria-label="下一步">
        {of.returned && <p className="amber">审签退回：{of.returned}</p>}
        {next.length === 0 && <p className="muted">{of.waits_for ? `等${of.waits_for}。` : ''}没有等您办的事。</p>}
        {next.map((a) => (
          <div key={a.action} className="nextone">
            <div className="actline">
              <p><b>{leads[a.action] ?? a.label}</b></p>
              <button type="button" className={shown === a ? '' : 'main huge'} aria-expanded={shown === a} onClick={() => show(shown === a ? undefined : a.action)}>{shown === a ? '收起' : a.label}</button>
            </div>
            {shown === a && Form && <div className="actform"><Form of={of} done={() => show()} /></div>}
          </div>
        ))}
        {quiet.length > 0 && <div className="quietacts">{quiet.map((a) => <button key={a.action} type="button" aria-expanded={shown === a} className={a.action === 'withdraw_publication' ? 'plain danger' : 'plain'} onClick={() => show(shown === a ? undefined : a.action)}>{a.label}</button>)}</div>}
        {shown && quiet.includes(shown) && Form && <div className="actform"><Form of={of} done={() => show()} /></div>}
      </section>
      {may(of, 'write_publication') ? <HeadForm of={of} /> : <Head of={of} />}
      <Items of={of} />
      <Signing of={of} />
      <Text of={of} />
    </>
  )
}

function Head({ of }: { of: Publication }) {
  return (
    <section className="card">
      <h2>公示稿</h2>
      <p className="accountof">{of.lead}</p>
      <div className="figuresof"><b>总体情况（{moment(of.figures.as_of)}）</b>{of.sentences.map((s) => <p key={s}>{s}</p>)}</div>
      {of.next && <><h3>下一步打算</h3><p className="accountof">{of.next}</p></>}
      <p className="muted">公示期 {of.working_days} 个工作日{of.secrecy_reviewer && `，保密审查人 ${of.secrecy_reviewer.name}`}</p>
    </section>
  )
}

function Signing({ of }: { of: Publication }) {
  const { me } = useSession()
  if (!of.request) return null
  return (
    <section className="card">
      <h2>审签 <span>{of.request.state_label}</span></h2>
      <Chain request={of.request} me={me.person_id} />
      <Signatures signatures={of.request.signatures} />
      {of.objections.map((o) => <p key={o} className="amber">签批人对代录提出异议：{o}</p>)}
    </section>
  )
}

/** The text for the OA, to be copied as it is. */
function Text({ of }: { of: Publication }) {
  const [said, setSaid] = useState('')
  const copy = () => {
    navigator.clipboard?.writeText(of.plain_text).then(() => setSaid('已复制'), () => setSaid('浏览器不允许复制，请选中文字后复制'))
    if (!navigator.clipboard) setSaid('请选中文字后复制')
  }
  return (
    <section className="card">
      <h2>发办公网的文字 <button type="button" className="plain" onClick={copy}>复制全文</button><SaveFile path={`/publications/${of.id}/file`} label="下载 Word" className="plain" /><small className="muted" role="status">{said}</small></h2>
      <pre className="outtext" tabIndex={0}>{of.plain_text}</pre>
    </section>
  )
}
