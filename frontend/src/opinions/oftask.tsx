// The opinions that were found true of a task, in its own column.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { day } from '../ui/words'

export function OpinionsOfTask({ task }: { task: string }) {
  const query = useQuery({ queryKey: ['opinions', 'task', task], queryFn: () => get(client.GET('/api/v1/tasks/{id}/opinions', { params: { path: { id: task } } })) })
  const list = query.data ?? []
  if (list.length === 0) return null
  return (
    <section className="card">
      <h2>群众意见 <span>{list.length} 件属实</span></h2>
      <ul className="taskslips">
        {list.map((o) => (
          <li key={o.id}>
            <Link to="/opinions" search={{ id: o.id }}>{day(o.received_on)} {o.channel_label}</Link> <span className="state">{o.state_label}</span>
            <small className="muted">{o.text.slice(0, 60)}</small>
            {o.task?.is_to_reopen && <small className="amber">提请重新整改</small>}
          </li>
        ))}
      </ul>
    </section>
  )
}
