// Slips as lines of a list: what, to whom, until when.
import { Link } from '@tanstack/react-router'
import { urgencies } from '../labels.gen'
import { State } from '../ui/parts'
import { day, left } from '../ui/words'
import { type SlipLine, nextOf } from './words'

/** What is no more urgent than usual needs no word. */
const [plain] = Object.keys(urgencies)

export function SlipLines({ list }: { list: SlipLine[] }) {
  return (
    <ul className="card lines sliplines">
      {list.map((s) => {
        const [next] = nextOf(s.open_actions)
        return (
          <li key={s.id}>
            <div className="line">
              <div className="what">
                <p><b>{s.name}</b><State label={s.state_label} />{s.is_overdue && <span className="tag late">逾期</span>}{s.urgency !== plain && <span className="tag amber">{s.urgency_label}</span>}</p>
                <p><Link to="/slips/$id" params={{ id: s.id }} search={{}}>{s.title}</Link></p>
                <p className="muted">{s.unit.name}{s.task && <>，任务 <Link to="/tasks/$id" params={{ id: s.task.id }} search={{}} className="number">{s.task.number}</Link></>}</p>
              </div>
              <div className={s.is_overdue ? 'span late' : 'span'}>{s.due_on ? <><span>{day(s.due_on)}</span><small>{left(s.working_days_left)}</small></> : <span className="muted">—</span>}</div>
              <div className="do">
                <Link to="/slips/$id" params={{ id: s.id }} search={next ? { act: next.action } : {}} className={next ? 'button main' : 'button quiet'}>{next ? next.label : '查看'}</Link>
              </div>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
