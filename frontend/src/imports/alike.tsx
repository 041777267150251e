// What came in and is like findings of earlier feedbacks: each leads to its task, where it is judged.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import '../styles/alike.css'
import { day } from '../ui/words'

export function AlikeToEarlier({ round }: { round: string }) {
  const query = useQuery({ queryKey: ['alike', 'round', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/alike', { params: { path: { id: round } } })) })
  if (!query.data || query.data.length === 0) return null
  return (
    <section className="card alike" aria-label="与以前的问题相似">
      <h2>与以前的问题相似 <span>{query.data.length} 个问题待认定</span></h2>
      <p className="muted">只是提示：是不是反弹回潮，由督导人员在任务页逐项认定。</p>
      {query.data.map((u) => (
        <div key={u.finding.id} className="known">
          <p>{u.task_id ? <Link to="/tasks/$id" params={{ id: u.task_id }} search={{}}>{u.finding.number} {u.finding.body}</Link> : <>{u.finding.number} {u.finding.body}</>}</p>
          <small className="muted">与 {u.nearest.finding.found_on ? day(u.nearest.finding.found_on) : ''} {u.nearest.finding.round_name} {u.nearest.finding.number} 相似{u.nearest.is_same_unit && '，同一单位'}：{u.nearest.words.join('、')}{u.n > 1 && `；另有 ${u.n - 1} 个`}</small>
        </div>
      ))}
    </section>
  )
}
