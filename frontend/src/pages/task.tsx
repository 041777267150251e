// A task on one page: where it is, what it is about, what was done, who signed, and the act that is open, beside the content.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import '../styles/statements.css'
import '../styles/plan.css'
import { Compare, type Version, earlier } from '../task/compare'
import { Files } from '../task/files'
import { hasForm, isNext, place } from '../task/forms'
import { Alike } from '../task/alike'
import { Causes, ScopeOf } from '../task/causes'
import { ActionPanel } from '../task/panel'
import { ResolutionsOf } from '../task/resolutions'
import { Requests } from '../task/requests'
import { OpinionsOfTask } from '../opinions/oftask'
import { SystemicOfTask } from '../systemic/oftask'
import { RulesOfTask } from '../rules/oftask'
import { SlipsOfTask } from '../slips/oftask'
import { Menu } from '../ui/menu'
import { usePrinting } from '../ui/printing'
import { Empty, Light, Loaded, Progress } from '../ui/parts'
import { against } from '../ui/sentences'
import { SaveFile } from '../ui/savefile'
import { useTitle } from '../ui/title'
import { useTrail } from '../ui/trail'
import { day, left, moment, said, week } from '../ui/words'

export type TaskView = Schemas['TaskView']

export function Task() {
  const { id } = useParams({ from: '/tasks/$id' })
  const query = useQuery({ queryKey: ['task', id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id } } })) })
  return <Loaded query={query}>{(task) => <Whole key={task.id} task={task} />}</Loaded>
}

function Whole({ task }: { task: TaskView }) {
  useTitle(`${task.number} ${task.title}`)
  const { act } = useSearch({ from: '/tasks/$id' })
  const navigate = useNavigate({ from: '/tasks/$id' })
  const open = task.open_actions.filter((a) => hasForm(a.action))
  const shown = open.find((a) => a.action === act)
  // Where the round wants the causes first, they stand in front until they are said.
  const awaited = task.is_cause_required && task.causes.length === 0
  const rankOf = (a: Schemas['OpenActionView']) => rank(a) - (awaited && a.action === 'analyse_cause' ? 30 : 0)
  const ordered = [...open].sort((a, b) => rankOf(a) - rankOf(b))
  const show = (action?: string) => void navigate({ search: action ? { act: action } : {}, replace: true })
  const front = ordered.slice(0, 3)
  const more = ordered.slice(3)
  return (
    <>
      <Crumbs task={task} />
      <section className="card taskhead">
        <div className="titleline">
          <h1><span className="number">{task.number}</span>{task.title}</h1>
          <div className="acts">
            {front.map((a, i) => (
              <button key={a.action} type="button" className={i === 0 && a.is_possible && isNext(a.action) ? 'main' : ''} aria-pressed={shown === a} title={a.missing[0] && said(a.missing[0].text)} onClick={() => show(a.action)}>{a.label}</button>
            ))}
            {more.length > 0 && (
              <Menu className="more" face="更多">
                {more.map((a) => <button key={a.action} type="button" className="plain" onClick={() => show(a.action)}>{a.label}</button>)}
              </Menu>
            )}
          </div>
        </div>
        <p className="facts">
          {task.light.level !== 'none' && <Light light={task.light} withReason />}
          <span className="state">{task.state_label}</span>
          {task.due_on && <span>时限 <b>{day(task.due_on)}</b>{task.working_days_left !== null && `，${left(task.working_days_left)}`}{task.original_due_on && task.original_due_on !== task.due_on && `（原定 ${day(task.original_due_on)}）`}</span>}
          {task.review_on && <span>下次评估 <b>{day(task.review_on)}</b></span>}
          {task.overdue_days_kept > 0 && <span className="late">曾逾期 {task.overdue_days_kept} 个工作日</span>}
          <span>进度 <Progress done={task.progress_done} all={task.progress_all} /></span>
          {task.disposition_label && <span>{task.disposition_label}</span>}
          {task.is_key && <span className="tag">关键问题</span>}
          {task.scope_label && <span className="tag">{task.scope_label}问题</span>}
          {task.is_closed_before_golive && <span className="tag">存量办结</span>}
          {task.reopenings > 0 && <span className="tag">重新整改 {task.reopenings} 次</span>}
          {task.doubts > 0 && <span className="tag">疑点 {task.doubts}</span>}
        </p>
        <ol className="stages">
          {task.stages.map((s) => (
            <li key={s.label} className={s.status} aria-current={s.status === 'current' ? 'step' : undefined}>
              <b>{s.label}</b>
              <small>{s.on && s.status !== 'ahead' ? `${day(s.on)} ` : ''}{s.note}</small>
            </li>
          ))}
        </ol>
      </section>
      {task.is_redacted ? (
        <Empty>这是敏感事项，内容仅限指定人员阅看。</Empty>
      ) : (
        <div className={shown && widest.includes(shown.action) ? 'columns forms' : 'columns'}>
          <div>
            <Content task={task} />
          </div>
          <aside>
            {shown && <ActionPanel key={shown.action} task={task} open={shown} onClose={() => show()} />}
            {act && !shown && <p className="note">这件事现在不由您办，或者已经办过了。</p>}
            <SlipsOfTask task={task} />
            <RulesOfTask task={task} />
            <OpinionsOfTask task={task.id} />
            {task.sees_likeness && <ScopeOf finding={task.finding_id} />}
            {task.sees_likeness && <SystemicOfTask task={task.id} />}
            {task.sees_likeness && <Alike finding={task.finding_id} />}
            <People task={task} />
            <ResolutionsOf round={task.round_id} task={task.id} />
            <OnPaper task={task} />
            <History task={task} />
          </aside>
        </div>
      )}
    </>
  )
}

