// The few shared components: lights, tags, buttons, states of loading and of nothing there, a dialog.
import { type ReactNode, useEffect, useRef } from 'react'
import { ApiError, type Problem, type Schemas } from '../api/client'

const shapes: Record<string, ReactNode> = {
  green: <circle cx="7" cy="7" r="6" />,
  yellow: <path d="M7 1l6.4 11.5H.6z" />,
  red: <path d="M4.2.8h5.6l3.4 3.4v5.6l-3.4 3.4H4.2L.8 9.8V4.2z" />,
}

/** A light: shape, word, and its first reason. */
export function Light({ light, withReason = false }: { light: Schemas['LightView']; withReason?: boolean }) {
  const shape = shapes[light.level]
  if (!shape) return null
  return (
    <span className={`light ${light.level}`} title={light.reasons.join('；')}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{shape}</svg>
      {light.label}
      {withReason && light.reasons.length > 0 && <span className="why">{light.reasons.join('；')}</span>}
    </span>
  )
}

export function Progress({ done, all }: { done: number; all: number }) {
  if (all === 0) return <span className="muted">—</span>
  if (all > 8) return <span>{done} / {all}</span>
  return (
    <span className="progress" title={`${all} 个节点，完成 ${done} 个`}>
      {Array.from({ length: all }, (_, i) => <i key={i} className={i < done ? 'on' : ''} />)}
      <span>{done}/{all}</span>
    </span>
  )
}

/** What went wrong, in words; the faults that belong to no field below. */
export function Refused({ error, shown = [] }: { error: unknown; shown?: string[] }) {
  if (!error) return null
  const problem: Problem | null = error instanceof ApiError ? error.problem : null
  if (!problem) return <div className="refused" role="alert">出了意外，内容没有丢失，请重试</div>
  const rest = (problem.errors ?? []).filter((e) => !shown.includes(e.pointer))
  return (
    <div className="refused" role="alert">
      <strong>{problem.code === 'stale' ? '这项任务刚被别人更新过，已为您取来最新内容，请核对后再提交' : problem.title}</strong>
      {rest.length > 0 && <ul>{rest.map((e, i) => <li key={i}>{e.text}</li>)}</ul>}
    </div>
  )
}

export function Loading() {
  return <div className="loading" role="status"><span className="spinner" />正在读取…</div>
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>
}

/** Loading, refused or there. */
export function Loaded<T>({ query, children }: {
  query: { data?: T; error: unknown; isPending: boolean; refetch?: () => unknown }
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isPending) return <Loading />
  return (
    <Empty>
      <Refused error={query.error} />
      {query.refetch && <button type="button" onClick={() => void query.refetch?.()}>重试</button>}
    </Empty>
  )
}

export function Dialog({ title, onClose, children }: { title: string; onClose?: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={ref} aria-label={title} onCancel={(e) => { e.preventDefault(); onClose?.() }}>
      <header>
        <h2>{title}</h2>
        {onClose && <button type="button" className="plain" aria-label="关闭" onClick={onClose}>✕</button>}
      </header>
      {children}
    </dialog>
  )
}
