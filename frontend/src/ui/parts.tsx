// The few shared components: lights, tags, states of loading and of nothing there, a dialog.
import { type ReactNode, useEffect, useRef } from 'react'
import { ApiError, type Problem, type Schemas } from '../api/client'
import { said } from './words'

const shapes: Record<string, ReactNode> = {
  green: <><circle cx="7" cy="7" r="6.5" /><path d="M4 7.2l2.2 2.2L10.2 5" className="cut" /></>,
  yellow: <><path d="M7 .8l6.6 12H.4z" /><path d="M7 5v4M7 10.6v.8" className="cut" /></>,
  red: <><path d="M4.2.6h5.6l3.6 3.6v5.6l-3.6 3.6H4.2L.6 9.8V4.2z" /><path d="M4.8 4.8l4.4 4.4M9.2 4.8L4.8 9.2" className="cut" /></>,
  done: <path d="M1 1h12v12H1zM4 7.2l2.2 2.2L10.2 5" className="open" />,
}

export function Shape({ of }: { of: string }) {
  const shape = shapes[of]
  return shape ? <svg className={`shape ${of}`} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{shape}</svg> : null
}

/** A light: shape, word, and why. */
export function Light({ light, withReason = false }: { light: Schemas['LightView']; withReason?: boolean }) {
  if (!(light.level in shapes)) return <span className="muted">—</span>
  const why = light.reasons.map(said).join('；')
  return (
    <span className={`light ${light.level}`} title={why || undefined}>
      <Shape of={light.level} />
      {light.label}
      {withReason && why && <span className="why">{why}</span>}
    </span>
  )
}

/** Where something stands; what its word has in brackets goes below it, so that a column of them stays narrow. */
export function State({ label }: { label: string }) {
  const [word, more] = label.replace('）', '').split('（')
  return <><span className="state">{word}</span>{more && <small className="muted">{more}</small>}</>
}

export function Progress({ done, all }: { done: number; all: number }) {
  if (all === 0) return <span className="muted">—</span>
  return (
    <span className="progress" title={`${all} 个节点，完成 ${done} 个`}>
      <span>{done}/{all}</span>
      {all <= 8 && <svg width={all * 12 - 2} height="6" aria-hidden="true"><path className="on" d={bars(0, done)} /><path d={bars(done, all)} /></svg>}
    </span>
  )
}

/** So many small bars side by side, as one path. */
const bars = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => `M${(from + i) * 12} 0h10v6h-10z`).join('')

/** What went wrong, in words; the faults that belong to no field below. */
export function Refused({ error, shown = [] }: { error: unknown; shown?: string[] }) {
  if (!error) return null
  const problem: Problem | null = error instanceof ApiError ? error.problem : null
  if (!problem) return <div className="refused" role="alert">出了意外，填写的内容还在，请重试</div>
  const rest = (problem.errors ?? []).filter((e) => !shown.includes(e.pointer))
  return (
    <div className="refused" role="alert">
      <strong>{problem.code === 'stale' ? '这项任务刚被别人更新过，已为您取来最新内容，请核对后再提交' : said(problem.title)}</strong>
      {rest.length > 0 && <ul>{rest.map((e, i) => <li key={i}>{said(e.text)}</li>)}</ul>}
      {problem.status >= 500 && problem.instance && <small>编号 {problem.instance}</small>}
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
  query: { data?: T; error: unknown; isPending: boolean; isFetching?: boolean; refetch?: () => unknown }
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isPending) return <Loading />
  const status = query.error instanceof ApiError ? query.error.problem.status : -1
  if (status === 403) return <Empty>您没有查看这一页的权限；需要查看的，请联系整改办或者安全管理员。<br /><a href="/" className="button">回首页</a></Empty>
  const heals = status === 0 || status === 503
  return (
    <Empty>
      <Refused error={query.error} />
      {heals && <p>恢复后这里会自动继续，不必关闭页面。</p>}
      {query.refetch && <button type="button" disabled={query.isFetching} onClick={() => void query.refetch?.()}>{query.isFetching ? '正在重试…' : '重试'}</button>}
    </Empty>
  )
}

/** Over everything else; the keyboard begins at what is marked with `data-focus`, else at its first control. */
export function Dialog({ title, onClose, isWide, children }: { title: string; onClose?: () => void; isWide?: boolean; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-focus]')?.focus()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog ref={ref} className={isWide ? 'wide' : undefined} aria-label={title} onCancel={(e) => { e.preventDefault(); onClose?.() }}>
      <header>
        <h2>{title}</h2>
        {onClose && <button type="button" className="plain" aria-label="关闭" onClick={onClose}>✕</button>}
      </header>
      {children}
    </dialog>
  )
}

/** Asks before something that cannot be undone; says what it will do. */
export function Ask({ title, verb, busy, onYes, onNo, children }: {
  title: string
  verb: string
  busy?: boolean
  onYes: () => void
  onNo: () => void
  children: ReactNode
}) {
  return (
    <Dialog title={title} onClose={onNo}>
      <div className="ask">{children}</div>
      <div className="send">
        <button type="button" className="main" disabled={busy} onClick={onYes}>{busy ? '正在办理…' : verb}</button>
        <button type="button" onClick={onNo}>取消</button>
      </div>
    </Dialog>
  )
}
