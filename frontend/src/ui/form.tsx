// Fields with their words beside them, drafts that are kept as they are typed, and a form that sends once.
import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { ApiError, client, hasToken, keepDraftWhileLeaving, onToken } from '../api/client'
import { words } from '../labels.gen'
import { isSame } from './merge'
import { Pick } from './pick'
import { said } from './words'

export function Field({ label, error, hint, children }: {
  label: string
  error?: string
  hint?: string
  children: (id: string, invalid: boolean) => ReactNode
}) {
  const id = useId()
  return (
    <div className={error ? 'field wrong' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {children(id, Boolean(error))}
      {error ? <p className="fault" role="alert" id={`${id}-fault`}>{said(error)}</p> : hint ? <p className="hint">{hint}</p> : null}
    </div>
  )
}

export function TextField({ label, value, onChange, error, hint, rows, type = 'text', autoComplete }: {
  label: string
  value: string
  onChange: (value: string) => void
  error?: string
  hint?: string
  rows?: number
  type?: string
  autoComplete?: string
}) {
  return (
    <Field label={label} error={error} hint={hint}>
      {(id, invalid) =>
        rows ? (
          <textarea id={id} rows={rows} value={value} aria-invalid={invalid} aria-describedby={invalid ? `${id}-fault` : undefined} onChange={(e) => onChange(e.target.value)} />
        ) : (
          <input id={id} type={type} value={value} aria-invalid={invalid} aria-describedby={invalid ? `${id}-fault` : undefined} autoComplete={autoComplete} onChange={(e) => onChange(e.target.value)} />
        )
      }
    </Field>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; label: string }[]
  error?: string
  empty?: string
}

export function SelectField({ label, value, onChange, options, error, empty }: ChoiceProps) {
  return (
    <Field label={label} error={error}>
      {(id, invalid) => (
        <select id={id} value={value} aria-invalid={invalid} onChange={(e) => onChange(e.target.value)}>
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
        </select>
      )}
    </Field>
  )
}

/** A choice among many people or units, found by typing a part of the name. */
export function PickField({ label, value, onChange, options, error, empty }: ChoiceProps) {
  return (
    <Field label={label} error={error}>
      {(id, invalid) => <Pick id={id} invalid={invalid} value={value} onChange={onChange} options={options} empty={empty} />}
    </Field>
  )
}

/** Files to choose; the browser's own button would speak the browser's language. */
export function FileField({ label, accept, multiple = false, chosen, onChoose, error }: {
  label: string
  accept: string
  multiple?: boolean
  chosen: File[]
  onChoose: (files: File[]) => void
  error?: string
}) {
  return (
    <Field label={label} error={error}>
      {(id, invalid) => (
        <label className="filefield">
          <input id={id} type="file" className="hidden" accept={accept} multiple={multiple} aria-invalid={invalid} onChange={(e) => onChoose([...(e.target.files ?? [])])} />
          <span className="button">选择文件</span>
          <span className="muted">{chosen.length === 0 ? '还没有选择' : chosen.map((f) => f.name).join('、')}</span>
        </label>
      )}
    </Field>
  )
}

export function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(e) => onChange(e.target.checked)} />
      <span>{label}</span>
    </label>
  )
}

/** What was typed and the server has not confirmed, by form and subject: a form that is opened again goes on from it. */
const unkept = new Map<string, object>()
// Whoever logs in next on this page finds nothing of it.
onToken(() => { if (!hasToken()) unkept.clear() })



/**
 * Values of a form that are kept on the server as they are typed, and forgotten when they were sent.
 *
 * Only what was typed is held here; every other field follows `initial`, so that nothing somebody else writes meanwhile is put back by whoever has the
 * form open. A typed field under which `initial` became something else is `overtaken`: the person chooses.
 */
