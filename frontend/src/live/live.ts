// What changes while one looks: one stream for all tabs of a browser, and what it says is asked for anew. The task one works on is left as it is,
// so that nothing moves under a form; it is marked as old and read again when it is next looked at.
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { ApiError, type Schemas, onToken, hasToken, openStream } from '../api/client'
import { messages, pause } from './stream'

type Changed = Schemas['Changed']

/** Lists are asked for again at most so often, milliseconds. */
const GATHER = 1_500
/** A stream that says nothing for so long is dead. */
const SILENCE = 45_000
/** What shows tasks and is asked for again when one changes. */
const lists = ['todo', 'ledger', 'chain', 'overview', 'calendar', 'waiting', 'wall', 'schedule', 'cockpit']
/** What one fills in: marked as old, and read again when it is next looked at. */
const sheets = ['week']

/** What a tab asks when it comes: whether one listens already. */
const question = 'listening?'

let isOpen = false
const watchers = new Set<() => void>()
function setOpen(now: boolean) {
  isOpen = now
  watchers.forEach((tell) => tell())
}

/** Whether changes come by themselves; where they do not, lists are asked for now and then. */
export const useIsLive = () => useSyncExternalStore((tell) => { watchers.add(tell); return () => void watchers.delete(tell) }, () => isOpen)

/** Listens as long as somebody is logged in. */
export function useLive() {
  const queries = useQueryClient()
  useEffect(() => listen(queries), [queries])
}

function listen(queries: QueryClient): () => void {
  const stop = new AbortController()
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('bihuan-live') : null
  const hear = gatherer(queries)
  let leads = false
  if (tabs) {
    tabs.onmessage = ({ data }: MessageEvent<Changed | boolean | typeof question>) => {
      if (data === question) {
        if (leads) tabs.postMessage(isOpen)
      } else if (typeof data === 'boolean') setOpen(data)
      else hear(data)
    }
    tabs.postMessage(question)
  }
  const lead = () => {
    leads = true
    return stream(stop.signal, (changed) => {
      hear(changed)
      tabs?.postMessage(changed)
    }, (now) => {
      setOpen(now)
      tabs?.postMessage(now)
    })
  }
  // One tab listens for all where the browser lets them agree on it.
  if (tabs && navigator.locks) void navigator.locks.request('bihuan-live', { signal: stop.signal }, lead).catch(() => undefined)
  else void lead()
  return () => {
    stop.abort()
    tabs?.close()
    setOpen(false)
  }
}

/** Everything one shows may be old: what was said while nobody listened. */
const everything: Changed = { notices: true, todo: true, tasks: [], is_many: true, checks: true, slips: true, documents: true, meetings: true, duties: true, publications: true, opinions: true }

async function stream(signal: AbortSignal, say: (changed: Changed) => void, opened: (now: boolean) => void) {
  let failures = 0
  while (!signal.aborted) {
    await loggedIn(signal)
    if (signal.aborted) return
    const isRefused = await once(signal, say, () => { failures = 0; opened(true) }).catch((error: unknown) => error instanceof ApiError && error.problem.status === 429)
    opened(false)
    failures += 1
    await wait(isRefused ? 60_000 : pause(failures - 1, Math.random()), signal)
  }
}

/** One stream from its beginning to its end. */
async function once(signal: AbortSignal, say: (changed: Changed) => void, opened: () => void): Promise<boolean> {
  const own = new AbortController()
  const end = () => own.abort()
  signal.addEventListener('abort', end)
  const off = onToken(() => { if (!hasToken()) end() })
  let silence = window.setTimeout(end, SILENCE)
  try {
    const body = await openStream('/live', own.signal)
    const reader = body.getReader()
    const decoder = new TextDecoder()
    for (let text = ''; ;) {
      const { done, value } = await reader.read()
      if (done) return false
      window.clearTimeout(silence)
      silence = window.setTimeout(end, SILENCE)
      const { whole, rest } = messages(text + decoder.decode(value, { stream: true }))
      text = rest
      for (const { event, data } of whole) {
        if (event === 'over') return false
        if (event === 'hello') {
          opened()
          say(everything)
        }
        if (event === 'changed') say(JSON.parse(data) as Changed)
      }
    }
  } finally {
    off()
    window.clearTimeout(silence)
    signal.removeEventListener('abort', end)
    own.abort()
  }
}

const wait = (ms: number, signal: AbortSignal) => new Promise<void>((done) => {
  const timer = window.setTimeout(done, ms)
  signal.addEventListener('abort', () => { window.clearTimeout(timer); done() }, { once: true })
})

const loggedIn = (signal: AbortSignal) => new Promise<void>((done) => {
  if (hasToken() || signal.aborted) return done()
  const off = onToken(() => { if (hasToken()) { off(); done() } })
  signal.addEventListener('abort', () => { off(); done() }, { once: true })
})

/** Adds up what is said in a while and asks for it once. */
function gatherer(queries: QueryClient): (changed: Changed) => void {
  let held: Changed | null = null
  let last = 0
  const ask = () => {
    const now = held
    held = null
    last = Date.now()
    if (!now) return
    if (now.checks) for (const key of ['checks', 'check']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.documents) for (const key of ['documents', 'document', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.publications) for (const key of ['publications', 'publication', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.opinions) for (const key of ['opinions', 'opinion', 'publication', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.slips) for (const key of ['slips', 'slip', 'todo', 'waiting']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.meetings) for (const key of ['meetings', 'meeting', 'resolutions', 'resolution', 'calendar']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.duties) for (const key of ['duties', 'duty-acts', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    // Whoever has to do with a handover, a systemic problem, a rule or an appraisal is told of it.
    if (now.notices) for (const key of ['notices', 'handovers', 'handover', 'systemic', 'systemic-problem', 'rules', 'rule', 'appraisals', 'appraisal', 'accountability']) void queries.invalidateQueries({ queryKey: [key] })
    if (now.todo || now.is_many || now.tasks.length > 0) {
      for (const key of lists) void queries.invalidateQueries({ queryKey: [key] })
      for (const key of sheets) void queries.invalidateQueries({ queryKey: [key], refetchType: 'inactive' })
      // The first task of a round brings the round.
      if (queries.getQueryData<Schemas['Me']>(['me'])?.rounds.length === 0) void queries.invalidateQueries({ queryKey: ['me'] })
      const named = new Set(now.tasks)
      void queries.invalidateQueries({ queryKey: ['task'], refetchType: 'none', predicate: (q) => now.is_many || named.has(String(q.queryKey[1])) })
    }
  }
  return (changed) => {
    const first = held === null
    held = held ? { notices: held.notices || changed.notices, todo: held.todo || changed.todo, is_many: held.is_many || changed.is_many, checks: held.checks || changed.checks, slips: held.slips || changed.slips, documents: held.documents || changed.documents, meetings: held.meetings || changed.meetings, duties: held.duties || changed.duties, publications: held.publications || changed.publications, opinions: held.opinions || changed.opinions, tasks: [...held.tasks, ...changed.tasks] } : changed
    if (first) window.setTimeout(ask, Math.max(0, last + GATHER - Date.now()))
  }
}