/** The task on paper: the form its closure is signed on, and everything of its finding. */
function OnPaper({ task }: { task: TaskView }) {
  return (
    <section className="card filesof noprint" aria-label="打印和存档">
      <h2>打印和存档</h2>
      <div className="send">
        <SaveFile path={`/tasks/${task.id}/closure-form`} label="销号审批表" />
        <SaveFile path={`/findings/${task.finding_id}/archive`} label="一问题一档案" />
      </div>
    </section>
  )
}

/** Acts whose forms want more room than the content beside them. */
const widest = ['submit_plan', 'propose_amendment']

/** Where one is, back to the list one came from, and its tasks before and after. */
function Crumbs({ task }: { task: TaskView }) {
  const trail = useTrail(task.id)
  const router = useRouter()
  const navigate = useNavigate()
  const go = (to: { id: string } | undefined) => to && void navigate({ to: '/tasks/$id', params: { id: to.id }, search: {} })
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (!e.altKey || e.isComposing || e.defaultPrevented || document.querySelector('dialog[open]')) return
      const to = e.key === 'ArrowDown' ? trail?.next : e.key === 'ArrowUp' ? trail?.previous : undefined
      if (!to) return
      e.preventDefault()
      go(to)
    }
    document.addEventListener('keydown', key)
    return () => document.removeEventListener('keydown', key)
  })
  return (
    <div className="crumbs">
      <p>
        {trail ? <a href={trail.href} onClick={(e) => { e.preventDefault(); router.history.push(trail.href) }}>{trail.name}</a> : <Link to="/ledger" search={{}}>整改台账</Link>} › {task.aspect} › {task.finding_number} {task.finding.length > 30 ? `${task.finding.slice(0, 30)}…` : task.finding}
      </p>
      {trail && (
        <nav aria-label="列表里的前后任务">
          <button type="button" className="plain" disabled={!trail.previous} title="Alt+↑" onClick={() => go(trail.previous)}>上一项 {trail.previous?.number}</button>
          <button type="button" className="plain" disabled={!trail.next} title="Alt+↓" onClick={() => go(trail.next)}>下一项 {trail.next?.number}</button>
        </nav>
      )}
    </div>
  )
}

const rank = (a: Schemas['OpenActionView']) => place(a.action) + (a.is_possible ? 0 : 20)

