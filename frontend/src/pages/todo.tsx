import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Schemas, client, get, post } from '../api/client'
import { useRound } from '../session'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused } from '../ui/parts'
import { moment } from '../ui/words'

type Item = Schemas['TodoItem']
const groups = [['overdue', '逾期'], ['today', '今日'], ['week', '本周'], ['later', '以后']] as const
const verbs: Record<string, string> = {
  claim: '认领', submit_plan: '编报', sign: '签批', confirm_signature: '复核', record_meeting: '登记', uphold: '处理',
  confirm: '确认', request_closure: '申请', complete_milestone: '报完成', submit_statement: '填写', issue: '去下发', acknowledge_statement: '阅签',
}

export function Todo() {
  const round = useRound()
  const query = useQuery({
    queryKey: ['todo', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/todo', { params: { path: { id: round } } })),
    enabled: round !== '',
  })
  if (round === '') return <Empty>还没有与您有关的轮次。</Empty>
  return (
    <Loaded query={query}>
      {(list) => (
        <>
          <div className="head">
            <h1>我的待办</h1>
            <p>
              {list.items.length === 0 ? '都办完了' : `逾期 ${list.overdue} 项，今日 ${list.today} 项`}
              {list.cut_off && `；本周写实 ${moment(list.cut_off)} 截止`}
            </p>
          </div>
          {!list.is_calendar_announced && <p className="note">今年的放假安排尚未公布，工作日暂按周一至周五计。</p>}
          {list.items.length === 0 && <Empty>现在没有等您办的事。新的任务和签批会出现在这里，<Link to="/ledger">去看台账</Link>。</Empty>}
          {groups.map(([key, label]) => {
            const items = list.items.filter((i) => i.group === key)
            if (items.length === 0) return null
            return (
              <section key={key} className="todo">
                <h2 className={key === 'overdue' ? 'late' : ''}>{label} <span>{items.length}</span></h2>
                <ul className="card rows">
                  {items.map((item, i) => <Line key={i} item={item} isLate={key === 'overdue'} />)}
                </ul>
              </section>
            )
          })}
        </>
      )}
    </Loaded>
  )
}

function Line({ item, isLate }: { item: Item; isLate: boolean }) {
  const queries = useQueryClient()
  const claim = useSend(async () => {
    await post(`/tasks/${item.task_id}/claim`, {}, item.version ?? undefined)
    await queries.invalidateQueries()
  })
  const verb = verbs[item.action] ?? '办理'
  return (
    <li>
      <div className="what">
        <p><b>{item.what}</b>{item.context && <span className="muted">{item.context}</span>}</p>
        {item.task_id && (
          <p><Link to="/tasks/$id" params={{ id: item.task_id }} search={{}} className="number">{item.number}</Link>{item.title}</p>
        )}
        <Refused error={claim.error} />
      </div>
      <div className={isLate ? 'until late' : 'until'}>
        {item.due_at && <span>{moment(item.due_at)} 止</span>}
        {item.since && <small>{moment(item.since)} 起</small>}
      </div>
      {item.action === 'claim' ? (
        <button type="button" className="main" disabled={claim.busy} onClick={() => void claim.submit()}>{verb}</button>
      ) : item.task_id ? (
        <Link to="/tasks/$id" params={{ id: item.task_id }} search={{ act: item.action }} className="button">{verb}</Link>
      ) : item.action === 'submit_statement' ? (
        <Link to="/statements" search={{}} className="button">{verb}</Link>
      ) : (
        <Link to="/ledger" search={item.action === 'issue' ? { state: 'draft' } : {}} className="button">{verb}</Link>
      )}
    </li>
  )
}
