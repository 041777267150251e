// One slip: where it stands, what is next, what it says, what was answered, who signed.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode } from 'react'
import { type Schemas, download } from '../api/client'
import { useSession } from '../session'
import { fetchSlip } from '../slips/act'
import { DraftForm } from '../slips/draftform'
import { ConfirmForm, ObjectForm, PaperForm, RaiseForm, RecallForm, SignForm, SubmitForm, WithdrawForm } from '../slips/signforms'
import { AnswerForm, HandOverForm, InterviewForm, KeepPromiseForm, ReceiveForm, ReviewForm, type SlipForm } from '../slips/unitforms'
import { type Slip, leads, nextOf, quietOf, stages, waitsFor } from '../slips/words'
import '../styles/checks.css'
import '../styles/slips.css'
import '../styles/plan.css'
import { Chain, Signatures } from '../task/requests'
import { useSend } from '../ui/form'
import { Loaded, Refused, State } from '../ui/parts'
import { SaveFile } from '../ui/savefile'
import { useTitle } from '../ui/title'
import { day, left, moment } from '../ui/words'

export function SlipPage() {
  const { id } = useParams({ from: '/slips/$id' })
  const query = useQuery({ queryKey: ['slip', id], queryFn: () => fetchSlip(id) })
  return <Loaded query={query}>{(slip) => <Whole key={slip.id} slip={slip} />}</Loaded>
}

const forms: Record<string, (props: SlipForm) => ReactNode> = {
  submit_slip: SubmitForm, sign_slip: SignForm, record_slip_signature: PaperForm, confirm_slip_signature: ConfirmForm, object_to_slip_signature: ObjectForm,
  recall_slip: RecallForm, withdraw_slip: WithdrawForm, raise_slip: RaiseForm, receive_slip: ReceiveForm, answer_slip: AnswerForm, review_slip: ReviewForm,
  record_interview: InterviewForm, keep_promise: KeepPromiseForm, hand_over_slip: HandOverForm,
}
/** Raising says to what. */
const labelOf = (a: Schemas['SlipActionView'], slip: Slip) => (a.action === 'raise_slip' && slip.next_level ? `升级为${slip.next_level}` : a.label)
/** What is done next by the same hand. */
const thereupon: Record<string, string> = { receive_slip: 'answer_slip' }
/** The form of its own above everything else. */
const revising = 'revise_slip'

function Whole({ slip }: { slip: Slip }) {
  useTitle(`${slip.name} ${slip.title}`)
  const { act } = useSearch({ from: '/slips/$id' })
  const navigate = useNavigate({ from: '/slips/$id' })
  const show = (action?: string) => void navigate({ search: action ? { act: action } : {}, replace: true })
  const next = nextOf(slip.open_actions)
  const quiet = quietOf(slip.open_actions)
  const shown = slip.open_actions.find((a) => a.action === act)
  const close = () => show()
  const Form = shown && forms[shown.action]
  const asked = slip.is_open || slip.settled_at ? day(slip.due_on) : slip.asked_due_on ? day(slip.asked_due_on) : `签发后 ${slip.answer_working_days ?? '—'} 个工作日`
  return (
    <>
      <p className="pathline"><Link to="/slips" search={{}}>督办</Link> › {slip.level_label}</p>
      <section className="card aboutcheck">
        <div className="titleline">
          <h1>{slip.title}</h1>
          <State label={slip.state_label} />
          <div className="acts"><Link to="/slips/$id/paper" params={{ id: slip.id }} className="button quiet">打印</Link><SaveFile path={`/slips/${slip.id}/file`} label="下载 Word" className="quiet" /></div>
        </div>
        <p className="facts">
          <b>{slip.name}</b>
          {slip.is_overdue && <span className="late">逾期</span>}
          <span>{slip.urgency_label}</span>
          <span>{slip.is_referral ? '涉及单位' : '发往'} {slip.unit.name}</span>
          <span>时限 <b>{asked}</b>{slip.working_days_left !== null && slip.working_days_left !== undefined && `，${left(slip.working_days_left)}`}</span>
          {slip.task && <span>任务 <Link to="/tasks/$id" params={{ id: slip.task.id }} search={{}}>{slip.task.number}</Link></span>}
        </p>
        <ol className="stages">{stages(slip).map((s) => <li key={s.label} className={s.status} aria-current={s.status === 'current' ? 'step' : undefined}><b>{s.label}</b></li>)}</ol>
      </section>
      {slip.is_overtaken && <p className="note">已升级{slip.higher && <>为<Link to="/slips/$id" params={{ id: slip.higher.id }} search={{}}>{slip.higher.name}</Link></>}，请在新单上答复；本单随新单一并办结。</p>}
      {slip.withdrawn && <p className="note">已撤销：{slip.withdrawn}</p>}
      <Words slip={slip} />
      <section className="card nextact" aria-label="下一步">
        {slip.returned && <p className="amber">签发人退回：{slip.returned}</p>}
        {next.length === 0 && <p className="muted">{waitsFor(slip)}没有等您办的事。</p>}
        {next.map((a) => (
          <div key={a.action} className="nextone">
            <div className="actline">
              <p><b>{leads[a.action] ?? a.label}</b></p>
              <button type="button" className={shown === a ? '' : 'main huge'} aria-expanded={shown === a} onClick={() => show(shown === a ? undefined : a.action)}>{shown === a ? '收起' : labelOf(a, slip)}</button>
            </div>
            {shown === a && Form && <div className="actform"><Form slip={slip} done={() => show(thereupon[a.action])} /></div>}
          </div>
        ))}
        {quiet.length > 0 && <div className="quietacts">{quiet.map((a) => <button key={a.action} type="button" aria-expanded={shown === a} className={a.action === 'withdraw_slip' ? 'plain danger' : 'plain'} onClick={() => show(shown === a ? undefined : a.action)}>{labelOf(a, slip)}</button>)}</div>}
        {shown && quiet.includes(shown) && Form && <div className="actform"><Form slip={slip} done={close} /></div>}
      </section>
      {shown?.action === revising && <DraftForm round={slip.round_id} slip={slip} onClose={close} />}
      <div className="checkcols">
        <div>
          <Answers slip={slip} />
          <Interview slip={slip} />
          <Signing slip={slip} />
        </div>
        <aside><Course slip={slip} /></aside>
      </div>
    </>
  )
}