function Content({ task }: { task: TaskView }) {
  const [isAll, setAll] = useState(false)
  const [compared, setCompared] = useState<Version | null>(null)
  const isPrinting = usePrinting()
  const shownStatements = isAll || isPrinting ? task.statements : task.statements.slice(0, 4)
  /** The same unit's newest words of an earlier week. */
  const before = (s: Schemas['StatementView']) => task.statements.find((o) => o.unit.id === s.unit.id && o.is_newest && o.week < s.week)?.progress ?? null
  return (
    <>
      <section className="card">
        <h2>反馈原文</h2>
        <blockquote><span className="muted">{task.finding_number}</span> {task.finding}</blockquote>
        <dl>
          {task.objective && <><dt>整改目标</dt><dd>{task.objective}</dd></>}
          <dt>完成标准</dt>
          <dd>
            {task.criteria.length === 0 && <span className="muted">编报方案时确定</span>}
            <ol className="criteria">{task.criteria.map((c) => <li key={c.id}>{c.text}<small className={c.n_evidence > 0 ? 'ok' : 'muted'}>佐证 {c.n_evidence} 份{c.is_defaulted && '，默认标准'}</small></li>)}</ol>
          </dd>
        </dl>
      </section>
      <Causes task={task} />
      <section className="card">
        <h2>措施与节点 <span>措施 {task.measures.length} 条</span></h2>
        {task.measures.map((m) => (
          <div key={m.id} className="measure">
            <p className="words"><span className="number">{m.number}</span>{m.text}{m.is_excused && <small className="tag">不再实施</small>}{m.due_on && <small className="muted">{day(m.due_on)}</small>}</p>
            <Nodes nodes={task.milestones.filter((n) => n.measure_id === m.id || n.id === m.id)} />
          </div>
        ))}
        <OfTheWhole nodes={task.milestones.filter((n) => !n.measure_id && !task.measures.some((m) => m.id === n.id))} />
      </section>
      <section className="card">
        <h2>每周写实 <span>新的在上，浅蓝底为较上周新增</span>{task.statements.length > 1 && task.statements[0] && <button type="button" className="plain" onClick={() => setCompared(task.statements[0] ?? null)}>对照两版</button>}</h2>
        {compared && <Compare statements={task.statements} of={compared} onClose={() => setCompared(null)} />}
        {task.statements.length === 0 && <p className="muted">还没有写实。整改开始后，牵头单位每周报一次。</p>}
        {shownStatements.map((s) => (
          <article key={`${s.unit.id}${s.week}${s.revision}`} className={s.is_newest ? 'statement' : 'statement old'}>
            <header>
              <b>{week(s.week)}</b>
              <small>{s.unit.name}</small>
              <small>{moment(s.at)}{s.is_late && '，迟报'}{s.is_after_cut_off && '，截止后补充'}</small>
              <small>{s.reply_label}{s.revision > 1 && `，第 ${s.revision} 版`}</small>
              {s.revision > 1 && earlier(s, task.statements) && <button type="button" className="plain" onClick={() => setCompared(s)}>与前一版对照</button>}
            </header>
            <div>
              {s.return_reason && <p className="amber">退回：{s.return_reason}</p>}
              {s.progress && <p><Changed text={s.progress} before={before(s)} /></p>}
              {s.copy && <p className="copied">{s.copy.words}</p>}
              {s.no_progress_reason && <p><span className="muted">无进展原因</span> {s.no_progress_reason}</p>}
              {s.difficulties && <p><span className="muted">困难</span> {s.difficulties}</p>}
              {s.help_wanted && <p><span className="muted">求助</span> {s.help_wanted}</p>}
              {s.next_step && <p><span className="muted">下步</span> {s.next_step}</p>}
              <Files evidence={task.evidence.filter((e) => s.evidence.includes(e.id))} task={task} />
            </div>
          </article>
        ))}
      </section>
      {shownStatements.length < task.statements.length && <p className="card foot"><button type="button" className="plain" onClick={() => setAll(true)}>看全部 {task.statements.length} 份写实</button></p>}
      <section className="card">
        <h2>佐证材料 <span>{task.evidence.length} 份</span></h2>
        {task.evidence.length === 0 && <p className="muted">还没有佐证材料。</p>}
        <Files evidence={task.evidence} task={task} />
      </section>
      <Requests task={task} />
    </>
  )
}

/** A statement with what was not yet said the week before marked, sentence by sentence. */
function Changed({ text, before }: { text: string; before: string | null }) {
  if (!before) return <>{text}</>
  return <>{against(text, before).map((s, i) => (s.isThere ? <span key={i}>{s.text}</span> : <mark key={i}>{s.text}</mark>))}</>
}

