// One rule: what it brings, the tasks it answers, and its checks in their order, each with what the owner said and what was found.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type Rule, type RuleCheck, fetchRule } from '../rules/act'
import { AnswerForm, ConfirmForm, EntrustForm, JudgeForm, ReasonForm, SubmitForm } from '../rules/forms'
import { RuleFile } from '../rules/proof'
import '../styles/checks.css'
import '../styles/rules.css'
import '../styles/slips.css'
import { Loaded, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

export function RulePage() {
  const { id } = useParams({ from: '/rules/$id' })
  const query = useQuery({ queryKey: ['rule', id], queryFn: () => fetchRule(id) })
  return <Loaded query={query}>{(rule) => <Whole key={rule.id} rule={rule} />}</Loaded>
}

/** Acts of the register; those of a check stand beside it. */
const forms = ['submit_rule', 'confirm_rule', 'return_rule', 'entrust_rule', 'withdraw_rule']

/** The act one comes for; the others wait behind their word. */
const first = ['submit_rule', 'confirm_rule']

function Whole({ rule }: { rule: Rule }) {
  useTitle(rule.title)
  const { act } = useSearch({ from: '/rules/$id' })
  const navigate = useNavigate({ from: '/rules/$id' })
  const open = rule.open_actions.filter((a) => forms.includes(a.action))
  const shown = open.find((a) => a.action === act) ?? open.find((a) => first.includes(a.action) && !act)
  const show = (action?: string) => void navigate({ search: action ? { act: action } : {}, replace: true })
  const done = () => show()
  // What one comes for stands first; to give it into other hands is for when it is wanted.
  const leads = open.some((a) => first.includes(a.action))
  const next = open.length > 0 && (
        <section className="card nextact noprint" aria-label="下一步">
          <div className="quietacts">{open.map((a) => <button key={a.action} type="button" className={a.action === 'withdraw_rule' ? 'plain danger' : 'plain'} aria-expanded={shown === a} onClick={() => show(a.action)}>{a.label}</button>)}</div>
          {shown && (
            <div className="actform" key={shown.action}>
              {shown.action === 'submit_rule' && <SubmitForm rule={rule} done={done} />}
              {shown.action === 'confirm_rule' && <ConfirmForm rule={rule} done={done} />}
              {shown.action === 'return_rule' && <ReasonForm rule={rule} done={done} act="return" verb="退回" />}
              {shown.action === 'withdraw_rule' && <ReasonForm rule={rule} done={done} act="withdraw" verb="撤回登记" isDangerous />}
              {shown.action === 'entrust_rule' && <EntrustForm rule={rule} done={done} />}
            </div>
          )}
        </section>
      )
  return (
    <>
      <p className="pathline"><Link to="/rules" search={{}}>制度建设</Link> › {rule.kind_label}</p>
      <section className="card aboutrule">
        <div className="titleline">
          <h1>{rule.title}</h1>
          <State label={rule.state_label} />
          <div className="acts"><button type="button" className="quiet" onClick={() => window.print()}>打印</button></div>
        </div>
        <p className="facts">
          {rule.number && <b>{rule.number}</b>}
          <span>{rule.issuer.name}</span>
          <span>{day(rule.effective_on)} 起</span>
          {rule.is_lasting && <span className="tag ok">检验通过，计为长效</span>}
        </p>
        {rule.is_kept && <p className="muted">这是敏感事项，内容仅限指定人员阅看。</p>}
        <dl className="slipwords">
          {rule.control && <><dt>管住什么</dt><dd>{rule.control}</dd></>}
          {rule.question && <><dt>检验问题</dt><dd>{rule.question}</dd></>}
          <dt>对应任务</dt>
          <dd>
            <ul className="ruletasks">{rule.tasks.map((t) => <li key={t.id}><p><Link to="/tasks/$id" params={{ id: t.id }} search={{}}>{t.number}</Link> {t.title}</p></li>)}</ul>
            {rule.n_unseen > 0 && <span className="muted">另有 {rule.n_unseen} 项您看不到</span>}
          </dd>
          {rule.replaces && <><dt>修订、废止</dt><dd><p><Link to="/rules/$id" params={{ id: rule.replaces.id }} search={{}}>{rule.replaces.title}</Link> {rule.replaces.number}</p></dd></>}
          {rule.ended_by && <><dt>被取代</dt><dd><p><Link to="/rules/$id" params={{ id: rule.ended_by.id }} search={{}}>{rule.ended_by.title}</Link> {rule.ended_by.number}</p></dd></>}
          <dt>责任单位</dt><dd>{rule.owner_unit.name}{rule.owner && `，负责人 ${rule.owner.name}`}</dd>
          {rule.supervisor && <><dt>检验人</dt><dd>{rule.supervisor.name}</dd></>}
          {rule.file && <><dt>制度文件</dt><dd><RuleFile file={rule.file} /></dd></>}
        </dl>
      </section>
      {rule.reason && <p className="note">已撤回：{rule.reason}</p>}
      {rule.returned && <p className="note">整改办退回：{rule.returned}</p>}
      {leads && next}
      {rule.checks.length > 0 && (
        <section className="card" aria-label="检验">
          <h2>检验 <span>施行满 3、6、12 个月各一次</span></h2>
          <ol className="rulechecks">{rule.checks.map((c) => <Check key={c.months} rule={rule} check={c} />)}</ol>
        </section>
      )}
      {!leads && next}
      <section className="card course" aria-label="登记情况">
        <h2>登记情况</h2>
        <dl>
          <dt>登记</dt><dd>{rule.entered_by.name}　{moment(rule.entered_at)}</dd>
          {rule.submitted_at && <><dt>报确认</dt><dd>{rule.submitted_by?.name}　{moment(rule.submitted_at)}</dd></>}
          {rule.confirmed_at && <><dt>确认</dt><dd>{rule.confirmed_by?.name}　{moment(rule.confirmed_at)}</dd></>}
        </dl>
      </section>
    </>
  )
}

function Check({ rule, check }: { rule: Rule; check: RuleCheck }) {
  const { answer, judgement } = check
  const done = () => undefined
  return (
    <li className={check.is_overdue ? 'overdue' : judgement ? judgement.verdict : ''}>
      <h3>满 {check.months} 个月　<span className="nowrap">{day(check.due_on)}</span><State label={check.standing_label} /></h3>
      {!answer && !judgement && !check.may_answer && !check.may_judge && <p className="muted">{day(check.opens_on)} 起由负责人说明使用情况。</p>}
      {answer && <Said who={`${answer.by.name} 说明`} at={answer.at} words={answer.words} files={answer.files} />}
      {judgement && (
        <>
          <Said who={`${judgement.by.name} 检验：${judgement.label}`} at={judgement.at} words={judgement.words} files={judgement.files} />
          {judgement.follow && <p className="follow">{judgement.follow.task_id ? <Link to="/tasks/$id" params={{ id: judgement.follow.task_id }} search={{}}>{judgement.follow.label}</Link> : judgement.follow.label}{judgement.follow.reason && `：${judgement.follow.reason}`}</p>}
        </>
      )}
      {check.may_answer && <div className="noprint"><AnswerForm rule={rule} check={check} done={done} /></div>}
      {check.may_judge && <div className="noprint"><JudgeForm rule={rule} check={check} done={done} /></div>}
    </li>
  )
}

function Said({ who, at, words, files }: { who: string; at: string; words: string; files: { id: string; filename: string; sha256: string }[] }) {
  return (
    <div className="ruleword">
      <p className="muted">{who}　{moment(at)}</p>
      <p className="accountof">{words}</p>
      {files.length > 0 && <ul className="answerfiles">{files.map((f) => <li key={f.id}><RuleFile file={f} /></li>)}</ul>}
    </div>
  )
}
