// The rules that answer a task, in its own column, and the way to a new one with the task filled in.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import { useSession } from '../session'
import '../styles/rules.css'
import { State } from '../ui/parts'

export function RulesOfTask({ task }: { task: Schemas['TaskView'] }) {
  const { chooseRound } = useSession()
  const query = useQuery({ queryKey: ['rules', task.round_id, task.id], queryFn: () => get(client.GET('/api/v1/rounds/{id}/rules', { params: { path: { id: task.round_id }, query: { task: task.id } } })) })
  const list = query.data
  if (!list || (list.items.length === 0 && !list.may_enter)) return null
  return (
    <section className="card noprint">
      <h2>制度 <span>{list.items.length > 0 ? `${list.items.length} 项` : ''}</span></h2>
      {list.items.length === 0 && <p className="muted">还没有登记对应的制度。</p>}
      <ul className="rulesoftask">
        {list.items.map((r) => <li key={r.id}><p><Link to="/rules/$id" params={{ id: r.id }} search={{}}>{r.title}</Link><State label={r.state_label} /></p></li>)}
      </ul>
      {list.may_enter && <p><Link to="/rules/new" search={{ task: task.id }} className="button" onClick={() => chooseRound(task.round_id)}>登记制度</Link></p>}
    </section>
  )
}
