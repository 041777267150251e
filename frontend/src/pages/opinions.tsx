// The opinions of a round: what is overdue, what is open, what was answered; one is opened within the list.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Schemas, client, download, get } from '../api/client'
import { type ActForm, AnswerForm, ApproveForm, AssignForm, EnterForm, JudgeForm, type Opinion, Proven, ReturnForm, SetAsideForm, fetchOpinion } from '../opinions/forms'
import { NoRound, useRound } from '../session'
import '../styles/checks.css'
import '../styles/publications.css'
import '../styles/slips.css'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, day, left, moment } from '../ui/words'

export function Opinions() {
  useTitle('群众意见')
  const round = useRound()
  const { id } = useSearch({ from: '/opinions' })
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['opinions', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/opinions', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="群众意见" />
  const list = query.data?.items ?? []
  const late = list.filter((o) => o.is_overdue).length
  return (
    <>
      <div className="head">
        <h1>群众意见</h1>
        <p>{list.length > 0 && `在办 ${list.filter((o) => o.is_open).length} 件${late > 0 ? `，逾期 ${late} 件` : ''}`}</p>
        <div className="acts">{query.data?.can_enter && <button type="button" onClick={() => setNew(!isNew)}>{isNew ? '收起' : '登记意见'}</button>}</div>
      </div>
      {isNew && <EnterForm round={round} done={() => setNew(false)} />}
      <Loaded query={query}>{({ items, can_enter }) => items.length === 0
        ? <Empty>{can_enter ? '还没有意见。公示网页收到的意见会自动出现在这里；电话、信件、来访反映的，由整改办登记。' : '没有意见。分给您单位办理的会出现在这里，也会在右上角通知您。'}</Empty>
        : <ul className="card lines sliplines opinionlines">{items.map((o) => <Line key={o.id} of={o} isOpen={o.id === id} />)}</ul>}
      </Loaded>
    </>
  )
}

function Line({ of, isOpen }: { of: Opinion; isOpen: boolean }) {
  const [next] = of.open_actions
  return (
    <li id={`opinion-${of.id}`}>
      <div className="line">
        <div className="what">
          <p><b>{of.channel_label}</b><State label={of.state_label} />{of.is_overdue && <span className="tag late">逾期</span>}{of.n_files > 0 && <span className="tag">附件 {of.n_files}</span>}</p>
          <p className="clip">{of.text}</p>
          <p className="muted">{day(of.received_on)} 收到，{of.hides_writer ? '署名（不显示）' : (of.name ?? '未署名')}，承办 {of.unit?.name ?? '整改办（待分办）'}</p>
        </div>
        <div className={of.is_overdue ? 'span late' : 'span'}>{of.is_open ? <><span>{day(of.due_on)}</span><small>{left(of.working_days_left)}</small></> : <span className="muted">{began(of.settled_at)}</span>}</div>
        <div className="do"><Link to="/opinions" search={isOpen ? {} : { id: of.id }} replace className={next && of.is_open && !isOpen ? 'button main' : 'button quiet'} aria-expanded={isOpen}>{isOpen ? '收起' : next && of.is_open ? '办理' : '查看'}</Link></div>
      </div>
      {isOpen && <One id={of.id} />}
    </li>
  )
}

const forms: Record<string, (props: ActForm) => ReactNode> = {
  assign_opinion: AssignForm, answer_opinion: AnswerForm, approve_opinion: ApproveForm, return_opinion: ReturnForm, judge_opinion: JudgeForm, set_aside_opinion: SetAsideForm,
}

function One({ id }: { id: string }) {
  const query = useQuery({ queryKey: ['opinion', id], queryFn: () => fetchOpinion(id) })
  return <Loaded query={query}>{(of) => <Whole of={of} />}</Loaded>
}

function Whole({ of }: { of: Opinion }) {
  const { act } = useSearch({ from: '/opinions' })
  const navigate = useNavigate({ from: '/opinions' })
  const show = (action?: string) => void navigate({ search: action ? { id: of.id, act: action } : { id: of.id }, replace: true })
  const shown = of.open_actions.find((a) => a.action === act)
  const Form = shown && forms[shown.action]
  return (
    <div className="opinion stack">
      <p className="accountof">{of.text}</p>
      <p className="muted">
        {of.hides_writer ? '提意见的人有署名，本轮规则不向承办单位显示。' : of.name ? `署名：${of.name}${of.contact ? `，${of.contact}` : ''}` : '没有署名。'}
        {of.publication && of.publication_id && <>关于<Link to="/publications/$id" params={{ id: of.publication_id }} search={{}}>{of.publication}</Link>。</>}
        {of.entered_by && `${of.entered_by.name} ${moment(of.received_at)} 登记。`}
      </p>
      {of.files.length > 0 && <ul className="answerfiles">{of.files.map((f) => <FileLine key={f.id} file={f} />)}</ul>}
      {of.answers.map((a) => (
        <article key={a.at} className="slipanswer">
          <p className="muted">答复　{a.by.name}　{moment(a.at)}</p>
          <p className="accountof">{a.words}</p>
          {a.review && <p className={a.review.is_approved ? 'ok' : 'amber'}>{a.review.is_approved ? '审核通过' : `审核退回：${a.review.words ?? ''}`}<small className="muted">　{a.review.by.name} {moment(a.review.at)}</small></p>}
        </article>
      ))}
      {of.judgement && !of.task && <p className="note">{of.judgement.holds_true ? '认定属实' : '认定不属实'}{of.judgement.words && `：${of.judgement.words}`}（{of.judgement.by.name}）</p>}
      <Proven of={of} />
      {of.set_aside && <p className="note">不予办理：{of.set_aside}</p>}
      {of.open_actions.length > 0 && <div className="quietacts">{of.open_actions.map((a) => <button key={a.action} type="button" aria-expanded={shown === a} className={a.action === 'set_aside_opinion' ? 'plain danger' : 'plain'} onClick={() => show(shown === a ? undefined : a.action)}>{a.label}</button>)}</div>}
      {Form && <div className="actform"><Form key={shown.action} of={of} done={() => show()} /></div>}
    </div>
  )
}

function FileLine({ file }: { file: Schemas['OpinionFileView'] }) {
  const fetching = useSend(() => download(file.id))
  return <li><button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>{file.filename}</button><Refused error={fetching.error} /></li>
}
