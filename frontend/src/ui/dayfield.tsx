// A day: typed as people write it, shown as 2026-05-01, or taken from a month whose days off are marked. The browser's own field would speak the browser's language.
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { away, said, span, weeks } from '../calendar/month'
import { useRound } from '../session'
import { type Lies, keyed, later, typedDay } from './days'
import { Field } from './form'
import { today } from './words'

interface DayProps {
  value: string
  onChange: (on: string) => void
  /** Which year is meant where none is typed. */
  lies?: Lies
}

export function DayField({ label, error, hint, ...rest }: DayProps & { label: string; error?: string; hint?: string }) {
  return <Field label={label} error={error} hint={hint}>{(id, invalid) => <DayInput id={id} invalid={invalid} describedBy={invalid ? `${id}-fault` : undefined} {...rest} />}</Field>
}

export function DayInput({ id, label, value, onChange, lies, invalid = false, describedBy, className }: DayProps & { id?: string; label?: string; invalid?: boolean; describedBy?: string; className?: string }) {
  /** What is typed, until it is a day. */
  const [text, setText] = useState<string | null>(null)
  const [isFaulty, setFaulty] = useState(false)
  const [at, setAt] = useState<{ left: number; top?: number; bottom?: number } | null>(null)
  const box = useRef<HTMLSpanElement>(null)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (value === '') return
    setText(null)
    setFaulty(false)
  }, [value])
  const put = (on: string) => {
    setText(null)
    setFaulty(false)
    if (on !== value) onChange(on)
  }
  const type = (next: string) => {
    setText(next)
    setFaulty(false)
    // What is whole is taken as it stands; anything else when one has finished.
    if (next === '' || (/^\d{4}-\d\d-\d\d$/.test(next) && typedDay(next, today()) === next)) put(next)
  }
  const finish = () => {
    if (text === null) return
    const on = text.trim() === '' ? '' : typedDay(text, today(), lies)
    if (on !== '' || text.trim() === '') return put(on)
    setFaulty(true)
    if (value !== '') onChange('')
  }
  const open = () => {
    const rect = box.current?.getBoundingClientRect()
    if (!rect) return
    const left = Math.max(8, Math.min(rect.left, window.innerWidth - panelWidth - 8))
    const isBelow = rect.bottom + panelHeight < window.innerHeight || rect.top < panelHeight
    setAt(isBelow ? { left, top: rect.bottom + 2 } : { left, bottom: window.innerHeight - rect.top + 2 })
  }
  const close = (isBack: boolean) => {
    setAt(null)
    if (isBack) field.current?.focus()
  }
  const key = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' && (e.altKey || text === null)) {
      e.preventDefault()
      open()
    } else if (e.key === 'Enter') finish()
  }
  return (
    <span className="dayinput" ref={box} onBlur={(e) => { if (at && !e.currentTarget.contains(e.relatedTarget)) close(false) }}>
      <input ref={field} id={id} className={className} aria-label={label} aria-invalid={invalid || isFaulty} aria-describedby={describedBy} autoComplete="off" placeholder="年-月-日" value={text ?? value}
        onChange={(e) => type(e.target.value)} onBlur={finish} onKeyDown={key} />
      <button type="button" className="plain" aria-label="打开日历" aria-haspopup="dialog" aria-expanded={at !== null} onClick={() => (at ? close(true) : open())}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3" /></svg>
      </button>
      {isFaulty && <small className="fault" role="alert">请写成 2026-05-01 或 5月1日</small>}
      {at && <Month place={at} value={value} onTake={(on) => { put(on); close(true) }} onClose={close} />}
    </span>
  )
}

const panelWidth = 284
const panelHeight = 312

/** A month to take a day from; arrows move, Page Up and Page Down turn, Enter takes, Esc closes. */
function Month({ place, value, onTake, onClose }: { place: { left: number; top?: number; bottom?: number }; value: string; onTake: (on: string) => void; onClose: (isBack: boolean) => void }) {
  const now = today()
  const [at, setAt] = useState(value || now)
  const panel = useRef<HTMLDivElement>(null)
  const month = at.slice(0, 7)
  const { from, to } = span(month)
  const known = useDays(from, to)
  const days = Array.from({ length: Math.round((Date.parse(to) - Date.parse(from)) / 864e5) + 1 }, (_, i) => later(from, i))
  useEffect(() => { panel.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true }) }, [at])
  // It stands where its field stood: when that moves, it is gone.
  useEffect(() => {
    const moved = (e: Event) => { if (!(e.target instanceof Node) || !panel.current?.contains(e.target)) onClose(false) }
    document.addEventListener('scroll', moved, true)
    window.addEventListener('resize', moved)
    return () => {
      document.removeEventListener('scroll', moved, true)
      window.removeEventListener('resize', moved)
    }
  })
  const key = (e: KeyboardEvent) => {
    const to = e.target instanceof HTMLElement && e.target.closest('td') ? keyed(at, e.key) : undefined
    if (to) setAt(to)
    else if (e.key === 'Escape') onClose(true)
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const isOff = (on: string) => (known.get(on) ? !known.get(on)?.is_working : [0, 6].includes(new Date(Date.parse(on)).getUTCDay()))
  const turn = (n: number) => setAt(`${away(month, n)}-01`)
  return (
    <div ref={panel} className="daypanel" role="dialog" aria-label="选日期" style={{ ...place, width: panelWidth }} onKeyDown={key}>
      <header>
        <button type="button" className="plain" aria-label="上一月" onClick={() => turn(-1)}>‹</button>
        <b aria-live="polite">{said(month)}</b>
        <button type="button" className="plain" aria-label="下一月" onClick={() => turn(1)}>›</button>
      </header>
      <table role="grid">
        <thead><tr>{['一', '二', '三', '四', '五', '六', '日'].map((d) => <th key={d} scope="col"><span className="unseen">周</span>{d}</th>)}</tr></thead>
        <tbody>
          {weeks(days).map((week) => (
            <tr key={week[0]}>
              {week.map((on) => {
                const note = known.get(on)?.note
                const look = [!on.startsWith(month) && 'other', on === now && 'today', isOff(on) && 'off'].filter(Boolean).join(' ')
                return (
                  <td key={on} aria-selected={on === value}>
                    <button type="button" className={look || undefined} tabIndex={on === at ? 0 : -1} aria-label={`${on}${note ? `，${note}` : ''}${isOff(on) ? '，不上班' : ''}${on === now ? '，今日' : ''}`} title={note ?? undefined} onClick={() => onTake(on)}>{Number(on.slice(8))}</button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <footer>
        <button type="button" className="plain" onClick={() => onTake(now)}>今日</button>
        <button type="button" className="plain" onClick={() => onTake('')}>清除</button>
      </footer>
    </div>
  )
}

/** Which days are worked on, by the calendar the product reckons with; empty until it is there, and for who has no round. */
function useDays(from: string, to: string): Map<string, Schemas['DayView']> {
  const round = useRound()
  const { data } = useQuery({
    queryKey: ['calendar', round, from, to, false],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/calendar', { params: { path: { id: round }, query: { from, to } } })),
    enabled: round !== '',
    staleTime: 300_000,
  })
  return new Map(data?.days.map((d) => [d.on, d]))
}