function Words({ slip }: { slip: Slip }) {
  return (
    <section className="card">
      <h2>督办内容</h2>
      {slip.is_redacted && <p className="muted">这是敏感事项，内容仅限指定人员阅看。</p>}
      <dl className="slipwords">
        <dt>依据</dt><dd>{slip.basis}</dd>
        <dt>存在差距</dt><dd>{slip.gap}</dd>
        <dt>办理要求</dt><dd>{slip.asked}</dd>
        {slip.supporting.length > 0 && <><dt>配合单位</dt><dd>{slip.supporting.map((u) => u.name).join('、')}</dd></>}
      </dl>
    </section>
  )
}

function Answers({ slip }: { slip: Slip }) {
  if (slip.answers.length === 0) return null
  return (
    <section className="card">
      <h2>办理结果 <span>{slip.answers.length > 1 ? '新的在上' : ''}</span></h2>
      {[...slip.answers].reverse().map((a) => (
        <article key={a.at} className="slipanswer">
          <p className="muted">{a.by.name}　{moment(a.at)}{a.on_behalf && '（办公室代报）'}</p>
          <p className="accountof">{a.words}</p>
          {a.files.length > 0 && <ul className="answerfiles">{a.files.map((f) => <AnswerFile key={f.id} file={f} />)}</ul>}
          {a.review && <p className={a.review.is_accepted ? 'ok' : 'amber'}>{a.review.is_accepted ? '复核：同意办结' : '复核：退回'}{a.review.words && `，${a.review.words}`}<small className="muted">　{a.review.by.name} {moment(a.review.at)}</small></p>}
        </article>
      ))}
    </section>
  )
}

function AnswerFile({ file }: { file: Schemas['AnswerFileView'] }) {
  const fetching = useSend(() => download(file.id))
  return <li><button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>{file.filename}</button><Refused error={fetching.error} /></li>
}

function Interview({ slip }: { slip: Slip }) {
  const held = slip.interview
  if (!held) return null
  return (
    <section className="card">
      <h2>约谈记录 <span>{day(held.held_on)}</span></h2>
      <dl className="slipwords">
        <dt>参加人员</dt><dd>{held.attended}</dd>
        <dt>约谈情况</dt><dd>{held.said}</dd>
        <dt>承诺事项</dt><dd>{held.promised}<small className={held.is_overdue ? 'late' : 'muted'}>（{day(held.promised_on)}前{held.is_overdue && '，已过期未核销'}）</small></dd>
        {held.kept && <><dt>核销</dt><dd className="ok">{held.kept.words}<small className="muted">　{held.kept.by.name} {moment(held.kept.at)}</small></dd></>}
      </dl>
      <p className="muted">{held.by.name} {moment(held.at)} 记录</p>
    </section>
  )
}

function Signing({ slip }: { slip: Slip }) {
  const { me } = useSession()
  if (!slip.request) return null
  return (
    <section className="card">
      <h2>签发 <span>{slip.request.state_label}</span></h2>
      <Chain request={slip.request} me={me.person_id} />
      <Signatures signatures={slip.request.signatures} />
      {slip.objections.map((o) => <p key={o} className="amber">签发人对代录提出异议：{o}</p>)}
    </section>
  )
}

/** When it was drafted, issued, signed for; and the slips it belongs with. */
function Course({ slip }: { slip: Slip }) {
  return (
    <section className="card">
      <h2>办理情况</h2>
      <dl>
        <dt>拟制</dt><dd>{slip.drafted_by.name}　{moment(slip.drafted_at)}</dd>
        {slip.issued_at && <><dt>签发</dt><dd>{moment(slip.issued_at)}</dd></>}
        {slip.issued_at && !slip.is_referral && <><dt>签收</dt><dd>{slip.receipt ? `${slip.receipt.by.name}　${moment(slip.receipt.at)}${slip.receipt.on_behalf ? '（办公室代报）' : ''}` : `应于 ${day(slip.receive_due_on)} 前`}</dd></>}
        {slip.hand_over && <><dt>移交</dt><dd>{day(slip.hand_over.on)}　{slip.hand_over.document}　{slip.hand_over.by.name} 登记</dd></>}
        {slip.settled_at && <><dt>办结</dt><dd>{moment(slip.settled_at)}</dd></>}
        {slip.lower && <><dt>升级自</dt><dd><Link to="/slips/$id" params={{ id: slip.lower.id }} search={{}}>{slip.lower.name}</Link></dd></>}
        {slip.higher && <><dt>升级为</dt><dd><Link to="/slips/$id" params={{ id: slip.higher.id }} search={{}}>{slip.higher.name}</Link></dd></>}
      </dl>
    </section>
  )
}
