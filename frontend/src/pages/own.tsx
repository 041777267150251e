// What a person settles for himself: password, where he is logged in, which notices call him.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { ChangePassword, useSession } from '../session'
import { useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'
import { OwnFactor } from '../organisation/ownfactor'
import { Outside } from '../organisation/outside'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'
import { browser } from '../ui/browser'

export function Own() {
  useTitle('我的')
  const { me } = useSession()
  const [changed, setChanged] = useState(0)
  return (
    <>
      <div className="head"><h1>我的</h1><p>{me.name}，账号 {me.login}，{me.title}</p></div>
      <div className="own">
        <section className="card stack">
          <h2>修改密码</h2>
          {me.password_in_directory ? <p>您用单位目录的密码登录，要改密码请到单位目录修改，本系统不存密码。</p> : <ChangePassword key={changed} onDone={() => setChanged(changed + 1)} />}
          {changed > 0 && <p className="ok" role="status">密码已修改，其他地方的登录已经退出。</p>}
        </section>
        <OwnFactor />
        <Sessions />
        {me.person_id && <Notices />}
        {me.person_id && <Outside />}
        {me.person_id && <CalendarLink />}
      </div>
    </>
  )
}

/** One's own deadlines for the calendar program of a phone or of the office; whoever knows the address reads it. */
function CalendarLink() {
  const queries = useQueryClient()
  const [path, setPath] = useState('')
  const query = useQuery({ queryKey: ['calendar-link'], queryFn: () => get(client.GET('/api/v1/me/calendar-link')) })
  const make = useSend(async () => {
    setPath((await get(client.POST('/api/v1/me/calendar-link'))).path)
    await queries.invalidateQueries({ queryKey: ['calendar-link'] })
  })
  const end = useSend(async () => {
    await get(client.DELETE('/api/v1/me/calendar-link'))
    setPath('')
    await queries.invalidateQueries({ queryKey: ['calendar-link'] })
  })
  return (
    <section className="card stack">
      <h2>日历订阅 <span>手机或办公软件的日历里看自己的时限，只有编号，没有内容</span></h2>
      <Loaded query={query}>
        {(link) => (
          <>
            {path && <label className="field">订阅地址（只显示这一次，不要给别人）<input readOnly value={`${window.location.origin}${path}`} onFocus={(e) => e.target.select()} /></label>}
            {link.made_at && <p className="muted">{moment(link.made_at)} 开通，{link.last_used_at ? `${moment(link.last_used_at)} 用过` : '还没有用过'}</p>}
            <Refused error={make.error ?? end.error} />
            <div className="send">
              <button type="button" disabled={make.busy} onClick={() => void make.submit()}>{link.made_at ? '换一个地址' : '开通'}</button>
              {link.made_at && <button type="button" disabled={end.busy} onClick={() => void end.submit()}>停用</button>}
            </div>
          </>
        )}
      </Loaded>
    </section>
  )
}

function Sessions() {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['own-sessions'], queryFn: () => get(client.GET('/api/v1/me/sessions')) })
  const refresh = () => queries.invalidateQueries({ queryKey: ['own-sessions'] })
  const others = useSend(async () => {
    await get(client.DELETE('/api/v1/me/sessions'))
    await refresh()
  })
  return (
    <section className="card">
      <h2>登录在哪些地方 <span>不认得的，请退出并修改密码</span></h2>
      <Loaded query={query}>
        {(sessions) => (
          <>
            <ul className="rows">
              {sessions.map((s) => <OneSession key={s.id} session={s} refresh={refresh} />)}
            </ul>
            <Refused error={others.error} />
            {sessions.length > 1 ? <button type="button" disabled={others.busy} onClick={() => void others.submit()}>退出其他全部登录</button> : <p className="muted">只有这一处登录。</p>}
          </>
        )}
      </Loaded>
    </section>
  )
}

function OneSession({ session, refresh }: { session: Schemas['OwnSession']; refresh: () => Promise<unknown> }) {
  const end = useSend(async () => {
    await get(client.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id: session.id } } }))
    await refresh()
  })
  return (
    <li>
      <div>
        <b>{browser(session.agent)}</b>{session.is_current && <span className="tag">本机</span>}<br />
        <small className="muted">{session.source || '地址不明'}，{moment(session.started_at)} 登录，{moment(session.seen_at)} 还在用</small>
        <Refused error={end.error} />
      </div>
      {!session.is_current && <button type="button" disabled={end.busy} onClick={() => void end.submit()}>退出</button>}
    </li>
  )
}

function Notices() {
  const query = useQuery({ queryKey: ['notice-rules'], queryFn: () => get(client.GET('/api/v1/me/notice-rules')) })
  return (
    <section className="card">
      <h2>怎样通知我 <span>都会留在消息列表里；不勾的不计入右上角的数字</span></h2>
      <Loaded query={query}>{(rules) => <Choices rules={rules} />}</Loaded>
    </section>
  )
}

function Choices({ rules }: { rules: Schemas['NoticeRule'][] }) {
  const queries = useQueryClient()
  const [saved, setSaved] = useState(false)
  const [quiet, setQuiet] = useState(() => rules.filter((r) => r.is_quiet).map((r) => r.rule))
  const form = useSend(async () => {
    await get(client.PUT('/api/v1/me/notice-rules', { body: { quiet } }))
    await queries.invalidateQueries({ queryKey: ['notice-rules'] })
    setSaved(true)
  })
  return (
    <>
      <ul className="rows">
        {rules.filter((r) => r.may_be_quiet).map((r) => (
          <li key={r.rule}>
            <label className="check">
              <input type="checkbox" checked={!quiet.includes(r.rule)} onChange={(e) => { setSaved(false); setQuiet(e.target.checked ? quiet.filter((q) => q !== r.rule) : [...quiet, r.rule]) }} />
              <span>{r.label}</span>
            </label>
          </li>
        ))}
      </ul>
      <details className="always">
        <summary>其余 {rules.filter((r) => !r.may_be_quiet).length} 类背后有要办的事或是红灯，必须通知</summary>
        <ul>{rules.filter((r) => !r.may_be_quiet).map((r) => <li key={r.rule}>{r.label}</li>)}</ul>
      </details>
      <Refused error={form.error} />
      <div className="send"><button type="button" className="main" disabled={form.busy} onClick={() => void form.submit()}>保存</button>{saved && <small className="ok" role="status">已保存</small>}</div>
    </>
  )
}
