// Findings like the one of this task, in its right column: what is proposed, with the words it rests on, what was said of it, and the matter through the years.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import '../styles/alike.css'
import { TextField, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, moment } from '../ui/words'

type Likeness = Schemas['LikenessView']
type Finding = Schemas['KnownFindingView']
type Proposal = Schemas['ProposalView']

const verdicts = [
  { verdict: 'recurrence', label: '反弹回潮' },
  { verdict: 'common', label: '共性问题' },
  { verdict: 'dismissed', label: '不是一回事' },
]

export function Alike({ finding }: { finding: string }) {
  const query = useQuery({ queryKey: ['alike', finding], queryFn: () => get(client.GET('/api/v1/findings/{id}/alike', { params: { path: { id: finding } } })) })
  const [all, setAll] = useState(false)
  if (!query.data) return null
  const found = query.data
  if (found.proposals.length + found.links.length === 0) return null
  const shown = all ? found.proposals : found.proposals.slice(0, 3)
  return (
    <section className="card alike" aria-label="相似和反弹">
      <h2>相似和反弹 <span>{found.proposals.length > 0 ? `${found.proposals.length} 条待认定` : ''}</span></h2>
      {found.n_found > 1 && <Lineage found={found} />}
      {found.links.map((l) => (
        <div key={l.id} className="known">
          <p><span className="tag">{l.verdict_label}</span> <Line finding={l.finding} /></p>
          <small className="muted">{l.judged_by} {moment(l.judged_at)} 认定{l.reason && `：${l.reason}`}</small>
        </div>
      ))}
      {shown.map((p) => <Proposed key={p.finding.id} finding={finding} proposal={p} mayJudge={found.may_judge} />)}
      {shown.length < found.proposals.length && <button type="button" className="plain" onClick={() => setAll(true)}>还有 {found.proposals.length - shown.length} 条</button>}
    </section>
  )
}

function Lineage({ found }: { found: Likeness }) {
  return (
    <div className="lineage">
      <p><b>第 {found.n_found} 次被指出</b>{found.years_open > 0 && `，首次至今 ${found.years_open} 年`}</p>
      <ol>
        {found.lineage.map((f) => (
          <li key={f.id} aria-current={f.id === found.finding.id ? 'true' : undefined}>
            {f.found_on ? day(f.found_on) : '日期不详'} {f.round_name} {f.number}
            <small className="muted">{f.closed_on ? `${day(f.closed_on)} 全部销号` : `${f.n_closed} / ${f.n_tasks} 项已销号`}{f.basis && `；当时依据：${f.basis}`}</small>
          </li>
        ))}
      </ol>
      {found.lineage.length < found.n_found && <p className="muted">另有 {found.n_found - found.lineage.length} 次在您不负责的轮次</p>}
    </div>
  )
}

function Line({ finding }: { finding: Finding }) {
  return <>{finding.round_name} {finding.number} {finding.body}{finding.units.length > 0 && <small className="muted">（{finding.units.join('、')}）</small>}</>
}

function Proposed({ finding, proposal, mayJudge }: { finding: string; proposal: Proposal; mayJudge: boolean }) {
  const queries = useQueryClient()
  const [verdict, setVerdict] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const form = useSend(async () => {
    const now = await post<Likeness>(`/findings/${finding}/alike`, { other_id: proposal.finding.id, verdict, reason })
    queries.setQueryData(['alike', finding], now)
  }, () => (verdict === 'dismissed' && !reason.trim() ? ['/reason'] : []))
  const label = verdicts.find((v) => v.verdict === verdict)?.label
  return (
    <div className="proposal">
      <p><Line finding={proposal.finding} /></p>
      <p className="why muted">
        相似度 {Math.round(proposal.score * 100)}%{proposal.is_same_unit && '，同一单位'}{proposal.is_earlier && '，更早'}；都说到{proposal.words.map((w) => `“${w}”`).join('')}
      </p>
      {mayJudge && !verdict && (
        <p className="acts">
          {verdicts.filter((v) => v.verdict !== 'recurrence' || proposal.is_earlier).map((v) => <button key={v.verdict} type="button" className="plain" onClick={() => setVerdict(v.verdict)}>{v.label}</button>)}
        </p>
      )}
      {verdict && (
        <form onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
          <TextField label={verdict === 'dismissed' ? '理由' : '理由（可不填）'} rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
          {form.at('/verdict') && <p className="fault" role="alert">{form.at('/verdict')}</p>}
          <Refused error={form.error} />
          <p className="send">
            <button type="submit" className="main" disabled={form.busy}>认定为{label}</button>
            <button type="button" className="plain" onClick={() => setVerdict(null)}>取消</button>
          </p>
        </form>
      )}
    </div>
  )
}
