// What lies on this device and is on its way, said at the top of every page of the checks; sends from whatever page is open.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError, type Schemas, client, get, upload } from '../api/client'
import { useSession } from '../session'
import { said } from '../ui/words'
import { type Carrier, type Entry, Refusal, entriesOf, onOutbox, sendAll } from './outbox'
import { pictures } from './pictures'

/** How often it is tried while something waits, milliseconds. */
const again = 10_000

/** Whether trying again may help: nobody answered, or somebody who will be able to later. */
const passes = ({ status }: ApiError['problem']) => status === 0 || status === 401 || status === 408 || status === 429 || status >= 500

/** The refusal in words; what trying again may mend is thrown as it is. */
function judged(error: unknown): never {
  if (!(error instanceof ApiError) || passes(error.problem)) throw error
  throw new Refusal([error.problem.title, ...(error.problem.errors ?? []).map((e) => e.text)].map(said).join('；'))
}

const carrier: Carrier = {
  file: async (entry, name, blob) => {
    const view = await upload<Schemas['CheckFileView']>(`/checks/${entry.check}/files`, { filename: name }, new File([blob], name, { type: blob.type }), 'evidence').catch(judged)
    return view.id
  },
  result: async ({ check, task, result, found, occurred_on, key }, files) => {
    await get(client.PUT('/api/v1/checks/{id}/results/{task}', {
      params: { path: { id: check, task } }, headers: { 'idempotency-key': key ?? '' },
      body: { result: result as Schemas['RecordResult']['result'], found, occurred_on, files },
    })).catch(judged)
  },
}

export function useOutbox() {
  const { me } = useSession()
  const person = me.person_id ?? ''
  const queries = useQueryClient()
  const [entries, setEntries] = useState<Entry[]>(() => entriesOf(person))
  useEffect(() => onOutbox(() => setEntries(entriesOf(person))), [person])
  const queued = entries.filter((e) => e.standing === 'queued').map((e) => e.key).join()
  useEffect(() => {
    if (queued === '') return
    const send = () => void sendAll(person, pictures, carrier).catch(() => undefined).then(() => Promise.all([queries.invalidateQueries({ queryKey: ['check'] }), queries.invalidateQueries({ queryKey: ['checks'] })]))
    send()
    const timer = window.setInterval(send, again)
    window.addEventListener('online', send)
    return () => {
      window.clearInterval(timer)
      window.removeEventListener('online', send)
    }
  }, [queued, person, queries])
  return { entries }
}

/** Sends and shows nothing: what was found is on its way whatever page is open. */
export function Sender() {
  useOutbox()
  return null
}

export function Outbox() {
  const { entries } = useOutbox()
  const of = (standing: string) => entries.filter((e) => e.standing === standing)
  const [queued, sent, refused] = [of('queued'), of('sent'), of('refused')]
  if (queued.length + sent.length + refused.length === 0) return null
  return (
    <section className={refused.length > 0 ? 'outbox bad' : 'outbox'} aria-label="本机待发" role="status">
      <p><b>待发送 {queued.length}</b>　已发送 {sent.length}{refused.length > 0 && `　未被接受 ${refused.length}`}</p>
      {queued.length > 0 && <p className="muted">已存在本机，有网络时自动发送；发送前请不要清除浏览器数据。</p>}
      {refused.map((e) => <p key={e.task}><Link to="/checks/$id/$task" params={{ id: e.check, task: e.task }}>{e.number}</Link> 未被接受：{e.refusal}。填写的内容还在本机。</p>)}
    </section>
  )
}
