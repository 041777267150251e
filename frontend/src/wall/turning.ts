// Turns from screen to screen by itself, until somebody stops it.
import { useCallback, useEffect, useState } from 'react'

export type Turning = {
  at: number
  isOn: boolean
  seconds: number
  /** Counts every turn, so that a mark of progress begins anew. */
  turns: number
  next: () => void
  previous: () => void
  toggle: () => void
  hold: (isHeld: boolean) => void
  setSeconds: (seconds: number) => void
}

export const intervals = [10, 15, 30, 60]

/** Turns through so many screens; `byHand` is how many there are to go to by hand. */
export function useTurning(turned: number, byHand: number, begins: boolean, first = 15): Turning {
  const [{ at, turns }, setPlace] = useState({ at: 0, turns: 0 })
  const [isOn, setOn] = useState(begins)
  const [isHeld, setHeld] = useState(false)
  const [seconds, setSeconds] = useState(first)
  const go = useCallback((step: number, of: number) => setPlace((now) => ({ at: of > 0 ? (now.at + step + of) % of : 0, turns: now.turns + 1 })), [])
  const runs = isOn && !isHeld && turned > 1
  useEffect(() => {
    if (!runs) return undefined
    // From a screen one went to by hand it turns back to the first.
    const timer = window.setTimeout(() => setPlace((now) => ({ at: now.at + 1 < turned ? now.at + 1 : 0, turns: now.turns + 1 })), seconds * 1000)
    return () => window.clearTimeout(timer)
  }, [runs, seconds, turned, turns])
  const next = useCallback(() => go(1, byHand), [go, byHand])
  const previous = useCallback(() => go(-1, byHand), [go, byHand])
  const toggle = useCallback(() => setOn((now) => !now), [])
  // What was shown may have fewer screens by now.
  return { at: byHand > 0 ? Math.min(at, byHand - 1) : 0, isOn: runs, seconds, turns, next, previous, toggle, hold: setHeld, setSeconds }
}
