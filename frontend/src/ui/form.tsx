// Fields with their words beside them, drafts that are kept as they are typed, and a form that sends once.
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react'
import { ApiError, client } from '../api/client'

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
      {error ? <p className="fault" role="alert">{error}</p> : hint ? <p className="hint">{hint}</p> : null}
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
          <textarea id={id} rows={rows} value={value} aria-invalid={invalid} onChange={(e) => onChange(e.target.value)} />
        ) : (
          <input id={id} type={type} value={value} aria-invalid={invalid} autoComplete={autoComplete} onChange={(e) => onChange(e.target.value)} />
        )
      }
    </Field>
  )
}

export function SelectField({ label, value, onChange, options, error, empty }: {
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; label: string }[]
  error?: string
  empty?: string
}) {
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

export function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(e) => onChange(e.target.checked)} />
      <span>{label}</span>
    </label>
  )
}

/** Values of a form that are kept on the server as they are typed, and forgotten when they were sent. */
export function useDraft<T extends object>(form: string, subject: string, initial: T) {
  const [values, setValues] = useState<T>(initial)
  const [kept, setKept] = useState<string | null>(null)
  const touched = useRef(false)
  const timer = useRef<number | undefined>(undefined)
  const path = { form, subject }
  useEffect(() => {
    let here = true
    void client.GET('/api/v1/drafts/{form}/{subject}', { params: { path } }).then(({ data, response }) => {
      if (!here || touched.current || response.status !== 200 || !data) return
      setValues((now) => ({ ...now, ...(data.body as Partial<T>) }))
      setKept(data.updated_at)
    }, () => undefined)
    return () => {
      here = false
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [form, subject])
  const change = useCallback((part: Partial<T>) => {
    touched.current = true
    setValues((now) => {
      const next = { ...now, ...part }
      window.clearTimeout(timer.current)
      timer.current = window.setTimeout(() => {
        client.PUT('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } }, body: { body: next as Record<string, never> } })
          .then(({ response }) => response.ok && setKept(new Date().toISOString()), () => undefined)
      }, 700)
      return next
    })
  }, [form, subject])
  const forget = useCallback(() => {
    window.clearTimeout(timer.current)
    touched.current = true
    void client.DELETE('/api/v1/drafts/{form}/{subject}', { params: { path: { form, subject } } })
  }, [form, subject])
  return { values, change, forget, kept }
}

/** Sends once at a time; keeps what went wrong. */
export function useSend(send: () => Promise<unknown>) {
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  const submit = async () => {
    if (running.current) return
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
