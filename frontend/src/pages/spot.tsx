// On the spot: what the ledger claims of a task, and beside it what is found there; made for a phone with a bad connection.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, download, get } from '../api/client'
import { fetchCheck, useCheckAct } from '../checks/act'
import { FoundForm } from '../checks/foundform'
import { Outbox } from '../checks/outboxbar'
import type { Check, Target } from '../checks/words'
import '../styles/checks.css'
import '../styles/plan.css'
import { Files } from '../task/files'
import { TextField, blank, useSend } from '../ui/form'
import { Empty, Light, Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment, week } from '../ui/words'

export function OnTheSpot() {
  const { id, task } = useParams({ from: '/checks/$id/$task' })
  const query = useQuery({ queryKey: ['check', id], queryFn: () => fetchCheck(id), gcTime: Infinity })
  return (
    <Loaded query={query}>
      {(check) => {
        const target = check.targets.find((t) => t.task_id === task)
        return target ? <Whole key={task} check={check} target={target} /> : <Empty>这项任务不在本次检查内。<br /><Link to="/checks/$id" params={{ id }} className="button">回到检查</Link></Empty>
      }}
    </Loaded>
  )
}

function Whole({ check, target }: { check: Check; target: Target }) {
  useTitle(`现场检查 ${target.number}`)
  const query = useQuery({ queryKey: ['task', target.task_id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id: target.task_id } } })), gcTime: Infinity })
  const own = check.targets.filter((t) => t.may_record || t.may_sign)
  const after = own[(own.indexOf(target) + 1) % Math.max(1, own.length)]
  return (
    <>
      <p className="pathline"><Link to="/checks">检查</Link> › <Link to="/checks/$id" params={{ id: check.id }}>{check.title}</Link></p>
      <div className="head spothead"><h1><span className="number">{target.number}</span>{target.title}</h1><p>{[target.unit, `检查人员 ${target.inspectors.map((p) => p.name).join('、')}`].filter(Boolean).join('，')}</p></div>
      <Outbox />
      {(target.may_record || target.may_sign) && <p className="onphone tofound"><a href="#found" className="button soft">{target.may_sign ? '去复核签名' : '去写现场情况'} ↓</a></p>}
      <div className="spot">
        <section className="card claims" aria-label="台账所写">
          <h2>台账所写</h2>
          <Loaded query={query}>{(task) => <Claims task={task} />}</Loaded>
        </section>
        <div className="foundside" id="found">
          {check.questions.length > 0 && <section className="card"><h2>检查内容</h2><ol className="criteria">{check.questions.map((q) => <li key={q}>{q}</li>)}</ol></section>}
          {target.may_sign && <Sign check={check} target={target} />}
          {target.may_record && <FoundForm check={check} target={target} />}
          {!target.may_sign && !target.may_record && <Shown target={target} />}
          {after && after !== target && <p className="nexttask"><Link to="/checks/$id/$task" params={{ id: check.id, task: after.task_id }} className="button">下一项 {after.number}</Link></p>}
        </div>
      </div>
    </>
  )
}

function Claims({ task }: { task: Schemas['TaskView'] }) {
  if (task.is_redacted) return <p className="muted">这是敏感事项，内容仅限指定人员阅看。</p>
  const newest = task.statements.find((s) => s.is_newest) ?? task.statements[0]
  const done = task.measures.filter((m) => m.is_done).length
  return (
    <>
      <p className="facts">{task.light.reasons.length > 0 && <Light light={task.light} withReason />}<span>{task.state_label}</span>{task.due_on && <span>时限 {day(task.due_on)}</span>}</p>
      <blockquote>{task.finding}</blockquote>
      {task.objective && <p><b>整改目标</b>　{task.objective}</p>}
      <h3>措施 <span className="muted">完成 {done}/{task.measures.length}</span></h3>
      <ul className="claimlist">{task.measures.map((m) => <li key={m.id} className={m.is_done ? 'ok' : ''}><span aria-hidden="true">{m.is_done ? '✓' : '○'}</span><span>{m.text}<small className="muted">{m.is_done ? '已完成' : m.due_on ? `时限 ${day(m.due_on)}` : '未完成'}</small></span></li>)}</ul>
      <h3>完成标准</h3>
      <ul className="claimlist">{task.criteria.map((c, i) => <li key={c.id}><span>{i + 1}.</span><span>{c.text}<small className="muted">{c.n_evidence > 0 ? `佐证 ${c.n_evidence} 份` : '没有佐证'}</small></span></li>)}</ul>
      <h3>最近一次写实</h3>
      {newest ? <p><span className="muted">{newest.unit.name} {week(newest.week)}</span>　{[newest.progress, newest.difficulties && `困难：${newest.difficulties}`].filter(Boolean).join('　') || newest.no_progress_reason || '没有内容'}</p> : <p className="muted">还没有写实。</p>}
      <h3>佐证 <span className="muted">{task.evidence.length} 份</span></h3>
      {task.evidence.length > 0 ? <Files evidence={task.evidence} task={task} /> : <p className="muted">没有佐证。</p>}
      <p><Link to="/tasks/$id" params={{ id: task.id }} search={{}}>看任务全部内容</Link></p>
    </>
  )
}

