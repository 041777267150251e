// A screen without a log-in: the wall by the token behind the # of the address. The last picture stays when the server is out of reach, and goes when
// the link was withdrawn.
import { useEffect, useRef, useState } from 'react'
import type { Schemas } from '../api/client'
import { pause } from '../live/stream'
import '../styles/wall.css'
import { wear } from '../ui/palette'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'
import { Board, type Page } from '../wall/board'

/** How often it asks, and how long it waits for an answer, milliseconds. */
const EVERY = 20_000
const PATIENCE = 15_000
/** How long a screen stands, seconds. */
const SECONDS = 20

type Seen = Schemas['KioskWall']
type Asked = { seen: Seen } | 'gone' | 'unreachable'

async function ask(token: string): Promise<Asked> {
  const stop = new AbortController()
  const timer = window.setTimeout(() => stop.abort(), PATIENCE)
  try {
    const answer = await fetch('/api/v1/kiosk/wall', { headers: { authorization: `Bearer ${token}` }, signal: stop.signal, cache: 'no-store' })
    if (answer.ok) return { seen: (await answer.json()) as Seen }
    const problem = (await answer.json().catch(() => null)) as Schemas['Problem'] | null
    // Something between here and the server may refuse as well; only the server knows that a link was withdrawn.
    return problem?.code === 'kiosk-withdrawn' ? 'gone' : 'unreachable'
  } catch {
    return 'unreachable'
  } finally {
    window.clearTimeout(timer)
  }
}

function useToken(): string {
  const [token, setToken] = useState(window.location.hash.slice(1))
  useEffect(() => {
    const read = () => setToken(window.location.hash.slice(1))
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return token
}

/** Keeps the screen awake, where the browser can; it lets go whenever the page is out of sight. */
function useAwake() {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null
    const hold = () => {
      if (document.visibilityState === 'visible') void navigator.wakeLock?.request('screen').then((held) => { lock = held }, () => undefined)
    }
    hold()
    document.addEventListener('visibilitychange', hold)
    return () => {
      document.removeEventListener('visibilitychange', hold)
      void lock?.release()
    }
  }, [])
}

export default function Kiosk() {
  useTitle('挂图作战')
  useAwake()
  const token = useToken()
  const [seen, setSeen] = useState<Seen | null>(null)
  const [state, setState] = useState<'asking' | 'fine' | 'broken' | 'gone'>('asking')
  const failures = useRef(0)
  useEffect(() => {
    let timer: number | undefined
    let isOver = false
    setSeen(null)
    setState('asking')
    failures.current = 0
    const turn = async () => {
      const asked = token === '' ? 'gone' : await ask(token)
      if (isOver) return
      if (asked === 'gone') {
        setSeen(null)
        setState('gone')
        return
      }
      if (asked === 'unreachable') {
        failures.current += 1
        setState('broken')
        timer = window.setTimeout(() => void turn(), pause(failures.current - 1, Math.random()))
        return
      }
      failures.current = 0
      setSeen(asked.seen)
      setState('fine')
      timer = window.setTimeout(() => void turn(), EVERY)
    }
    void turn()
    return () => {
      isOver = true
      window.clearTimeout(timer)
    }
  }, [token])
  if (state === 'gone') return <main className="gone"><h1>链接已停用</h1><p>请联系整改办重新开通。</p></main>
  if (!seen) return <main className="gone"><h1>挂图作战</h1><p role="status">{state === 'broken' ? '连不上服务器，正在重试，恢复后自动显示。' : '正在读取…'}</p></main>
  wear(seen.wall.palette)
  const note = state === 'broken' ? `数据截至 ${moment(seen.wall.now)}，连接中断` : undefined
  return <main><Board view={seen.wall} pages={seen.pages as Page[]} begins note={note} seconds={SECONDS} /></main>
}
