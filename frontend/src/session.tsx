// Who is logged in, which round is looked at, and the log-in that is asked for over the page.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, Suspense, createContext, lazy, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { ApiError, type Schemas, client, get, hasToken, onLogInNeeded, onProofNeeded, onToken, renew, setToken } from './api/client'
import { words } from './labels.gen'
import { TextField, blank, useSend } from './ui/form'
import { wear } from './ui/palette'
import { useTitle } from './ui/title'
import { Dialog, Empty, Loaded, Loading, Refused } from './ui/parts'

/** With the picture of squares, which hardly anybody needs on his first screen. */
const Enrol = lazy(() => import('./secondfactor').then((m) => ({ default: m.Enrol })))

type Me = Schemas['Me']
type Value = { me: Me; round: Schemas['MyRound'] | undefined; chooseRound: (id: string) => void; logOut: () => Promise<void> }

const Context = createContext<Value | null>(null)

export function useSession(): Value {
  const value = useContext(Context)
  if (!value) throw new Error('outside the session')
  return value
}

/** The id of the round looked at; pages that need one are not shown without. */
export const useRound = () => useSession().round?.id ?? ''

/** For pages about a round, before there is one. */
export function NoRound({ title }: { title: string }) {
  const { me } = useSession()
  return (
    <>
      <div className="head"><h1>{title}</h1></div>
      {me.permissions.includes('open_round') ? (
        <Empty>还没有您参加的轮次。由整改办在轮次设置里编入后会出现在这里；收到反馈意见的，先开一轮。<br /><Link to="/rounds" className="button">轮次设置</Link></Empty>
      ) : (
        <Empty>还没有与您有关的轮次。任务下发后会出现在这里，也会在右上角通知您。</Empty>
      )}
    </>
  )
}

/** What the address says of a log-in by the provider that came back: a ticket that waits for the code, or why it came to nothing. */
function cameBack() {
  const ticket = /^#ticket=([\w-]+)$/.exec(window.location.hash)?.[1] ?? null
  const refused = new URLSearchParams(window.location.search).get('refused')
  // The window of a proof at the provider has its own page, which reads this itself.
  if ((ticket || refused) && window.location.pathname !== '/proved') window.history.replaceState(null, '', '/')
  return { ticket, refused }
}
const returned = cameBack()

/** The door: one's own account, and the provider of the group where there is one. */
function LogIn() {
  const query = useQuery({ queryKey: ['ways'], queryFn: () => get(client.GET('/api/v1/sessions/ways')) })
  const here = window.location.pathname + window.location.search
  return (
    <>
      {returned.refused && <div className="refused" role="alert"><strong>{(words as Record<string, string>)[returned.refused] ?? words['provider-unreachable']}</strong></div>}
      <LogInForm begun={returned.ticket} onDone={() => undefined} />
      {query.data?.provider && <a className="button" href={`/api/v1/sessions/provider?${new URLSearchParams({ to: here })}`}>用{query.data.provider}登录</a>}
    </>
  )
}

export function LogInForm({ login: fixed, begun = null, onDone }: { login?: string; begun?: string | null; onDone: () => void }) {
  const [login, setLogin] = useState(fixed ?? '')
  const [password, setPassword] = useState('')
  const [ticket, setTicket] = useState(begun)
  const form = useSend(async () => {
    try {
      const session = await get(client.POST('/api/v1/sessions', { body: { login: login.trim(), password } }))
      setToken(session.access_token)
      onDone()
    } catch (error) {
      if (!(error instanceof ApiError) || error.problem.code !== 'code-wanted') throw error
      setTicket(error.problem.ticket ?? '')
    }
  })
  const [isEmpty, setEmpty] = useState(false)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    const empty = login.trim() === '' || password === ''
    setEmpty(empty)
    if (!empty) void form.submit()
  }
  if (ticket !== null) return <LogInCode ticket={ticket} onDone={onDone} onBack={() => { setTicket(null); setPassword('') }} />
  const unfilled = (value: string) => (isEmpty && value.trim() === '' ? '请填写' : undefined)
  return (
    <form onSubmit={submit} className="stack" noValidate>
      {fixed === undefined && <TextField label="账号" value={login} onChange={setLogin} error={unfilled(login)} autoComplete="username" />}
      <TextField label="密码" type="password" value={password} onChange={setPassword} error={unfilled(password)} autoComplete="current-password" />
      <Refused error={form.error} />
      <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在登录…' : '登录'}</button>
    </form>
  )
}

