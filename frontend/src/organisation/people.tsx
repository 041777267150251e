// Who there is, and where: people with their posts, units as a tree.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, get } from '../api/client'
import { Empty, Loaded } from '../ui/parts'
import { ImportTable } from './import'

export function People({ canImport }: { canImport: boolean }) {
  const [text, setText] = useState('')
  const query = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  return (
    <>
      {canImport && <ImportTable kind="people" />}
      <div className="filters"><input type="search" aria-label="查找人员" placeholder="姓名、单位、职务" value={text} onChange={(e) => setText(e.target.value)} /></div>
      <Loaded query={query}>
        {(people) => {
          const found = people.filter((p) => `${p.code} ${p.name} ${p.posts.map((q) => `${q.unit} ${q.post}`).join(' ')}`.includes(text.trim()))
          if (people.length === 0) return <Empty>{canImport ? '还没有人员。先在“单位”里导入单位表，再在这里导入人员表。' : '还没有人员，由系统管理员导入。'}</Empty>
          if (found.length === 0) return <Empty>没有符合条件的人员。</Empty>
          return (
            <div className="scroll card"><table>
              <thead><tr><th>编号</th><th>姓名</th><th>单位与职务</th><th>账号</th></tr></thead>
              <tbody>{found.map((p) => <tr key={p.id}><td>{p.code}</td><td className="nowrap">{p.name}</td><td>{p.posts.map((q) => `${q.unit} ${q.post}`).join('；') || '—'}</td><td>{p.has_account ? '有' : '—'}</td></tr>)}</tbody>
            </table></div>
          )
        }}
      </Loaded>
    </>
  )
}

export function Units({ canImport }: { canImport: boolean }) {
  const query = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')) })
  return (
    <>
      {canImport && <ImportTable kind="units" />}
      <Loaded query={query}>
        {(units) => units.length === 0 ? <Empty>{canImport ? '还没有单位，请先导入单位表。' : '还没有单位，由系统管理员导入。'}</Empty> : (
          <div className="scroll card"><table>
            <thead><tr><th>名称</th><th>编号</th><th>简称与别名</th></tr></thead>
            <tbody>{units.map((u) => <tr key={u.id}><td style={{ paddingLeft: 12 + u.depth * 24 }}>{u.depth > 0 && <span className="muted">└ </span>}{u.name}</td><td>{u.code}</td><td>{u.aliases.join('、') || '—'}</td></tr>)}</tbody>
          </table></div>
        )}
      </Loaded>
    </>
  )
}
