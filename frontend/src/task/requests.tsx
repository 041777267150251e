// What was asked to be signed, by whom it was signed, and exactly what that was.
import { Link } from '@tanstack/react-router'
import { type Schemas, download } from '../api/client'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { usePrinting } from '../ui/printing'
import { checkCode, day, moment } from '../ui/words'
import { type Content, differences, returnedBefore } from './since'
import { Original } from './original'

type Request = Schemas['RequestView']

export function Requests({ task }: { task: Schemas['TaskView'] }) {
  const isPrinting = usePrinting()
  return (
    <section className="card">
      <h2>签批 <span>新的在上</span></h2>
      {task.requests.length === 0 && <p className="muted">还没有签批事项。报送方案、申请延期和销号后，签批情况列在这里。</p>}
      {task.requests.map((r) => <OneRequest key={r.id} request={r} isUnfolded={r.is_open || isPrinting} />)}
    </section>
  )
}

function OneRequest({ request, isUnfolded }: { request: Request; isUnfolded: boolean }) {
  return (
    <details className="request" open={isUnfolded}>
      <summary>
        <b>{request.kind_label}</b> <span className="tag">{request.state_label}</span>
        <small>{request.submitted_by.name} {moment(request.submitted_at)} 报，所签内容校验码 {checkCode(request.content_hash)}</small>
      </summary>
      <Chain request={request} />
      <Signatures signatures={request.signatures} />
      <Signed request={request} />
      <p className="noprint"><Link to="/forms/$id" params={{ id: request.id }}>打印签批单</Link></p>
      <Original request={request} />
    </details>
  )
}

/** Who signed what, how and when. */
export function Signatures({ signatures }: { signatures: Schemas['SignatureView'][] }) {
  if (signatures.length === 0) return null
  return (
    <div className="scroll">
      <table className="signatures">
        <thead><tr><th>环节</th><th>签批人</th><th>结论</th><th>日期</th><th>意见与方式</th></tr></thead>
        <tbody>
          {signatures.map((s) => (
            <tr key={s.id} className={s.is_void ? 'struck' : ''}>
              <td>{s.step}</td>
              <td className="nowrap">{s.person?.name ?? '会议'}{s.stand_in && <small>{s.stand_in.name} 代行</small>}</td>
              <td className="nowrap">{s.verdict_label}{(s.is_pending || s.is_void) && <small>{s.state_label}</small>}</td>
              <td className="nowrap">{day(s.occurred_on)}</td>
              <td>
                {s.words ?? '—'} {s.scan_id && <Scan id={s.scan_id} />}
                <small>
                  {s.mode_label}
                  {s.method && `，${s.method}`}
                  {s.is_recorded && `，${s.recorded_by.name} 录`}
                  {s.confirmed_by && `，${s.confirmed_by.name} 核`}
                  {s.minutes_number && `，${s.minutes_number}`}
                </small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The paper itself, fetched by a ticket. */
function Scan({ id }: { id: string }) {
  const fetching = useSend(() => download(id))
  return (
    <>
      <button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>扫描件</button>
      <Refused error={fetching.error} />
    </>
  )
}

/** The steps in their order: who signed, whose turn it is, who comes after. */
export function Chain({ request, me }: { request: Pick<Request, 'chain'>; me?: string | null }) {
  const state = (s: Schemas['StepView']) => (s.is_current ? 'current' : s.approvals >= s.count || s.is_met_by_submission ? 'done' : '')
  const words = (s: Schemas['StepView']) => {
    if (s.is_met_by_submission) return '本人报送即签'
    if (s.count > 1) return `${s.approvals} / ${s.count} 人`
    if (s.is_current) return s.person && s.person.id === me ? '等您签' : '待签'
    return s.approvals >= s.count ? '已签' : ''
  }
  return (
    <ol className="chainsteps">
      {request.chain.map((s, i) => (
        <li key={i} className={state(s)} aria-current={s.is_current ? 'step' : undefined}>
          <span>{s.label}</span> {s.person && <b>{s.person.name}</b>} <small>{words(s)}</small>
        </li>
      ))}
    </ol>
  )
}

/** What is signed, as it was when it was handed in. */
export function Signed({ request }: { request: Request }) {
  const content = (request.content ?? {}) as Content
  return (
    <dl className="signed">
      {content.objective && <><dt>整改目标</dt><dd>{content.objective}</dd></>}
      {request.statement && <><dt>{request.kind === 'closure' ? '整改成效' : '说明'}</dt><dd>{request.statement}</dd></>}
      {request.occurred_on && <><dt>完成日期</dt><dd>{day(request.occurred_on)}</dd></>}
      {request.new_due_on && <><dt>拟延至</dt><dd>{day(request.new_due_on)}{request.due_on && `（现时限 ${day(request.due_on)}）`}</dd></>}
      {content.criteria && content.criteria.length > 0 && <><dt>完成标准</dt><dd>{content.criteria.map((c, i) => <p key={i}>{i + 1}. {c.text}</p>)}</dd></>}
      {content.milestones && content.milestones.length > 0 && <><dt>节点</dt><dd>{content.milestones.map((m, i) => <p key={i}>{m.due_on && `${day(m.due_on)} `}{m.title}{m.proof && `（佐证：${m.proof}）`}</p>)}</dd></>}
    </dl>
  )
}

/** What is otherwise than when it last came back: what a signer looks for first. */
export function Since({ task, request }: { task: Schemas['TaskView']; request: Request }) {
  const before = returnedBefore(task.requests, request)
  if (!before) return null
  const why = before.signatures.find((s) => s.words && !s.is_void)
  const changed = differences(before, request)
  return (
    <div className="missing since">
      <p><b>上次退回</b>{why && `：${why.person?.name ?? '会议'}“${why.words}”`}</p>
      {changed.length === 0 ? <p>这次所报内容与上次相同。</p> : (
        <dl>
          {changed.map((c) => (
            <div key={c.label}>
              <dt>{c.label}</dt>
              {c.before.map((text) => <dd key={text}><del>{text}</del></dd>)}
              {c.after.map((text) => <dd key={text}><mark>{text}</mark></dd>)}
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