/** What was found, whole. */
function Content({ result }: { result: NonNullable<Target['result']> }) {
  return (
    <>
      <p className={result.is_untrue ? 'finding late' : 'finding'}><b>{result.label}</b></p>
      <p className="accountof">{result.found}</p>
      <p className="muted">{day(result.occurred_on)} 检查，{result.by} {moment(result.at)} 记录</p>
      {result.files.length > 0 && <ul className="files">{result.files.map((f) => <ResultFile key={f.id} file={f} />)}</ul>}
    </>
  )
}

function ResultFile({ file }: { file: Schemas['ResultFileView'] }) {
  const fetching = useSend(() => download(file.id))
  return (
    <li>
      <button type="button" className="onefile" disabled={fetching.busy} onClick={() => void fetching.submit()} title={`下载 ${file.filename}`}><span><b>{file.filename}</b><small>点按查看</small></span></button>
      <Refused error={fetching.error} />
    </li>
  )
}

function Shown({ target }: { target: Target }) {
  const { result } = target
  return (
    <section className="card" aria-label="检查情况">
      <h2>检查情况</h2>
      {!result && <p className="muted">还没有记录。</p>}
      {result && <Content result={result} />}
      {result?.signed_by && <p className="ok">✓ {result.signed_by} {moment(result.signed_at)} 复核签名</p>}
      {result && !result.signed_by && !result.returned && <p className="amber">等另一位检查人员复核签名。</p>}
      {result?.returned && <p className="amber">已退回：{result.returned}</p>}
    </section>
  )
}

/** The second signature: the whole content, then yes, or no with a reason. */
function Sign({ check, target }: { check: Check; target: Target }) {
  const [reason, setReason] = useState('')
  const [isReturning, setReturning] = useState(false)
  const seen = JSON.stringify(target.result)
  // Only what is shown is signed.
  const holds = (now: Check) => JSON.stringify(now.targets.find((t) => t.task_id === target.task_id)?.result) === seen
  const sign = useCheckAct(check, `results/${target.task_id}/signature`, () => ({ objection: null }), { holds })
  const object = useCheckAct(check, `results/${target.task_id}/signature`, () => ({ objection: reason }), { holds, missing: () => blank({ '/reason': reason }) })
  if (!target.result) return null
  return (
    <section className="card secondsign" aria-label="复核签名">
      <h2>复核签名</h2>
      <p className="muted">以下是 {target.result.by} 记录的检查情况。属实请签名，与您在现场看到的不同请退回并写明理由。</p>
      <Content result={target.result} />
      {isReturning && <TextField label="退回理由" rows={3} value={reason} onChange={setReason} error={object.at('/reason')} />}
      <Refused error={sign.error ?? object.error} shown={['/reason']} />
      <div className="send thumb">
        {isReturning ? (
          <>
            <button type="button" onClick={() => setReturning(false)}>不退回</button>
            <button type="button" className="danger" disabled={object.busy} onClick={() => void object.submit()}>退回</button>
          </>
        ) : (
          <>
            <button type="button" onClick={() => setReturning(true)}>退回…</button>
            <button type="button" className="main wide" disabled={sign.busy} onClick={() => void sign.submit()}>{sign.busy ? '正在签名…' : '复核签名'}</button>
          </>
        )}
      </div>
    </section>
  )
}