/** The second step of a log-in whose password was right. */
function LogInCode({ ticket, onDone, onBack }: { ticket: string; onDone: () => void; onBack: () => void }) {
  const [code, setCode] = useState('')
  const form = useSend(async () => {
    const session = await get(client.POST('/api/v1/sessions/code', { body: { ticket, code } }))
    setToken(session.access_token)
    onDone()
  }, () => blank({ '/code': code }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>密码正确，请再输入手机验证器应用上的 6 位口令；手机不在手边的，输入恢复码。</p>
      <TextField label="动态口令" value={code} onChange={setCode} error={form.at('/code')} autoComplete="one-time-code" />
      <Refused error={form.error} shown={['/code']} />
      <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在登录…' : '登录'}</button>
      <button type="button" onClick={onBack}>重新输入密码</button>
    </form>
  )
}

/** Where the window of a proof at the provider says how it ended. */
export const proofChannel = 'bihuan-proof'

/** A proof that is asked for before an act that weighs; the act goes on by itself. */
function ProofForm({ byCode: known, onDone }: { byCode: boolean; onDone: () => void }) {
  const [typed, setTyped] = useState('')
  // The page may not have heard of a second factor that was begun elsewhere; the server has.
  const [told, setTold] = useState(false)
  const byCode = known || told
  const pointer = byCode ? '/code' : '/password'
  const form = useSend(async () => {
    try {
      await get(client.POST('/api/v1/sessions/proof', { body: byCode ? { code: typed } : { password: typed } }))
    } catch (error) {
      if (byCode || !(error instanceof ApiError) || !error.at('/code')) throw error
      setTold(true)
      setTyped('')
      return
    }
    onDone()
  }, () => blank({ [pointer]: typed }))
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => get(client.GET('/api/v1/sessions/ways')) })
  const [refused, setRefused] = useState('')
  // The provider sends its window back to a page of ours, which says here how it ended.
  useEffect(() => {
    const channel = new BroadcastChannel(proofChannel)
    channel.onmessage = (event) => (event.data === 'proved' ? onDone() : setRefused(String(event.data)))
    return () => channel.close()
  }, [onDone])
  const elsewhere = useSend(async () => {
    setRefused('')
    // Opened by the click itself, or the browser keeps it shut.
    const opened = window.open('', 'bihuan-proof', 'width=520,height=680')
    try {
      const { address } = await get(client.POST('/api/v1/sessions/provider/proof'))
      if (opened) opened.location.href = address
      else setRefused('popup')
    } catch (error) {
      opened?.close()
      throw error
    }
  })
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {byCode ? <TextField label="动态口令" value={typed} onChange={setTyped} error={form.at(pointer)} hint="手机验证器应用上的 6 位口令，或一个恢复码" autoComplete="one-time-code" /> : <TextField label="密码" type="password" value={typed} onChange={setTyped} error={form.at(pointer)} autoComplete="current-password" />}
      <Refused error={form.error} shown={[pointer]} />
      <button type="submit" className="main" disabled={form.busy}>验证并继续</button>
      {!byCode && ways.data?.provider && <button type="button" disabled={elsewhere.busy} onClick={() => void elsewhere.submit()}>到{ways.data.provider}验证</button>}
      {refused && <p className="fault" role="alert">{refused === 'popup' ? '浏览器拦下了验证窗口，请允许本网址弹出窗口后再试' : (words as Record<string, string>)[refused] ?? words['provider-unreachable']}</p>}
      <Refused error={elsewhere.error} />
    </form>
  )
}

