// One systemic problem: how far it has come, the self-checks of its units, and the acts open to whoever looks; a unit sees its own part.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type Schemas, client, download, get } from '../api/client'
import '../styles/handovers.css'
import '../styles/systemic.css'
import { AmendForm } from '../systemic/amend'
import { AnswerForm, AskForm, OfUnit, Reasoned, type Problem } from '../systemic/forms'
import { Loaded, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

type Check = Schemas['SelfCheckView']

export function SystemicProblem() {
  const { id } = useParams({ from: '/systemic/$id' })
  const query = useQuery({ queryKey: ['systemic-problem', id], queryFn: () => get(client.GET('/api/v1/systemic-problems/{id}', { params: { path: { id } } })) })
  return <Loaded query={query}>{(of) => <Whole of={of} />}</Loaded>
}

function Whole({ of }: { of: Problem }) {
  useTitle(of.title)
  const may = (action: string) => of.open_actions.some((a) => a.action === action)
  return (
    <>
      <div className="head">
        <h1>{of.title}<State label={of.state_label} /></h1>
        <p>{of.owner?.name} 牵头{of.due_on && `，${day(of.due_on)} 前完成`}{of.is_overdue && <span className="tag amber">措施逾期</span>}</p>
        <div className="acts"><Link to="/systemic" className="button">全部共性问题</Link></div>
      </div>
      {of.progress && of.progress.asked > 0 && <Figures progress={of.progress} />}
      {of.reason && <p className="note">撤销：{of.reason}</p>}
      <section className="card problem" aria-label="集团层面措施">
        <h2>集团层面措施</h2>
        <p className="words">{of.measure}</p>
        {of.report && <p><span className="tag">已报完成</span> {of.report.words} <small className="muted">{of.report.by} {moment(of.report.at)}</small></p>}
        {of.report_returned_for && <p className="amber">退回：{of.report_returned_for}</p>}
        {may('report_measure') && <Reasoned of={of} act="report" field="words" label="完成情况" hint="写明文件名称和文号" verb="报措施完成" />}
        {may('return_report') && <Reasoned of={of} act="return-report" label="退回理由" verb="退回" folded />}
      </section>
      {may('amend_problem') && <AmendForm key={of.version} of={of} />}
      {of.amendments.length > 0 && <Amendments of={of} />}
      {of.sees_all && <Members of={of} />}
      <section className="part" aria-label="自查">
        <header><h2>{of.sees_all ? '各单位自查' : '本单位自查'} <span>{of.checks.length}</span></h2></header>
        {of.checks.length === 0 && <p className="muted">{of.sees_all ? '还没有布置自查。选几家可能也有这类问题的单位，定个时限。' : '没有布置您单位自查。'}</p>}
        {of.checks.map((c) => <OneCheck key={c.unit.id} of={of} check={c} />)}
        {may('ask_units') && <AskForm of={of} />}
      </section>
      {(may('close_problem') || may('withdraw_problem')) && (
        <div className="acting ending">
          {may('close_problem') && <OfUnit of={of} act="close" verb="办结" words="自查都已认可，集团层面措施已完成。办结后仍可从自查立任务。" />}
          {may('withdraw_problem') && <Reasoned of={of} act="withdraw" label="撤销理由" verb="撤销" folded danger />}
        </div>
      )}
    </>
  )
}

function Figures({ progress: p }: { progress: Schemas['SystemicProgressView'] }) {
  const all: [string, number, string?][] = [['布置', p.asked], ['已报', p.answered], ['存在', p.has], ['类似', p.similar], ['不存在', p.has_not], ['退回', p.returned], ['已认可', p.accepted], ['已立任务', p.raised], ['逾期未报', p.overdue, p.overdue > 0 ? 'late' : undefined]]
  return <dl className="card systemicfigures" aria-label="进展">{all.map(([label, n, look]) => <div key={label} className={look}><dt>{label}</dt><dd>{n}</dd></div>)}</dl>
}

/** What was changed since it was confirmed: before, after, why, by whom. */
function Amendments({ of }: { of: Problem }) {
  return (
    <section className="card problem" aria-label="变更记录">
      <h2>变更记录 <span>{of.amendments.length}</span></h2>
      {of.amendments.map((a) => (
        <div key={a.at} className="amended">
          <dl>{a.changes.map((c) => <div key={c.label}><dt>{c.label}</dt><dd><del>{c.before}</del> → <mark>{c.after}</mark></dd></div>)}</dl>
          <p>理由：{a.reason} <small className="muted">{a.by} {moment(a.at)}</small></p>
        </div>
      ))}
    </section>
  )
}

function Members({ of }: { of: Problem }) {
  return (
    <section className="card problem" aria-label="涉及的任务">
      <h2>涉及的任务 <span>{of.members.length + of.n_hidden}</span></h2>
      <p className="muted">{of.ground}{of.confirmed_by && of.confirmed_at && `（${of.confirmed_by} ${moment(of.confirmed_at)} 认定）`}</p>
      <ul className="problemtasks">
        {of.members.map((m) => <li key={m.id}><Link to="/tasks/$id" params={{ id: m.id }} search={{}} className="number">{m.number}</Link> {m.title} <small className="muted">{m.unit?.name}，{m.state_label}{m.round_id !== of.round_id && `，${m.round_name}`}</small></li>)}
      </ul>
      {of.n_hidden > 0 && <p className="muted">另有 {of.n_hidden} 项您无权阅看。</p>}
    </section>
  )
}

function OneCheck({ of, check }: { of: Problem; check: Check }) {
  const may = (action: string) => of.open_actions.some((a) => a.action === action && a.unit === check.unit.id)
  const unit = check.unit.id
  return (
    <article className="card selfcheck" aria-label={`${check.unit.name}自查`}>
      <header>
        <h3>{check.unit.name}</h3>
        <span className="state">{check.state_label}</span>
        {check.verdict_label && <span className={check.verdict === 'has_not' ? 'tag' : 'tag amber'}>{check.verdict_label}</span>}
        <small className={check.is_overdue ? 'late' : 'muted'}>{day(check.due_on)} 前报{check.is_overdue && '，已逾期'}{check.is_late && '，迟报'}</small>
      </header>
      {check.words && <p className="words">{check.words}</p>}
      {check.by && check.at && <p className="muted"><small>{check.by} 填写{check.confirmed_by && check.confirmed_by !== check.by && `，${check.confirmed_by} 确认`}，{moment(check.at)}</small></p>}
      {check.files.length > 0 && <p>{check.files.map((f) => <button key={f.id} type="button" className="plain" onClick={() => void download(f.id)}>{f.filename}</button>)}</p>}
      {check.returned_for && <p className="amber">退回：{check.returned_for}</p>}
      {check.is_raised && <p>{check.task ? <>已立任务 <Link to="/tasks/$id" params={{ id: check.task.id }} search={{}}>{check.task.number}</Link>（{check.task.state_label}）</> : '已立为整改任务'}</p>}
      {may('confirm_check') && <OfUnit of={of} act="confirm-answer" unit={unit} verb="确认报送" words="我已核对，情况属实，现报送整改办。需要修改的，在下面改好再报。" />}
      {may('answer_check') && <AnswerForm key={`${unit}${check.state}`} of={of} check={check} />}
      {(may('accept_check') || may('raise_task') || may('return_check')) && (
        <div className="acts deciding">
          {may('raise_task') && <OfUnit of={of} act="raise" unit={unit} verb="立为整改任务" />}
          {may('accept_check') && <OfUnit of={of} act="accept" unit={unit} verb="认可" quiet />}
          {may('return_check') && <Reasoned of={of} act="return" unit={unit} label="退回理由" verb="退回" folded />}
        </div>
      )}
    </article>
  )
}
