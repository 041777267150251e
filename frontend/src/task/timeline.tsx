// Milestones on a line of days: each is dragged, or moved by the arrow keys from working day to working day.
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { day, dayAndWeekday, today } from '../ui/words'
import { type Milestone, daysBetween, plusDays, plusWorkingDays } from './milestones'

type Lane = { id: string | null; label: string; text: string }

export function Timeline({ lanes, milestones, due, rest, isWarned, onMove }: {
  lanes: Lane[]
  milestones: Milestone[]
  due: string | null
  rest: ReadonlySet<string>
  /** Whether something is to be said about its date. */
  isWarned: (i: number) => boolean
  onMove: (i: number, on: string) => void
}) {
  const dates = milestones.map((m) => m.due_on).filter((on) => on !== '')
  const from = [today(), ...dates].reduce((a, b) => (b < a ? b : a))
  const last = [due ?? plusDays(from, 30), ...dates].reduce((a, b) => (b > a ? b : a))
  const span = Math.max(7, daysBetween(from, last) + 2)
  const place = (on: string) => `${(daysBetween(from, on) / span) * 100}%`
  const shown = lanes.filter((lane) => lane.id !== null || milestones.some((m) => !m.measure))
  return (
    <div className="timeline" role="group" aria-label="节点时间轴">
      <div className="lane axis" aria-hidden="true">
        <span />
        <div className="track">{ticks(from, span).map((t) => <small key={t.on} style={{ left: place(t.on) }}>{t.label}</small>)}</div>
      </div>
      {shown.map((lane) => (
        <div key={lane.id ?? 'whole'} className="lane">
          <span title={lane.text}>{lane.label}</span>
          <div className="track">
            {span <= 130 && [...rest].filter((on) => on >= from && on <= last).map((on) => <i key={on} className="rest" style={{ left: place(on), width: `${100 / span}%` }} />)}
            <i className="today" style={{ left: place(today()) }} title="今天" />
            {due && <i className="due" style={{ left: place(due) }} title={`任务时限 ${day(due)}`} />}
            {milestones.map((m, i) => (m.measure ?? null) === lane.id && m.due_on !== '' && (
              <Mark key={i} n={i + 1} milestone={m} from={from} span={span} rest={rest} left={place(m.due_on)} isWarned={isWarned(i)} onMove={(on) => onMove(i, on)} />
            ))}
          </div>
        </div>
      ))}
      <p className="hint">拖动圆点，或选中后按 ← → 移动一个工作日、PageUp PageDown 移动五个。蓝线是今天，红线是任务时限{span <= 130 && '，灰底是休息日'}。</p>
    </div>
  )
}

function Mark({ n, milestone, from, span, rest, left, isWarned, onMove }: {
  n: number
  milestone: Milestone
  from: string
  span: number
  rest: ReadonlySet<string>
  left: string
  isWarned: boolean
  onMove: (on: string) => void
}) {
  const isHeld = useRef(false)
  const drag = (e: PointerEvent<HTMLButtonElement>) => {
    const track = e.currentTarget.parentElement?.getBoundingClientRect()
    if (!isHeld.current || !track || track.width === 0) return
    const days = Math.round(((e.clientX - track.left) / track.width) * span)
    const on = plusWorkingDays(plusDays(from, Math.max(0, Math.min(span, days))), 0, rest)
    if (on !== milestone.due_on) onMove(on)
  }
  const key = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[e.key]
    if (by === undefined || e.altKey || e.ctrlKey) return
    e.preventDefault()
    onMove(plusWorkingDays(milestone.due_on, by, rest))
  }
  return (
    <button
      type="button"
      role="slider"
      className={isWarned ? 'mark warned' : 'mark'}
      style={{ left }}
      aria-label={`节点 ${n} ${milestone.title}`}
      aria-valuemin={0}
      aria-valuemax={span}
      aria-valuenow={daysBetween(from, milestone.due_on)}
      aria-valuetext={dayAndWeekday(new Date(`${milestone.due_on}T04:00:00Z`))}
      title={`${milestone.title || `节点 ${n}`} ${day(milestone.due_on)}`}
      onPointerDown={(e) => { isHeld.current = true; e.currentTarget.setPointerCapture(e.pointerId) }}
      onPointerMove={drag}
      onPointerUp={() => { isHeld.current = false }}
      onPointerCancel={() => { isHeld.current = false }}
      onKeyDown={key}
    >
      {n}
    </button>
  )
}

/** Mondays of a short span, first days of months of a long one. */
function ticks(from: string, span: number): { on: string; label: string }[] {
  const all = Array.from({ length: span }, (_, i) => plusDays(from, i))
  const isShort = span <= 49
  const kept = all.filter((on) => (isShort ? new Date(`${on}T00:00:00Z`).getUTCDay() === 1 : on.endsWith('-01')))
  return kept.map((on) => ({ on, label: isShort ? `${Number(on.slice(5, 7))}.${Number(on.slice(8))}` : `${Number(on.slice(5, 7))}月` }))
}