export function ChangePassword({ onDone }: { onDone: () => void }) {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [differs, setDiffers] = useState(false)
  const form = useSend(async () => {
    setDiffers(next !== again)
    if (next !== again) return
    const session = await get(client.PUT('/api/v1/me/password', { body: { old, new: next } }))
    setToken(session.access_token)
    onDone()
  })
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="现密码" type="password" value={old} onChange={setOld} error={form.at('/old')} autoComplete="current-password" />
      <TextField label="新密码" type="password" value={next} onChange={setNext} error={form.at('/new')} hint="至少 10 个字符，不用常见词和自己的姓名、账号" autoComplete="new-password" />
      <TextField label="再输一遍" type="password" value={again} onChange={setAgain} error={differs ? '两次输入不一致' : undefined} autoComplete="new-password" />
      <Refused error={form.error} shown={['/old', '/new']} />
      <button type="submit" className="main" disabled={form.busy}>修改密码</button>
    </form>
  )
}

function Door({ children }: { children: ReactNode }) {
  useTitle('登录')
  return (
    <main className="door">
      <div className="card">
        <h1><img src="/icon.svg" alt="" width="28" height="28" />整改闭环</h1>
        {children}
      </div>
    </main>
  )
}

/** The door, then the house. */
export function Session({ children }: { children: ReactNode }) {
  const inside = useSyncExternalStore(onToken, hasToken)
  const [became, setBecame] = useState<Awaited<ReturnType<typeof renew>> | null>(null)
  useEffect(() => {
    let timer: number | undefined
    const attempt = () =>
      void renew().then((now) => {
        setBecame(now)
        if (now === 'unreachable') timer = window.setTimeout(attempt, 3_000)
      })
    attempt()
    return () => window.clearTimeout(timer)
  }, [])
  if (became === null) return <Loading />
  if (!inside && became === 'unreachable') return <Door><p>连不上服务器，正在重试。恢复后会自动继续，不必关闭页面。</p></Door>
  if (!inside) return <Door><p className="muted">请用本人账号登录</p><LogIn /></Door>
  return <Inside>{children}</Inside>
}

function Inside({ children }: { children: ReactNode }) {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['me'], queryFn: () => get(client.GET('/api/v1/me')) })
  const [chosen, setChosen] = useState(localStorage.getItem('round') ?? '')
  const [asking, setAsking] = useState<(() => void) | null>(null)
  const [proving, setProving] = useState<((given: boolean) => void) | null>(null)
  useEffect(() => onLogInNeeded(() => new Promise<void>((done) => setAsking(() => done))), [])
  useEffect(() => onProofNeeded(() => new Promise<boolean>((done) => setProving(() => done))), [])
  const proved = (given: boolean) => {
    proving?.(given)
    setProving(null)
  }
  const logOut = async () => {
    await client.DELETE('/api/v1/sessions').catch(() => undefined)
    queries.clear()
    setToken(null)
  }
  return (
    <>
      <Loaded query={query}>
        {(me) => {
          if (me.must_change_password)
            return <Door><p>首次登录，请先修改密码。</p><ChangePassword onDone={() => void query.refetch()} /></Door>
          if (me.must_enrol_second_factor)
            return <Door><p>您的岗位须启用动态口令，启用后再进入。</p><Suspense fallback={<Loading />}><Enrol onDone={() => void query.refetch()} /></Suspense><button type="button" onClick={() => void logOut()}>退出登录</button></Door>
          const round = me.rounds.find((r) => r.id === chosen) ?? me.rounds.find((r) => r.is_active) ?? me.rounds[0]
          // Before what is below is drawn.
          wear(round?.palette)
          const chooseRound = (id: string) => {
            localStorage.setItem('round', id)
            setChosen(id)
          }
          return <Context.Provider value={{ me, round, chooseRound, logOut }}>{children}</Context.Provider>
        }}
      </Loaded>
      {proving && (
        <Dialog title="验证身份" onClose={() => proved(false)}>
          <p>签批、公示、导出等事项办理前，请再次验证是您本人，验证后自动继续。</p>
          <p className="muted">账号 {query.data?.login}</p>
          <ProofForm byCode={query.data?.has_second_factor ?? false} onDone={() => proved(true)} />
        </Dialog>
      )}
      {asking && (
        <Dialog title="登录已过期">
          <p>请重新登录，填写的内容还在，登录后继续。</p>
          <p className="muted">账号 {query.data?.login}</p>
          <LogInForm
            login={query.data?.login}
            onDone={() => {
              asking()
              setAsking(null)
            }}
          />
        </Dialog>
      )}
    </>
  )
}
