// Who left his post and still answers for something: the warning, and each with the way to his list.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { day } from '../ui/words'

export const useLeavers = () => useQuery({ queryKey: ['handovers', 'leavers'], queryFn: () => get(client.GET('/api/v1/leavers')) })

/** One line where units and people are kept. */
export function LeaversNote() {
  const { data } = useLeavers()
  if (!data?.warning) return null
  return <p className="note" role="status">{data.warning}。<Link to="/handovers" search={{}}>去办理交接</Link></p>
}

export function Leavers() {
  const { data } = useLeavers()
  if (!data || data.items.length === 0) return null
  return (
    <section className="part" aria-label="待交接">
      <header><h2>待交接 <span>{data.n_persons}</span></h2></header>
      <p className="note" role="status">{data.warning}</p>
      <ul className="card lines leavers">
        {data.items.map((l) => (
          <li key={`${l.person.id}.${l.unit.id}`}>
            <div className="line">
              <div className="what">
                <p><b>{l.person.name}</b>{l.is_listed && <span className="tag">清单签字中</span>}</p>
                <p className="muted">{l.unit.name}，{day(l.ended_on)} 职务终止</p>
              </div>
              <div className="span"><span>{l.n} 件</span></div>
              <div className="do"><Link to="/handovers" search={{ person: l.person.id, unit: l.unit.id }} className={l.is_listed ? 'button quiet' : 'button main'}>{l.is_listed ? '查看' : '编制清单'}</Link></div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
