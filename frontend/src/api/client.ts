// Talks to the server: the access token lives in memory alone, is renewed by the cookie, and a log-in that has run out
// is asked for over the page, so that the request that found out goes on where it was.
import createClient from 'openapi-fetch'
import { words } from '../labels.gen'
import { type Intake, turnedAway } from './intake'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type Problem = Schemas['Problem']

/** A refusal of the server, or a network that does not answer. */
export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }
  /** The words for a field of a form, by JSON pointer. */
  at(pointer: string): string | undefined {
    return this.problem.errors?.find((e) => e.pointer === pointer)?.text
  }
}

const offline: Problem = {
  type: '/problems/offline',
  title: '连不上服务器，填写的内容还在，请稍后重试',
  status: 0,
  code: 'offline',
  instance: '',
  errors: [],
}

let token: string | null = null
let askLogIn: (() => Promise<void>) | null = null
let askProof: (() => Promise<boolean>) | null = null
const listeners = new Set<() => void>()

export function setToken(value: string | null) {
  token = value
  listeners.forEach((tell) => tell())
}
export const hasToken = () => token !== null
export function onToken(tell: () => void) {
  listeners.add(tell)
  return () => void listeners.delete(tell)
}
/** Who asks for a log-in over the page; the promise ends when it succeeded. */
export function onLogInNeeded(ask: () => Promise<void>) {
  askLogIn = ask
}

/** Who asks for a proof of identity over the page; whether it was given, or the act given up. */
export function onProofNeeded(ask: () => Promise<boolean>) {
  askProof = ask
}

/** What became of a renewal; a server that does not answer says nothing about the log-in. */
type Renewal = 'renewed' | 'refused' | 'unreachable'
let renewal: Promise<Renewal> | null = null

/** Renews the session by its cookie; one at a time in all tabs, for each cookie works once. */
export function renew(): Promise<Renewal> {
  renewal ??= oneAtATime<Renewal>(async () => {
    const answer = await fetch('/api/v1/sessions/refresh', { method: 'POST' })
    if (answer.status >= 500) return 'unreachable'
    if (!answer.ok) return 'refused'
    const session = (await answer.json()) as Schemas['Session']
    setToken(session.access_token)
    return 'renewed'
  })
    .catch((): Renewal => 'unreachable')
    .finally(() => {
      renewal = null
    })
  return renewal
}

async function oneAtATime<T>(run: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('bihuan-session', run) : run()
}

let relogin: Promise<void> | null = null
let proving: Promise<boolean> | null = null

/** Sends a request; where the server first wants to know anew who asks, that is asked over the page and the request is sent again. */
async function send(request: Request): Promise<Response> {
  const again = request.clone()
  const answer = await sendLoggedIn(request)
  if (answer.status !== 403 || !askProof) return answer
  const body: unknown = await answer.clone().json().catch(() => null)
  if (!isProblem(body) || body.code !== 'proof-wanted') return answer
  proving ??= askProof().finally(() => {
    proving = null
  })
  return (await proving) ? sendLoggedIn(again) : answer
}

async function sendLoggedIn(request: Request): Promise<Response> {
  const retry = request.clone()
  const withToken = (r: Request) => {
    if (token) r.headers.set('authorization', `Bearer ${token}`)
    return fetch(r)
  }
  const answer = await withToken(request)
  if (answer.status !== 401 || request.url.includes('/sessions')) return answer
  const became = await renew()
  if (became === 'unreachable') throw new ApiError(offline)
  if (became === 'refused') {
    if (!askLogIn) return answer
    relogin ??= askLogIn().finally(() => {
      relogin = null
    })
    await relogin
  }
  return withToken(retry)
}

export const client = createClient<paths>({ baseUrl: '', fetch: send })

/** The body of an answer, or the problem thrown. */
export async function get<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer.catch(unreachable)
  if (!response.ok) throw new ApiError(isProblem(error) ? error : unsaid(response.status))
  return data as T
}

function unreachable(error: unknown): never {
  throw error instanceof ApiError ? error : new ApiError(offline)
}

/** An answer that is no problem document: something between here and the server spoke. */
function unsaid(status: number): Problem {
  return status >= 500 ? { ...offline, status } : { ...offline, status, title: '服务器没有接受这次请求，填写的内容还在，请重试' }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error
}

/** Posts a JSON body to an address under /api/v1; for the acts of a task, whose bodies are typed where they are made. */
export async function post<T>(path: string, body: unknown, version?: number): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (version !== undefined) headers['if-match'] = `"${version}"`
  return raw<T>(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Keeps a draft though the page is being left: the browser finishes what was begun. */
export function keepDraftWhileLeaving(form: string, subject: string, body: unknown) {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  void fetch(`/api/v1/drafts/${form}/${subject}`, { method: 'PUT', keepalive: true, headers, body: JSON.stringify({ body }) }).catch(() => undefined)
}

/** Sends a file as it is, unless it would be turned away. */
export async function upload<T>(path: string, query: Record<string, string>, file: File, intake: Intake): Promise<T> {
  const why = turnedAway(file, intake)
  if (why) throw new ApiError({ type: '/problems/content', title: words.content, status: 422, code: 'content', instance: '', errors: [{ pointer: '/file', params: {}, ...why }] })
  const headers = { 'content-type': 'application/octet-stream' }
  return raw<T>(`${path}?${new URLSearchParams(query)}`, { method: 'POST', headers, body: file })
}

/** Opens a stream of events; a log-in that has run out is renewed by its cookie and never asked for, for nobody waits for this. */
export async function openStream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const ask = () => fetch(`/api/v1${path}`, { signal, headers: { accept: 'text/event-stream', authorization: `Bearer ${token ?? ''}` } })
  let answer = await ask()
  if (answer.status === 401 && (await renew()) === 'renewed') answer = await ask()
  if (!answer.ok || !answer.body) throw new ApiError(unsaid(answer.status))
  return answer.body
}

async function raw<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await send(new Request(`/api/v1${path}`, init)).catch(unreachable)
  const body: unknown = answer.status === 204 ? null : await answer.json().catch(() => null)
  if (!answer.ok) throw new ApiError(isProblem(body) ? body : unsaid(answer.status))
  return body as T
}

/** Fetches a file that is made for this request and hands it to the browser under the name the server gives it. */
export async function save(path: string) {
  const answer = await send(new Request(`/api/v1${path}`)).catch(unreachable)
  if (!answer.ok) {
    const body: unknown = await answer.json().catch(() => null)
    throw new ApiError(isProblem(body) ? body : unsaid(answer.status))
  }
  const name = /filename\*=UTF-8''([^;]+)/i.exec(answer.headers.get('content-disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = decodeURIComponent(name ?? '')
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Fetches a file by a ticket and hands it to the browser. */
export async function download(evidence: string) {
  const ticket = await post<Schemas['TicketView']>(`/evidence/${evidence}/tickets`, {})
  const link = document.createElement('a')
  link.href = ticket.href
  link.download = ''
  link.click()
}

/** A picture's bytes, fetched by a ticket. */
export async function picture(evidence: string): Promise<Blob> {
  const ticket = await post<Schemas['TicketView']>(`/evidence/${evidence}/tickets`, {})
  const answer = await fetch(ticket.href).catch(unreachable)
  if (!answer.ok) throw new ApiError(unsaid(answer.status))
  return answer.blob()
}
