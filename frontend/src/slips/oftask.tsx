// The slips about a task, in its own column, and the way to a new one with everything known filled in.
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api/client'
import { useSession } from '../session'
import '../styles/slips.css'
import { day } from '../ui/words'

export function SlipsOfTask({ task }: { task: Schemas['TaskView'] }) {
  const { chooseRound } = useSession()
  if (task.slips.length === 0 && !task.may_draft_slip) return null
  return (
    <section className="card">
      <h2>督办 <span>{task.slips.length > 0 ? `${task.slips.length} 件` : ''}</span></h2>
      {task.slips.length === 0 && <p className="muted">没有督办单。</p>}
      <ul className="taskslips">
        {task.slips.map((s) => (
          <li key={s.id}>
            <Link to="/slips/$id" params={{ id: s.id }} search={{}}>{s.name}</Link> <span className="state">{s.state_label}</span>{s.is_overdue && <span className="tag late">逾期</span>}
            <small className="muted">{s.title}{s.is_open && s.due_on && `，${day(s.due_on)}前答复`}</small>
          </li>
        ))}
      </ul>
      {task.may_draft_slip && <p><Link to="/slips" search={{ new: '1', task: task.id }} className="button" onClick={() => chooseRound(task.round_id)}>发督办单</Link></p>}
    </section>
  )
}