export function useDraft<T extends object>(form: string, subject: string, initial: T) {
  const [typed, setTyped] = useState<Partial<T>>({})
  const [kept, setKept] = useState<string | null>(null)
  const touched = useRef(false)
  const timer = useRef<number | undefined>(undefined)
  // What each typed field stood at when it was typed.
  const from = useRef<Partial<T>>({})
  const now = useRef(typed)
  const stands = useRef(initial)
  useEffect(() => {
    now.current = typed
    stands.current = initial
  })
  // One after the other, so that what is forgotten is not kept again by a request that was still under way.
  const requests = useRef<Promise<unknown>>(Promise.resolve())
  const forgotten = useRef(0)
  const path = { form, subject }
  const key = `${form}/${subject}`
  const text = JSON.stringify(initial)
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const values = useMemo<T>(() => ({ ...initial, ...typed }), [text, typed])
  const put = useCallback((part: Partial<T>) => {
    from.current = { ...(Object.fromEntries(Object.keys(part).map((name) => [name, stands.current[name as keyof T]])) as Partial<T>), ...from.current }
    setTyped((held) => ({ ...held, ...part }))
  }, [])
  useEffect(() => {
    const typedBefore = unkept.get(key)
    if (typedBefore) {
      touched.current = true
      put(typedBefore as Partial<T>)
      return
    }
    let here = true
    void client.GET('/api/v1/drafts/{form}/{subject}', { params: { path } }).then(({ data, response }) => {
      if (!here || touched.current || response.status !== 200 || !data) return
      put(data.body as Partial<T>)
      setKept(data.updated_at)
    }, () => undefined)
    return () => {
      here = false
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [form, subject])
  useEffect(() => {
    const leave = () => {
      const left = unkept.get(key)
      if (left) keepDraftWhileLeaving(form, subject, left)
    }
    window.addEventListener('pagehide', leave)
    return () => window.removeEventListener('pagehide', leave)
  }, [form, subject, key])
  // A field that stands as it was typed is typed no longer.
  useEffect(() => {
    setTyped((held) => {
      const left = without(held, (name) => isSame(held[name], initial[name]))
      from.current = without(from.current, (name) => !(name in left))
      return Object.keys(left).length === Object.keys(held).length ? held : left
    })
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text])
  const change = useCallback((part: Partial<T>) => {
    touched.current = true
    put(part)
    const next = { ...now.current, ...part }
    now.current = next
    window.clearTimeout(timer.current)
    unkept.set(key, next)
    timer.current = window.setTimeout(() => {
      const before = forgotten.current
      requests.current = requests.current
        .then(() => client.PUT('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } }, body: { body: next as Record<string, never> } }))
        .then(({ response }) => {
          if (!response.ok || before !== forgotten.current) return
          if (unkept.get(key) === next) unkept.delete(key)
          setKept(new Date().toISOString())
        }, () => undefined)
    }, 700)
  }, [form, subject, key, put])
  /** What was sent is no draft any more; what was typed while it was under way stays one. */
  const forget = useCallback((sent?: T) => {
    touched.current = true
    if (sent) {
      const names = Object.keys(now.current) as (keyof T)[]
      from.current = Object.fromEntries(names.map((name) => [name, sent[name]])) as Partial<T>
      if (names.some((name) => !isSame(now.current[name], sent[name]))) return
    }
    window.clearTimeout(timer.current)
    unkept.delete(key)
    forgotten.current += 1
    setKept(null)
    requests.current = requests.current
      .then(() => client.DELETE('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } } }))
      .catch(() => undefined)
  }, [form, subject, key])
  /** Shows other values without keeping them. */
  const reset = useCallback((to: T) => {
    from.current = {}
    setTyped(isSame({ ...stands.current, ...to }, stands.current) ? {} : { ...to })
  }, [])
  const overtaken = (Object.keys(typed) as (keyof T)[]).filter((name) => name in from.current && !isSame(from.current[name], initial[name]) && !isSame(typed[name], initial[name]))
  /** Settles what was overtaken: as it stands now, or as it was typed here. */
  const settle = (isMine: boolean) => {
    if (isMine) from.current = { ...from.current, ...Object.fromEntries(overtaken.map((name) => [name, initial[name]])) }
    setTyped((held) => (isMine ? { ...held } : without(held, (name) => overtaken.includes(name))))
  }
  return { values, change, forget, kept, reset, overtaken, settle }
}

function without<T extends object>(of: Partial<T>, isOut: (name: keyof T) => boolean): Partial<T> {
  return Object.fromEntries(Object.entries(of).filter(([name]) => !isOut(name as keyof T))) as Partial<T>
}

/** Said over a form of which somebody else wrote a field meanwhile: how it stands now, and whose word holds. */
export function OvertakenFields<T extends object>({ draft, labels, initial, said = String }: {
  draft: { overtaken: (keyof T)[]; settle: (isMine: boolean) => void }
  labels: Partial<Record<keyof T, string>>
  initial: T
  said?: (value: unknown, name: keyof T) => string
}) {
  if (draft.overtaken.length === 0) return null
  return (
    <div className="note" role="alert">
      <p><b>您填写时，他人改过这里，您填的还没有保存。</b></p>
      <ul>{draft.overtaken.map((name) => <li key={String(name)}>{labels[name] ?? ''}现在是“{said(initial[name], name) || '（空）'}”</li>)}</ul>
      <div className="send">
        <button type="button" onClick={() => draft.settle(true)}>仍按我填的</button>
        <button type="button" onClick={() => draft.settle(false)}>照现在的来</button>
      </div>
    </div>
  )
}

/** The fields among these that are empty, as the server would name them. */
export function blank(fields: Record<string, string>) {
  return Object.keys(fields).filter((pointer) => fields[pointer]?.trim() === '')
}

function unfilled(pointers: string[]): ApiError {
  const errors = pointers.map((pointer) => ({ pointer, code: 'required', text: words.required, params: {} }))
  return new ApiError({ type: '/problems/content', title: words.content, status: 422, code: 'content', instance: '', errors })
}

/** Sends once at a time, when nothing that is needed is empty; keeps what went wrong and leads to the first field of it. */
export function useSend(send: () => Promise<unknown>, missing: () => string[] = () => []) {
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  useEffect(() => {
    if (error) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error])
  const submit = async () => {
    if (running.current) return
    const empty = missing()
    if (empty.length > 0) {
      setError(unfilled(empty))
      return
    }
    running.current = true
    setBusy(true)
    setError(null)
    try {
      await send()
    } catch (problem) {
      setError(problem)
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  const at = (pointer: string) => (error instanceof ApiError ? error.at(pointer) : undefined)
  return { submit, error, busy, at }
}
