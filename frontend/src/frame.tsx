// The frame around every page: entries by right, the round, the search, notices, the person.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useState } from 'react'
import { type Schemas, client, get, post } from './api/client'
import { isOnTheWay } from './checks/outbox'
import { Shortcuts } from './help/shortcuts'
import { Tour } from './help/tour'
import { useIsLive, useLive } from './live/live'
import { Search } from './search'
import { useSession } from './session'
import { Menu } from './ui/menu'
import { Empty } from './ui/parts'
import { dayAndWeekday, moment, until } from './ui/words'

/** What was found on the spot is carried to the server from any page, once there is a network. */
const Sender = lazy(() => import('./checks/outboxbar').then((m) => ({ default: m.Sender })))

const entries: Record<string, { to: string; label: string; icon: string }> = {
  todo: { to: '/todo', label: '我的待办', icon: 'M4 6h2m3 0h11M4 12h2m3 0h11M4 18h2m3 0h11' },
  ledger: { to: '/ledger', label: '整改台账', icon: 'M4 5h16v14H4zM4 10h16M10 5v14' },
  overview: { to: '/overview', label: '总览', icon: 'M4 20h16M6 17v-5M11 17V6M16 17v-8M20 17V9' },
  wall: { to: '/wall', label: '挂图作战', icon: 'M4 5h16v11H4zM8 20h8M12 16v4M8 9h1M12 9h1M16 9h1M8 12.5h1M12 12.5h1' },
  calendar: { to: '/calendar', label: '日历', icon: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4' },
  statements: { to: '/statements', label: '每周写实', icon: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3' },
  brief: { to: '/brief', label: '每周简报', icon: 'M6 4h12v16H6zM9 9h6M9 12.5h6M9 16h3' },
  plans: { to: '/plans', label: '认领与方案', icon: 'M7 4h10v16H7zM10 9h4M10 13h4' },
  signing: { to: '/signing', label: '签批', icon: 'M4 20h16M6 16c4-8 6-11 8-11s1 4-2 7-5 3-2 3 5-2 8-3' },
  checks: { to: '/checks', label: '检查', icon: 'M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20M7.8 10.6l2 2 3.5-4' },
  slips: { to: '/slips', label: '督办', icon: 'M6 4h9l3 3v13H6zM14 4v4h4M9 12h6M9 16h4' },
  meetings: { to: '/meetings', label: '会议', icon: 'M5 5h14v9H9l-4 4zM9 9h6M9 11.5h4' },
  documents: { to: '/documents', label: '文书', icon: 'M6 3h9l4 4v14H6zM15 3v4h4M9 11h7M9 14h7M9 17h4' },
  publications: { to: '/publications', label: '公示', icon: 'M5 5h14v10H5zM12 15v5M8 20h8M8 8.5h8M8 11.5h5' },
  systemic: { to: '/systemic', label: '举一反三', icon: 'M12 4a3 3 0 100 6 3 3 0 000-6zM5 14a3 3 0 100 6 3 3 0 000-6zM19 14a3 3 0 100 6 3 3 0 000-6zM10.5 9.5L6.5 14.5M13.5 9.5l4 5' },
  handovers: { to: '/handovers', label: '职务交接', icon: 'M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4' },
  rules: { to: '/rules', label: '制度建设', icon: 'M6 4h12v16H6zM9 8h6M9 11h6M9 15l1.5 1.5L14 13.5' },
  appraisals: { to: '/appraisals', label: '考评', icon: 'M5 20V4h14v16zM8 9l1.5 1.5L12 8M8 15l1.5 1.5L12 14M14 9.5h3M14 15.5h3' },
  opinions: { to: '/opinions', label: '群众意见', icon: 'M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12h5' },
  duties: { to: '/duties', label: '四个亲自', icon: 'M12 4a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM4 20c0-4 3-6 6-6M14 17l2.5 2.5L21 15' },
  imports: { to: '/imports', label: '导入', icon: 'M12 4v11m0 0l-4-4m4 4l4-4M5 20h14' },
  rounds: { to: '/rounds', label: '轮次设置', icon: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v3m0 12v3M3 12h3m12 0h3' },
  organisation: { to: '/organisation', label: '组织与账号', icon: 'M9 4h6v5H9zM4 15h6v5H4zM14 15h6v5h-6zM12 9v3m-5 3v-3h10v3' },
}

/** So many entries have room in a phone's bar; the rest is in the person's menu. */
const inBar = 4

type Todo = Schemas['TodoList']
/** How much of what waits lies behind an entry of the navigation. */
const behind: Record<string, (todo: Todo) => number> = {
  todo: (t) => t.items.length,
  statements: (t) => count(t, ['submit_statement']),
  plans: (t) => count(t, ['claim', 'submit_plan']),
  signing: (t) => count(t, ['sign', 'confirm_signature', 'record_meeting', 'sign_slip', 'confirm_slip_signature', 'sign_document', 'confirm_document_signature', 'sign_publication', 'confirm_publication_signature']),
  slips: (t) => t.items.filter((i) => i.slip_id).length,
  documents: (t) => t.items.filter((i) => i.document_id || i.action === 'prepare_report').length,
  publications: (t) => t.items.filter((i) => i.publication_id).length,
  opinions: (t) => t.items.filter((i) => i.opinion_id).length,
  systemic: (t) => t.items.filter((i) => i.systemic_problem_id).length,
  handovers: (t) => t.items.filter((i) => i.handover_id).length,
  rules: (t) => t.items.filter((i) => i.rule_id).length,
  appraisals: (t) => t.items.filter((i) => i.appraisal_id).length,
  duties: (t) => count(t, ['confirm_duty']),
}
const count = (todo: Todo, acts: string[]) => todo.items.filter((i) => acts.includes(i.action)).reduce((n, i) => n + i.count, 0)

export function useTodo() {
  const { me, round } = useSession()
  const isLive = useIsLive()
  return useQuery({
    queryKey: ['todo', round?.id],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/todo', { params: { path: { id: round?.id ?? '' } } })),
    enabled: Boolean(round) && me.navigation.includes('todo'),
    // What time brings alone changes nothing that is said; it is looked at now and then.
    refetchInterval: isLive ? 300_000 : 60_000,
  })
}

/** How much waits in the other rounds; asked for only where there are others. */
export function useElsewhere() {
  const { me, round } = useSession()
  const query = useQuery({
    queryKey: ['todo', 'elsewhere'],
    queryFn: () => get(client.GET('/api/v1/me/todo')),
    enabled: me.rounds.length > 1 && me.navigation.includes('todo'),
    staleTime: 60_000,
    refetchInterval: 300_000,
  })
  return (query.data ?? []).filter((of) => of.round_id !== round?.id)
}

export function Frame() {
  const { me, round, chooseRound, logOut } = useSession()
  const todo = useTodo()
  const elsewhere = useElsewhere().reduce((n, of) => n + of.count, 0)
  const post = me.posts[0]
  useLive()
  return (
    <div className="frame">
      <a className="skip" href="#content">跳到内容</a>
      <header className="top">
        <Link to="/" className="brand" aria-label="整改闭环，首页"><img src="/icon.svg" alt="" width="22" height="22" /><span>整改闭环</span></Link>
        {round && (
          <select aria-label="轮次" className="round" value={round.id} onChange={(e) => chooseRound(e.target.value)}>
            {me.rounds.map((r) => <option key={r.id} value={r.id}>{r.name}</option>)}
          </select>
        )}
        {elsewhere > 0 && <Link to="/todo" className="others">其他轮次待办 {elsewhere}</Link>}
        <div className="topright">
          {round && <SearchField />}
          <Notices />
          <Link to="/help" search={{}} className="help" aria-label="帮助">?</Link>
          <Menu className="me" face={<><b>{me.name}</b><small>{post ? `${post.unit} ${post.post}` : me.title}</small></>}>
            <p className="muted">账号 {me.login}，{me.title}</p>
            {me.stands_in_for.map((p) => <p key={p.id} className="muted">授权代 {p.name} 签批</p>)}
            {me.navigation.slice(inBar).map((name) => entries[name] && <Link key={name} to={entries[name].to} className="onphone">{entries[name].label}</Link>)}
            <Link to="/own" className="button plain">我的</Link>
            <button type="button" className="plain" onClick={() => void logOut()}>退出登录</button>
          </Menu>
        </div>
      </header>
      <nav className="side" aria-label="主导航">
        {me.navigation.map((name) => {
          const entry = entries[name]
          if (!entry) return null
          const n = todo.data ? (behind[name]?.(todo.data) ?? 0) : 0
          return (
            <Link key={name} to={entry.to} activeProps={{ className: 'on', 'aria-current': 'page' }}>
              <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d={entry.icon} /></svg>
              <span>{entry.label}</span>
              {n > 0 && <em>{n}</em>}
            </Link>
          )
        })}
        <p className="clock">
          {dayAndWeekday(new Date(todo.data?.now ?? Date.now()))}
          {todo.data?.cut_off && <><br />本周写实 {until(todo.data.cut_off)} 截止</>}
        </p>
      </nav>
      <main id="content" className="content" tabIndex={-1}>
        <p className="onpaper">{round?.name}　{me.name} {moment(new Date().toISOString())} 打印</p>
        <Tour />
        {me.navigation.length === 0 ? <Empty>账号还没有授权，请联系安全管理员。</Empty> : <Outlet />}
      </main>
      <Shortcuts />
      {isOnTheWay(me.person_id ?? '') && <Suspense fallback={null}><Sender /></Suspense>}
    </div>
  )
}

/** Opens the search; so does Ctrl K from anywhere. */
function SearchField() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'k') return
      e.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  return (
    <>
      <button type="button" className="find" aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={() => setOpen(true)}>
        <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true"><path d="M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5" /></svg>
        <span className="unseen">搜索</span>
        <span>任务编号、单位、词语</span>
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      {isOpen && <Search pages={entries} onClose={() => setOpen(false)} />}
    </>
  )
}

function Notices() {
  const queries = useQueryClient()
  const isLive = useIsLive()
  const query = useQuery({
    queryKey: ['notices', 'newest'],
    queryFn: () => get(client.GET('/api/v1/notices', { params: { query: { limit: 8 } } })),
    refetchInterval: isLive ? 300_000 : 60_000,
  })
  const unread = query.data?.unread ?? 0
  const again = () => queries.invalidateQueries({ queryKey: ['notices'] })
  const read = (path: string) => void post(path, {}).then(again, () => undefined)
  const face = (
    <>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M6 17v-6a6 6 0 0112 0v6l2 2H4zM10 21h4" /></svg>
      {unread > 0 && <em>{unread > 99 ? '99+' : unread}</em>}
    </>
  )
  return (
    <Menu className="notices" label={`通知，${unread} 条未读`} face={face}>
      {query.data?.items.length === 0 && <p className="muted">还没有通知。任务下发、签批、退回时会通知您。</p>}
      {query.data?.items.map((n) => {
        const words = <><b>{n.text}</b>{(n.number ?? n.title) && <span>{n.number} {n.title}</span>}<small>{moment(n.at)}</small></>
        const look = n.is_read ? 'notice' : 'notice new'
        const open = () => { if (!n.is_read) read(`/notices/${n.id}/read`) }
        return n.task_id
          ? <Link key={n.id} to="/tasks/$id" params={{ id: n.task_id }} className={look} onClick={open}>{words}</Link>
          : n.document_id
          ? <Link key={n.id} to="/documents/$id" params={{ id: n.document_id }} className={look} onClick={open}>{words}</Link>
          : n.slip_id
          ? <Link key={n.id} to="/slips/$id" params={{ id: n.slip_id }} search={{}} className={look} onClick={open}>{words}</Link>
          : n.publication_id
          ? <Link key={n.id} to="/publications/$id" params={{ id: n.publication_id }} search={{}} className={look} onClick={open}>{words}</Link>
          : n.opinion_id
          ? <Link key={n.id} to="/opinions" search={{ id: n.opinion_id }} className={look} onClick={open}>{words}</Link>
          : n.systemic_problem_id
          ? <Link key={n.id} to="/systemic/$id" params={{ id: n.systemic_problem_id }} className={look} onClick={open}>{words}</Link>
          : n.rule_id
          ? <Link key={n.id} to="/rules/$id" params={{ id: n.rule_id }} search={{}} className={look} onClick={open}>{words}</Link>
          : n.handover_id
          ? <Link key={n.id} to="/handovers/$id" params={{ id: n.handover_id }} className={look} onClick={open}>{words}</Link>
          : n.accountability_id
          ? <Link key={n.id} to="/accountability/$id" params={{ id: n.accountability_id }} className={look} onClick={open}>{words}</Link>
          : n.appraisal_id
          ? <Link key={n.id} to="/appraisals/$id" params={{ id: n.appraisal_id }} className={look} onClick={open}>{words}</Link>
          : n.meeting_id
          ? <Link key={n.id} to="/meetings/$id" params={{ id: n.meeting_id }} className={look} onClick={open}>{words}</Link>
          : n.resolution_id
          ? <Link key={n.id} to="/resolutions/$id" params={{ id: n.resolution_id }} className={look} onClick={open}>{words}</Link>
          : n.duty_act_id
          ? <Link key={n.id} to="/duties" search={{}} className={look} onClick={open}>{words}</Link>
          : <Link key={n.id} to="/todo" className={look} onClick={open}>{words}</Link>
      })}
      <div className="send">
        <Link to="/notices" search={{}} className="button">全部通知</Link>
        {unread > 0 && <button type="button" className="plain" onClick={() => read('/notices/read')}>全部标为已读</button>}
      </div>
    </Menu>
  )
}
