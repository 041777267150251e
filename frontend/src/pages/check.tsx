// One check: where it stands, what is next, its draw, its tasks and what was found.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { client, get } from '../api/client'
import { fetchCheck, useCheckAct } from '../checks/act'
import { CommitForm, DrawOf, RevealForm } from '../checks/draw'
import { Figures } from '../checks/figures'
import { FrameForm } from '../checks/frameform'
import { Outbox, useOutbox } from '../checks/outboxbar'
import { PlanForm } from '../checks/planform'
import { type Check, type Target, nextOf, quietOf, span, stages } from '../checks/words'
import { useSession } from '../session'
import '../styles/checks.css'
import { TextField, blank } from '../ui/form'
import { Ask, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

export function CheckPage() {
  const { id } = useParams({ from: '/checks/$id' })
  const query = useQuery({ queryKey: ['check', id], queryFn: () => fetchCheck(id), refetchInterval: 10_000 })
  return <Loaded query={query}>{(check) => <Whole check={check} />}</Loaded>
}

/** What is said above the large action. */
const leads: Record<string, string> = {
  freeze_frame: '下一步：划定范围，冻结抽样框',
  commit_nonce: '请您登记随机数',
  reveal_nonce: '请您公开随机数',
  announce_check: '下一步：宣布进点',
  record_result: '请您到现场查看并记录',
  sign_result: '有检查情况等您复核签名',
  finish_check: '结果都已签字，可以办结',
}

/** Words for who only looks on. */
const waits: Record<string, string> = {
  committing: '等各方登记随机数。', revealing: '等各方公开随机数。', ready: '已抽取，等宣布进点；被检查单位还看不到。', running: '检查人员正在现场查看。', finished: '检查已办结。', planned: '正在筹备。', cancelled: '检查已取消。',
}

function Whole({ check }: { check: Check }) {
  useTitle(check.title)
  const [open, setOpen] = useState<string | null>(null)
  const next = nextOf(check.open_actions)
  const quiet = quietOf(check.open_actions)
  const draws = check.draw !== null || check.given_up.length > 0 || check.open_actions.some((a) => a.action === 'freeze_frame') || check.targets.some((t) => t.stratum)
  usePrepared(check)
  const close = () => setOpen(null)
  return (
    <>
      <p className="pathline"><Link to="/checks">检查</Link> › {check.kind_label}</p>
      <section className="card aboutcheck">
        <div className="titleline">
          <h1>{check.title}</h1>
          <State label={check.state_label} />
        </div>
        <p className="facts"><span>{check.kind_label}</span><span>{span(check.from_on, check.to_on)}</span>{check.announced_at && <span>{moment(check.announced_at)} 宣布进点</span>}<span>检查人员 {check.inspectors.map((p) => p.name).join('、')}</span></p>
        <ol className="stages">{stages(check.state, draws).map((s) => <li key={s.label} className={s.status} aria-current={s.status === 'current' ? 'step' : undefined}><b>{s.label}</b></li>)}</ol>
      </section>
      <Outbox />
      <section className="card nextact" aria-label="下一步">
        {next.length === 0 ? <p className="muted">{waits[check.state] ?? ''}没有等您办的事。</p> : next.map((a) => <Act key={a.action} check={check} action={a.action} label={a.label} isOpen={open === a.action} setOpen={setOpen} />)}
        {quiet.length > 0 && <div className="quietacts">{quiet.map((a) => <button key={a.action} type="button" aria-expanded={open === a.action} className={a.action === 'cancel_check' ? 'plain danger' : 'plain'} onClick={() => setOpen(open === a.action ? null : a.action)}>{a.label}</button>)}</div>}
        {open === 'go_on_without' && <Reasoned check={check} path="go-on" text="有一方不能公开随机数时，由已公开的各方的随机数得出结果。未公开的一方会在抽取记录上点名。" verb="缺席继续" done={close} />}
        {open === 'give_up_draw' && <Reasoned check={check} path="give-up" text="本次抽取作废，回到筹备。作废的次数和理由记入以后的抽取记录，任何人都看得到。" verb="作废本次抽取" done={close} isFinal />}
        {open === 'cancel_check' && <Reasoned check={check} path="cancel" text="检查取消后不能恢复。" verb="取消检查" done={close} isFinal />}
      </section>
      {open === 'revise_check' && <PlanForm check={check} onClose={close} />}
      {open === 'freeze_frame' && <FrameForm check={check} onClose={close} />}
      <div className={check.targets.length > 0 ? 'checkcols' : 'checkcols nothingdrawn'}>
        {check.targets.length > 0 && <div><Targets check={check} /><Figures check={check} /></div>}
        <aside>
          {check.draw && <DrawOf check={check} draw={check.draw} />}
          {!check.draw && check.given_up.length > 0 && <section className="card"><h2>作废的抽取</h2>{check.given_up.map((g) => <p key={g.nth} className="amber">第 {g.nth} 次：{g.reason}</p>)}</section>}
          {check.questions.length > 0 && <section className="card"><h2>检查内容</h2><ol className="criteria">{check.questions.map((q) => <li key={q}>{q}</li>)}</ol></section>}
        </aside>
      </div>
    </>
  )
}

function Act({ check, action, label, isOpen, setOpen }: { check: Check; action: string; label: string; isOpen: boolean; setOpen: (action: string | null) => void }) {
  const first = check.targets.find((t) => (action === 'sign_result' ? t.may_sign : t.may_record))
  const isAtTask = action === 'record_result' || action === 'sign_result'
  const n = check.targets.filter((t) => (action === 'sign_result' ? t.may_sign : t.may_record)).length
  const forms: Record<string, () => ReactNode> = {
    commit_nonce: () => check.draw && <CommitForm check={check} draw={check.draw} />,
    reveal_nonce: () => check.draw && <RevealForm check={check} draw={check.draw} />,
    announce_check: () => <Announce check={check} onClose={() => setOpen(null)} />,
    finish_check: () => <Finish check={check} onClose={() => setOpen(null)} />,
  }
  const isLarge = isOpen && action in forms
  return (
    <div className="nextone">
      <div className="actline">
        <p><b>{leads[action] ?? label}</b>{isAtTask && <span className="muted">　{n} 项</span>}</p>
        {isAtTask && first && <Link to="/checks/$id/$task" params={{ id: check.id, task: first.task_id }} className="button main huge">{label}</Link>}
        {!isAtTask && <button type="button" className={isOpen ? '' : 'main huge'} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : action)}>{isOpen ? '收起' : label}</button>}
      </div>
      {isLarge && <div className="actform">{forms[action]?.()}</div>}
    </div>
  )
}

