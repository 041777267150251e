// Sending an act of a task: on the version that is shown, once, with its draft.
import { useQueryClient } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { ApiError, type Schemas, post } from '../api/client'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'

type Task = Schemas['TaskView']
export type FormProps = { task: Task; open: Schemas['OpenActionView']; done: () => void }

/** Sends an act on the version that is shown; a stale one fetches what holds now. */
export function useAct(task: Task, path: string, body: () => unknown, done: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    try {
      await post(`/tasks/${task.id}/${path}`, body(), task.version)
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'stale') await queries.invalidateQueries({ queryKey: ['task', task.id] })
      throw error
    }
    done()
  }, missing)
}

/** Why the last request came back; requests come newest first, and only the newest's return is still to be answered. */
export function Returned({ task }: { task: Task }) {
  const said = task.requests.slice(0, 1).filter((r) => r.is_returned).flatMap((r) => r.signatures).reverse().find((s) => s.words && !s.is_void)
  return said ? <div className="missing"><p><b>上次退回</b>：{said.person?.name}“{said.words}”</p></div> : null
}

export function ActForm({ form, verb, danger, disabled, shown, kept, children }: {
  form: ReturnType<typeof useSend>
  verb: string
  danger?: boolean
  disabled?: boolean
  shown?: string[]
  kept?: string | null
  children?: ReactNode
}) {
  return (
    <form className="stack" noValidate onSubmit={(e: FormEvent) => { e.preventDefault(); void form.submit() }}>
      {children}
      <Refused error={form.error} shown={shown} />
      <div className="send">
        <button type="submit" className={danger ? 'danger' : 'main'} disabled={form.busy || disabled}>{form.busy ? '正在提交…' : verb}</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}
