// Everything that happened, in its sealed order, the newest first.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, get } from '../api/client'
import { Empty, Loaded } from '../ui/parts'
import { checkCode, moment, said } from '../ui/words'

const limit = 100

export function Log() {
  /** The positions that the pages turned so far began before. */
  const [turned, setTurned] = useState<number[]>([])
  const before = turned[turned.length - 1]
  const query = useQuery({ queryKey: ['log', before], queryFn: () => get(client.GET('/api/v1/audit/events', { params: { query: { before, limit } } })) })
  return (
    <Loaded query={query}>
      {(events) => events.length === 0 ? <Empty>{turned.length > 0 ? '再往前没有了。' : '还没有日志。'}</Empty> : (
        <div className="scroll card">
          <table>
            <thead><tr><th>序</th><th>时间</th><th>何人</th><th>何事</th><th>来自</th><th>校验码</th></tr></thead>
            <tbody>{events.map((e) => <tr key={e.position}><td>{e.position}</td><td className="nowrap">{moment(e.at)}</td><td className="nowrap">{e.name ?? '系统'}</td><td className="words">{said(e.text)}</td><td>{e.address || '—'}</td><td className="code">{checkCode(e.hash)}</td></tr>)}</tbody>
          </table>
          <div className="pager">
            {turned.length > 0 && <button type="button" onClick={() => setTurned(turned.slice(0, -1))}>较新的</button>}
            {events.length === limit && <button type="button" onClick={() => setTurned([...turned, events[limit - 1]?.position ?? 0])}>较早的</button>}
          </div>
        </div>
      )}
    </Loaded>
  )
}
