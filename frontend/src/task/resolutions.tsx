// What meetings resolved on a task, in its right column.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { day } from '../ui/words'

export function ResolutionsOf({ round, task }: { round: string; task: string }) {
  const query = useQuery({ queryKey: ['resolutions', round, task], queryFn: () => get(client.GET('/api/v1/rounds/{id}/resolutions', { params: { path: { id: round }, query: { task } } })), enabled: round !== '' })
  if (!query.data || query.data.length === 0) return null
  return (
    <section className="card">
      <h2>会议议定事项 <span>{query.data.length}</span></h2>
      <ul className="history">
        {query.data.map((p) => (
          <li key={p.resolution.id}>
            <Link to="/resolutions/$id" params={{ id: p.resolution.id }}>{p.resolution.text}</Link>
            <small>{[p.resolution.unit?.name, p.resolution.person?.name].filter(Boolean).join('、')}，{day(p.resolution.due_on)} 前，{p.resolution.standing_label}；{p.meeting}{p.number && ` ${p.number}`}</small>
          </li>
        ))}
      </ul>
    </section>
  )
}