function Nodes({ nodes }: { nodes: Schemas['MilestoneView'][] }) {
  if (nodes.length === 0) return null
  return (
    <ol className="nodes">
      {nodes.map((n) => (
        <li key={n.id} className={n.done_on ? 'done' : n.is_late ? 'late' : ''}>
          <span>{n.is_implicit ? '整条措施完成' : n.title}{n.unit && `（${n.unit.name}）`}</span>
          <small>{n.due_on ? day(n.due_on) : '未定时间'}{n.done_on ? `，实 ${day(n.done_on)}` : n.is_late ? '，已过期未报' : ''}</small>
        </li>
      ))}
    </ol>
  )
}

/** Nodes of no single measure, in the column of the others. */
function OfTheWhole({ nodes }: { nodes: Schemas['MilestoneView'][] }) {
  if (nodes.length === 0) return null
  return <div className="measure"><p className="words muted">整项任务</p><Nodes nodes={nodes} /></div>
}

function People({ task }: { task: TaskView }) {
  const list = (people: Schemas['Named'][], first: string) => people.map((p, i) => `${p.name}${i === 0 ? `（${first}）` : ''}`).join('　') || '—'
  return (
    <section className="card">
      <h2>责任领导、单位和责任人</h2>
      <dl>
        <dt>责任领导</dt><dd>{list(task.leaders, '牵头')}</dd>
        <dt>责任单位</dt><dd>{list(task.units, '牵头')}</dd>
        <dt>责任人</dt><dd>{list(task.persons, '主要')}</dd>
        {task.unit_leader && <><dt>单位领导</dt><dd>{task.unit_leader.name}</dd></>}
        {task.supporting.map((s) => (
          <SupportingLine key={s.unit.id} s={s} />
        ))}
        {task.cross_checkers.length > 0 && <><dt>交叉核查</dt><dd>{task.cross_checkers.map((p) => p.name).join('、')}</dd></>}
        {task.wish && <><dt>调整申请</dt><dd>{task.wish.unit.name}：{task.wish.reason}{task.wish.proposed && `，建议由${task.wish.proposed.name}牵头`}</dd></>}
      </dl>
    </section>
  )
}

function SupportingLine({ s }: { s: Schemas['SupportingView'] }) {
  return (
    <>
      <dt>配合</dt>
      <dd>{s.unit.name} {s.duty}{s.due_on && `，${day(s.due_on)}`}{s.done_on && `，已于 ${day(s.done_on)} 完成`}</dd>
    </>
  )
}

const views = [['deciding', '重要'], ['all', '全部']] as const

/** What happened before the lines the task brings with it, once asked for. */
function useEarlierHistory(task: TaskView) {
  const [isAsked, ask] = useState(false)
  const upTo = (task.history[task.history.length - 1]?.seq ?? 1) - 1
  const query = useInfiniteQuery({
    queryKey: ['task', task.id, 'history', upTo],
    queryFn: ({ pageParam }) => get(client.GET('/api/v1/tasks/{id}/history', { params: { path: { id: task.id }, query: { up_to: pageParam } } })),
    initialPageParam: upTo,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: isAsked,
  })
  return {
    lines: query.data?.pages.flatMap((p) => p.items) ?? [],
    isFetching: query.isFetching,
    more: () => isAsked ? void query.fetchNextPage() : ask(true),
  }
}

function History({ task }: { task: TaskView }) {
  const [view, setView] = useState<'deciding' | 'all'>('deciding')
  const earlier = useEarlierHistory(task)
  const all = [...task.history, ...earlier.lines]
  const lines = view === 'all' ? all : all.filter((h) => h.decides)
  const rest = task.n_history - all.length
  return (
    <section className="card">
      <h2>经过 <span>{task.n_history} 条</span></h2>
      <div className="choice" role="group" aria-label="经过的范围">
        {views.map(([key, label]) => <button key={key} type="button" aria-pressed={view === key} onClick={() => setView(key)}>{label}</button>)}
      </div>
      <ul className="history">
        {lines.map((h) => <li key={h.seq}>{h.who} {said(h.text)}<small>{moment(h.at)}</small></li>)}
      </ul>
      {rest > 0 && <button type="button" className="plain" disabled={earlier.isFetching} onClick={earlier.more}>再看更早的 {Math.min(50, rest)} 条</button>}
      {rest > 0 && <p className="onpaper">更早的 {rest} 条未印</p>}
    </section>
  )
}
