// The systemic problems a task is of, or was made by, in its right column.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { State } from '../ui/parts'

export function SystemicOfTask({ task }: { task: string }) {
  const query = useQuery({ queryKey: ['systemic', 'of', task], queryFn: () => get(client.GET('/api/v1/tasks/{id}/systemic-problems', { params: { path: { id: task } } })) })
  if (!query.data || query.data.items.length === 0) return null
  return (
    <section className="card" aria-label="共性问题">
      <h2>共性问题</h2>
      {query.data.items.map((p) => <p key={p.id}><Link to="/systemic/$id" params={{ id: p.id }}>{p.title}</Link> <State label={p.state_label} /></p>)}
    </section>
  )
}
