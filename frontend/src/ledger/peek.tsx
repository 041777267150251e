// A task in a glance, without leaving the list.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { hasForm, isNext } from '../task/forms'
import { Loaded } from '../ui/parts'
import { day, left, moment, week } from '../ui/words'

/** The task in a glance: its original words, its nodes, last week's statement, what can be done. */
export function Peek({ id }: { id: string }) {
  const query = useQuery({ queryKey: ['task', id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id } } })) })
  return (
    <Loaded query={query}>
      {(task) => {
        const statement = task.statements.find((s) => s.is_newest)
        return (
          <div className="peekgrid">
            <div>
              <b>{task.title}</b>
              <p className="muted">{task.units.map((u, i) => `${u.name}${i === 0 ? '（牵头）' : ''}`).join('、')}　{task.leaders.map((l) => l.name).join('、')}</p>
              <ol className="nodes column">
                {task.milestones.slice(0, 6).map((n) => (
                  <li key={n.id} className={n.done_on ? 'done' : n.is_late ? 'late' : ''}>{n.title} <small>{n.due_on ? day(n.due_on) : '未定时间'}{n.done_on ? `，${day(n.done_on)} 完成` : n.is_late ? '，已过期未报' : ''}</small></li>
                ))}
              </ol>
            </div>
            <div>
              {statement ? (
                <>
                  <b>{week(statement.week)}写实</b> <span className="muted">{moment(statement.at)} {statement.unit.name}，{statement.reply_label}</span>
                  <p>{statement.progress ?? `本周无进展：${statement.no_progress_reason}`}</p>
                </>
              ) : <p className="muted">还没有写实。</p>}
              {task.working_days_left !== null && <p className="muted">时限 {day(task.due_on)}，{left(task.working_days_left)}</p>}
            </div>
            <div className="acts">
              <Link to="/tasks/$id" params={{ id }} search={{}} className="button">打开任务</Link>
              {task.open_actions.filter((a) => a.is_possible && isNext(a.action) && hasForm(a.action)).slice(0, 2).map((a) => (
                <Link key={a.action} to="/tasks/$id" params={{ id }} search={{ act: a.action }} className="button quiet">{a.label}</Link>
              ))}
            </div>
          </div>
        )
      }}
    </Loaded>
  )
}
