// The form of an open act, beside the content it is about. What is missing comes first; what is typed is kept as a draft.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Schemas } from '../api/client'
import { said } from '../ui/words'
import { forms } from './forms'

type Task = Schemas['TaskView']
type Open = Schemas['OpenActionView']

/** Opens with the keyboard in its first field; Esc closes it, what was typed stays a draft. */
export function ActionPanel({ task, open, onClose, onDone }: { task: Task; open: Open; onClose: () => void; onDone?: () => void }) {
  const queries = useQueryClient()
  const ref = useRef<HTMLElement>(null)
  const done = () => {
    ;(onDone ?? onClose)()
    void queries.invalidateQueries()
  }
  useEffect(() => {
    const before = document.activeElement
    // On a touch screen a focused field would raise the keyboard over what is to be read.
    if (window.matchMedia('(hover: hover)').matches) ref.current?.querySelector<HTMLElement>('input, textarea, select, .send button')?.focus({ preventScroll: true })
    ref.current?.scrollIntoView({ block: 'nearest' })
    return () => {
      if (before instanceof HTMLElement && document.contains(before)) before.focus({ preventScroll: true })
    }
  }, [])
  const Form = forms[open.action]
  return (
    <section ref={ref} className="card panel" aria-label={open.label} onKeyDown={(e) => e.key === 'Escape' && !e.defaultPrevented && onClose()}>
      <header>
        <h2>{open.label}</h2>
        <button type="button" className="plain" aria-label="关闭" onClick={onClose}>✕</button>
      </header>
      {open.missing.length > 0 && (
        <div className="missing">
          <p><b>还缺 {open.missing.length} 项，补齐后可以提交</b></p>
          <ul>{open.missing.map((m, i) => <li key={i}>{said(m.text)}</li>)}</ul>
        </div>
      )}
      {Form && <Form task={task} open={open} done={done} />}
    </section>
  )
}