function Announce({ check, onClose }: { check: Check; onClose: () => void }) {
  const form = useCheckAct(check, 'announce', () => ({}), { done: onClose })
  return (
    <Ask title="宣布进点？" verb="宣布进点" busy={form.busy} onYes={() => void form.submit()} onNo={onClose}>
      <p>此后检查人员可以记录 {check.targets.length} 项任务的检查情况。宣布后检查不能再作废、取消。</p>
      <Refused error={form.error} />
    </Ask>
  )
}

function Finish({ check, onClose }: { check: Check; onClose: () => void }) {
  const [words, setWords] = useState('')
  const form = useCheckAct(check, 'finish', () => ({ words: words.trim() === '' ? null : words }), { done: onClose })
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="办结说明（可不填）" rows={2} value={words} onChange={setWords} error={form.at('/words')} hint="例：检查情况已向被检查单位反馈" />
      <Refused error={form.error} shown={['/words']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>检查办结</button></div>
    </form>
  )
}

function Reasoned({ check, path, text, verb, done, isFinal }: { check: Check; path: string; text: string; verb: string; done: () => void; isFinal?: boolean }) {
  const [reason, setReason] = useState('')
  const form = useCheckAct(check, path, () => ({ reason }), { done, missing: () => blank({ '/reason': reason }) })
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{text}</p>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className={isFinal ? 'danger' : 'main'} disabled={form.busy}>{form.busy ? '正在办理…' : verb}</button><button type="button" onClick={done}>收起</button></div>
    </form>
  )
}

function Targets({ check }: { check: Check }) {
  const { entries } = useOutbox()
  const own = check.targets.filter((t) => t.may_record || t.may_sign)
  const rest = check.targets.filter((t) => !own.includes(t))
  return (
    <section className="part">
      <header><h2>检查的任务 <span>{check.targets.length}</span></h2></header>
      <ul className="card lines targets">
        {[...own, ...rest].map((t) => <TargetLine key={t.task_id} check={check} target={t} unsent={entries.find((e) => e.check === check.id && e.task === t.task_id && e.standing !== 'sent')?.standing} />)}
      </ul>
    </section>
  )
}

const unsentWords: Record<string, string> = { writing: '本机有未保存的记录', queued: '已存在本机，待发送', refused: '未被接受，内容在本机' }

function TargetLine({ check, target: t, unsent }: { check: Check; target: Target; unsent?: string }) {
  const { result } = t
  const mayDraft = useSession().round?.can_draft_slips ?? false
  return (
    <li>
      <div className="line">
        <div className="what">
          <p><span className="number">{t.number}</span>{result && <b className={result.is_untrue ? 'late' : ''}>{result.label}</b>}{result && <span className="muted">{result.signed_by ? `${result.by}、${result.signed_by} 签字` : result.returned ? `被退回：${result.returned}` : `${result.by} 记录，待复核签名`}</span>}{!result && <span className="muted">还没有结果</span>}{unsent && <span className="tag amber">{unsentWords[unsent]}</span>}</p>
          <p>{t.title || <span className="muted">内容仅限指定人员阅看</span>}</p>
          <p className="muted">{[t.unit, t.state_label, t.due_on && `时限 ${day(t.due_on)}`, `检查人员 ${t.inspectors.map((p) => p.name).join('、')}`].filter(Boolean).join('，')}</p>
        </div>
        <div className="do">
          {t.result?.is_untrue && t.result.signed_by && mayDraft && <Link to="/slips" search={{ new: '1', task: t.task_id, check: check.id }} className="button">发督办单</Link>}
          {(t.may_sign || t.may_record || result) && <Link to="/checks/$id/$task" params={{ id: check.id, task: t.task_id }} className={t.may_sign || t.may_record ? 'button main' : 'button quiet'}>{t.may_sign ? '复核签名' : t.may_record ? (result ? '修改记录' : '记录') : '查看'}</Link>}
        </div>
      </div>
    </li>
  )
}

/** What one needs on the spot is fetched while there is a network: the page for a task, and what the ledger claims of each. */
function usePrepared(check: Check) {
  const queries = useQueryClient()
  const own = check.targets.filter((t) => t.may_record).map((t) => t.task_id).join()
  useEffect(() => {
    if (own === '') return
    void import('./spot').catch(() => undefined)
    for (const id of own.split(',')) void queries.prefetchQuery({ queryKey: ['task', id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id } } })), gcTime: Infinity, staleTime: 60_000 })
  }, [own, queries])
}
