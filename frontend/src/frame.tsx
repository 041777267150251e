// The frame around every page: entries by right, the round, the search, notices, the person.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { client, get, post } from './api/client'
import { ChangePassword, useSession } from './session'
import { Dialog, Empty } from './ui/parts'
import { moment } from './ui/words'

const entries: Record<string, { to: string; label: string; icon: string }> = {
  todo: { to: '/todo', label: '我的待办', icon: 'M4 6h2m3 0h11M4 12h2m3 0h11M4 18h2m3 0h11' },
  ledger: { to: '/ledger', label: '整改台账', icon: 'M4 5h16v14H4zM4 10h16M10 5v14' },
  statements: { to: '/statements', label: '每周写实', icon: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3' },
  plans: { to: '/plans', label: '认领与方案', icon: 'M7 4h10v16H7zM10 9h4M10 13h4' },
  signing: { to: '/signing', label: '签批', icon: 'M4 20h16M6 16c4-8 6-11 8-11s1 4-2 7-5 3-2 3 5-2 8-3' },
  imports: { to: '/imports', label: '导入', icon: 'M12 4v11m0 0l-4-4m4 4l4-4M5 20h14' },
  rounds: { to: '/rounds', label: '轮次设置', icon: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v3m0 12v3M3 12h3m12 0h3' },
  organisation: { to: '/organisation', label: '组织与账号', icon: 'M9 4h6v5H9zM4 15h6v5H4zM14 15h6v5h-6zM12 9v3m-5 3v-3h10v3' },
}

export function Frame() {
  const { me, round, chooseRound, logOut } = useSession()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [changing, setChanging] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const waiting = useQuery({
    queryKey: ['todo', round?.id],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/todo', { params: { path: { id: round?.id ?? '' } } })),
    enabled: Boolean(round) && me.navigation.includes('todo'),
    refetchInterval: 60_000,
  })
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key === 'k') {
        e.preventDefault()
        search.current?.focus()
      }
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  return (
    <div className="frame">
      <a className="skip" href="#content">跳到内容</a>
      <header className="top">
        <Link to="/" className="brand"><img src="/icon.svg" alt="" width="22" height="22" />整改闭环</Link>
        {round && (
          <select aria-label="轮次" value={round.id} onChange={(e) => chooseRound(e.target.value)}>
            {me.rounds.map((r) => <option key={r.id} value={r.id}>{r.name}</option>)}
          </select>
        )}
        {round && (
          <form
            role="search"
            onSubmit={(e) => {
              e.preventDefault()
              void navigate({ to: '/ledger', search: text.trim() ? { text: text.trim() } : {} })
            }}
          >
            <input ref={search} type="search" placeholder="任务编号、词语（Ctrl K）" aria-label="搜索" value={text} onChange={(e) => setText(e.target.value)} />
          </form>
        )}
        <Notices />
        <details className="me">
          <summary><b>{me.name}</b><small>{me.posts[0] ? `${me.posts[0].unit} ${me.posts[0].post}` : me.title}</small></summary>
          <div className="menu">
            <button type="button" className="plain" onClick={() => setChanging(true)}>修改口令</button>
            <button type="button" className="plain" onClick={() => void logOut()}>退出登录</button>
          </div>
        </details>
      </header>
      <nav className="side" aria-label="主导航">
        {me.navigation.map((name) => {
          const entry = entries[name]
          if (!entry) return null
          const count = name === 'todo' ? waiting.data?.items.length : undefined
          return (
            <Link key={name} to={entry.to} activeProps={{ className: 'on' }}>
              <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d={entry.icon} /></svg>
              <span>{entry.label}</span>
              {count ? <em>{count}</em> : null}
            </Link>
          )
        })}
      </nav>
      <main id="content" className="content" tabIndex={-1}>
        {me.navigation.length === 0 ? <Empty>账号还没有授权，请联系安全管理员。</Empty> : <Outlet />}
      </main>
      {changing && (
        <Dialog title="修改口令" onClose={() => setChanging(false)}>
          <ChangePassword onDone={() => setChanging(false)} />
        </Dialog>
      )}
    </div>
  )
}

function Notices() {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['notices'], queryFn: () => get(client.GET('/api/v1/notices')), refetchInterval: 60_000 })
  const unread = query.data?.unread ?? 0
  return (
    <details
      className="notices"
      onToggle={(e) => {
        if (e.currentTarget.open && unread > 0)
          void post('/notices/read', {}).then(() => queries.invalidateQueries({ queryKey: ['notices'] }))
      }}
    >
      <summary aria-label={`消息，${unread} 条未读`}>消息{unread > 0 && <em>{unread}</em>}</summary>
      <div className="menu">
        {query.data?.items.length === 0 && <p className="muted">还没有消息</p>}
        {query.data?.items.map((n) => (
          <Link key={n.id} to="/tasks/$id" params={{ id: n.task_id }} className={n.is_read ? 'notice' : 'notice new'}>
            <b>{n.text}</b>
            <span>{n.number} {n.title}</span>
            <small>{moment(n.at)}</small>
          </Link>
        ))}
      </div>
    </details>
  )
}
