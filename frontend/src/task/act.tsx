// Sending an act of a task: on the version that is shown, once, with its draft. When somebody was faster, both versions are shown and the person chooses.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import '../styles/plan.css'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { changesOf, eventsSince } from './changed'

type Task = Schemas['TaskView']
export type FormProps = { task: Task; open: Schemas['OpenActionView']; done: () => void }
type Overtaken = { before: Task; now: Task }

/** Sends an act on the version that is shown; a stale one fetches what holds now and keeps both. */
export function useAct(task: Task, path: string, body: () => unknown, done: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  const [overtaken, setOvertaken] = useState<Overtaken | null>(null)
  const form = useSend(async () => {
    try {
      await post(`/tasks/${task.id}/${path}`, body(), task.version)
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'stale') {
        const now = await get(client.GET('/api/v1/tasks/{id}', { params: { path: { id: task.id } } }))
        setOvertaken({ before: task, now })
        queries.setQueryData(['task', task.id], now)
      }
      throw error
    }
    setOvertaken(null)
    done()
  }, missing)
  return { ...form, overtaken }
}

/** Two acts one chooses between, as one form: whichever was sent last. */
export function eitherOf(one: ReturnType<typeof useAct>, other: ReturnType<typeof useAct>) {
  return {
    busy: one.busy || other.busy,
    error: one.error ?? other.error,
    overtaken: one.overtaken ?? other.overtaken,
    at: (pointer: string) => other.at(pointer) ?? one.at(pointer),
  }
}

/** Why the last request came back; requests come newest first, and only the newest's return is still to be answered. */
export function Returned({ task }: { task: Task }) {
  const said = task.requests.slice(0, 1).filter((r) => r.is_returned).flatMap((r) => r.signatures).reverse().find((s) => s.words && !s.is_void)
  return said ? <div className="missing"><p><b>上次退回</b>：{said.person?.name}“{said.words}”</p></div> : null
}

export function ActForm({ form, verb, danger, disabled, shown, kept, onDrop, children }: {
  form: ReturnType<typeof useSend> & { overtaken?: Overtaken | null }
  verb: string
  danger?: boolean
  disabled?: boolean
  shown?: string[]
  kept?: string | null
  /** Gives up what was typed, where that can be. */
  onDrop?: () => void
  children?: ReactNode
}) {
  return (
    <form className="stack" noValidate onSubmit={(e: FormEvent) => { e.preventDefault(); void form.submit() }}>
      {children}
      <Stood form={form} verb={verb} shown={shown} onDrop={onDrop} />
      <div className="send">
        <button type="submit" className={danger ? 'danger' : 'main'} disabled={form.busy || disabled}>{form.busy ? '正在提交…' : form.overtaken ? `仍按我填的${verb}` : verb}</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}

/** What went wrong; where somebody was faster, both versions. */
export function Stood({ form, verb, shown, onDrop }: { form: { error: unknown; overtaken?: Overtaken | null }; verb: string; shown?: string[]; onDrop?: () => void }) {
  return (
    <>
      {form.overtaken && <Both overtaken={form.overtaken} verb={verb} onDrop={onDrop} />}
      {!(form.overtaken && isStale(form.error)) && <Refused error={form.error} shown={shown} />}
    </>
  )
}

const isStale = (error: unknown) => error instanceof ApiError && error.problem.code === 'stale'

/** The task as it was when the form was opened beside the task as it is. */
function Both({ overtaken, verb, onDrop }: { overtaken: Overtaken; verb: string; onDrop?: () => void }) {
  const { before, now } = overtaken
  const changes = changesOf(before, now)
  const events = eventsSince(before, now)
  return (
    <section className="overtaken" role="alert" aria-label="内容已被他人更新">
      <p><b>您填写时，这项任务又有了变动，还没有提交。</b>您填的都在。</p>
      {events.length > 0 && <ul>{events.map((e, i) => <li key={i}>{e}</li>)}</ul>}
      {changes.length > 0 && (
        <table>
          <thead><tr><th /><th>您打开时</th><th>现在</th></tr></thead>
          <tbody>{changes.map((c) => <tr key={c.label}><td className="nowrap">{c.label}</td><td>{c.before}</td><td>{c.now}</td></tr>)}</tbody>
        </table>
      )}
      <p>看过后，可以{onDrop ? '' : '关闭表单照现在的来，或者'}按您填的{verb}。{onDrop && <button type="button" onClick={onDrop}>放弃我填的，照现在的来</button>}</p>
    </section>
  )
}
