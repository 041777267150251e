// Which entries of a long list stand in sight, where each has a height that is known beforehand: one walk when the list changes, none when it scrolls.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** Where each entry begins, and behind the last where all of them end. */
export function offsetsOf(n: number, heightOf: (i: number) => number): Float64Array {
  const offsets = new Float64Array(n + 1)
  for (let i = 0; i < n; i += 1) offsets[i + 1] = (offsets[i] ?? 0) + heightOf(i)
  return offsets
}

/** The entry that stands at a height; the first or the last where there is none. */
export function entryAt(offsets: Float64Array, y: number): number {
  let [low, high] = [0, Math.max(0, offsets.length - 2)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}

/** Entries drawn beyond the edges, so that the wheel does not meet an empty place. */
const beyond = 12

type Range = { first: number; last: number }

export type Window = Range & {
  /** The height of what stands before the first, and behind the last. */
  before: number
  after: number
  scrollTo: (index: number) => void
}

/** What of a list is drawn in a box that scrolls, under a heading that stays. */
export function useWindow(box: RefObject<HTMLElement | null>, offsets: Float64Array, heading: number, begins: number): Window {
  const count = offsets.length - 1
  const around = useCallback((top: number, height: number): Range => ({ first: entryAt(offsets, top), last: entryAt(offsets, top + height) }), [offsets])
  const wide = useCallback(({ first, last }: Range): Range => ({ first: Math.max(0, first - beyond), last: Math.min(count - 1, last + beyond) }), [count])
  const [range, setRange] = useState(() => wide(around(begins, 900)))
  const drawn = useRef(range)
  drawn.current = range
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = (isScroll: boolean) => {
      const seen = around(element.scrollTop, element.clientHeight)
      const now = drawn.current
      const isDrawn = seen.first >= now.first && seen.last <= now.last
      const isNear = isDrawn && (seen.first - now.first >= beyond / 2 || now.first === 0) && (now.last - seen.last >= beyond / 2 || now.last === count - 1)
      if (isScroll && isNear) return
      const next = wide(seen)
      if (next.first === now.first && next.last === now.last) return
      // A place that would be seen empty is filled before the next picture.
      if (isScroll && !isDrawn) flushSync(() => setRange(next))
      else setRange(next)
    }
    const scrolled = () => look(true)
    const resized = new ResizeObserver(() => look(false))
    look(false)
    element.addEventListener('scroll', scrolled, { passive: true })
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', scrolled)
      resized.disconnect()
    }
  }, [box, around, wide, count])
  const scrollTo = useCallback((index: number) => {
    const element = box.current
    if (!element) return
    const [top, bottom] = [offsets[index] ?? 0, (offsets[index + 1] ?? 0) + heading]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
  }, [box, offsets, heading])
  const [first, last] = [Math.min(range.first, Math.max(0, count - 1)), Math.min(range.last, count - 1)]
  return { first, last, before: offsets[first] ?? 0, after: (offsets[count] ?? 0) - (offsets[last + 1] ?? 0), scrollTo }
}
