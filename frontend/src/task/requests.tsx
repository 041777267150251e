// What was asked to be signed, by whom it was signed, and exactly what that was.
import type { Schemas } from '../api/client'
import { day, moment } from '../ui/words'

type Request = Schemas['RequestView']

export function Requests({ task }: { task: Schemas['TaskView'] }) {
  return (
    <section className="card">
      <h2>签批</h2>
      {task.requests.length === 0 && <p className="muted">还没有签批事项。</p>}
      {[...task.requests].reverse().map((r) => <OneRequest key={r.id} request={r} isOpen={r.state === 'open'} />)}
    </section>
  )
}

function OneRequest({ request, isOpen }: { request: Request; isOpen: boolean }) {
  return (
    <details className="request" open={isOpen}>
      <summary>
        <b>{request.kind_label}</b> <span className="tag">{request.state_label}</span>
        <small>{request.submitted_by.name} {moment(request.submitted_at)} 报　校验码 {request.content_hash.slice(0, 8).toUpperCase()}</small>
      </summary>
      <ol className="chainsteps">
        {request.chain.map((s, i) => (
          <li key={i} className={s.is_current ? 'current' : s.approvals >= s.count || s.is_met_by_submission ? 'done' : ''}>
            {s.label}{s.person && ` ${s.person.name}`}
            <small>{s.is_met_by_submission ? '本人报送即签' : s.count > 1 ? `${s.approvals} / ${s.count} 人` : s.is_current ? '待签' : ''}</small>
          </li>
        ))}
      </ol>
      {request.signatures.length > 0 && (
        <div className="scroll">
          <table>
            <thead><tr><th>环节</th><th>签批人</th><th>结论</th><th>日期</th><th>方式与意见</th></tr></thead>
            <tbody>
              {request.signatures.map((s) => (
                <tr key={s.id} className={s.state === 'void' ? 'struck' : ''}>
                  <td>{s.step}</td>
                  <td className="nowrap">{s.person?.name ?? '会议'}{s.stand_in && <small>{s.stand_in.name} 代行</small>}</td>
                  <td className="nowrap">{s.verdict_label}<small>{s.state_label}</small></td>
                  <td className="nowrap">{day(s.occurred_on)}</td>
                  <td>
                    <span className="tag">{s.mode_label}</span> {s.words}
                    {s.method && <small>核实方式：{s.method}</small>}
                    {s.mode !== 'screen' && <small>{s.recorded_by.name} 录{s.confirmed_by && `，${s.confirmed_by.name} 核`}{s.minutes_number && `，${s.minutes_number}`}</small>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Signed request={request} />
    </details>
  )
}

type Content = { title?: string; objective?: string; criteria?: { text: string }[]; milestones?: { title: string; proof?: string | null; due_on?: string | null }[] }

/** What is signed, as it was when it was handed in. */
export function Signed({ request }: { request: Request }) {
  const content = (request.content ?? {}) as Content
  return (
    <dl className="signed">
      {request.statement && <><dt>{request.kind === 'closure' ? '整改成效' : '说明'}</dt><dd>{request.statement}</dd></>}
      {request.occurred_on && <><dt>完成日期</dt><dd>{day(request.occurred_on)}</dd></>}
      {request.new_due_on && <><dt>拟延至</dt><dd>{day(request.new_due_on)}{request.due_on && `（现时限 ${day(request.due_on)}）`}</dd></>}
      {content.criteria && content.criteria.length > 0 && <><dt>完成标准</dt><dd>{content.criteria.map((c, i) => <p key={i}>{i + 1}. {c.text}</p>)}</dd></>}
      {content.milestones && content.milestones.length > 0 && <><dt>节点</dt><dd>{content.milestones.map((m, i) => <p key={i}>{m.due_on && `${day(m.due_on)} `}{m.title}{m.proof && `（佐证：${m.proof}）`}</p>)}</dd></>}
    </dl>
  )
}
