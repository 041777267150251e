// Everything that happened, in its sealed order.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, get } from '../api/client'
import { Empty, Loaded } from '../ui/parts'
import { checkCode, moment, said } from '../ui/words'

export function Log() {
  const [after, setAfter] = useState(0)
  const query = useQuery({ queryKey: ['log', after], queryFn: () => get(client.GET('/api/v1/audit/events', { params: { query: { after, limit: 100 } } })) })
  return (
    <Loaded query={query}>
      {(events) => events.length === 0 ? <Empty>{after > 0 ? '后面没有了。' : '还没有日志。'}</Empty> : (
        <div className="scroll card">
          <table>
            <thead><tr><th>序</th><th>时间</th><th>何人</th><th>何事</th><th>来自</th><th>校验码</th></tr></thead>
            <tbody>{events.map((e) => <tr key={e.position}><td>{e.position}</td><td className="nowrap">{moment(e.at)}</td><td>{e.name ?? '系统'}</td><td>{said(e.text)}</td><td>{e.address}</td><td className="code">{checkCode(e.hash)}</td></tr>)}</tbody>
          </table>
          <div className="pager">
            {after > 0 && <button type="button" onClick={() => setAfter(Math.max(0, after - 100))}>上一页</button>}
            {events.length === 100 && <button type="button" onClick={() => setAfter(events[99]?.position ?? 0)}>下一页</button>}
          </div>
        </div>
      )}
    </Loaded>
  )
}
