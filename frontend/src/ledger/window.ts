// Which entries of a long list stand in sight, where each has a height that is known beforehand: one walk when the list changes, none when it scrolls.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
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

/** Entries drawn beyond the edges, so that the wheel does not meet an empty place; fewer in the picture that follows a change, the rest after it. */
const beyond = 8
const atFirst = 1

/** Room for the bar of acts, also before it is there: the row that is stood at when it comes is not to vanish under it. */
const barHeight = 72

/** How much of a box is out of sight at its lower end: below the edge of the window, or under the bar of acts that lies over the page. */
function hiddenBelow(element: HTMLElement): number {
  const over = document.querySelector('.batch.over')?.getBoundingClientRect().top ?? window.innerHeight - barHeight
  return Math.max(0, element.getBoundingClientRect().bottom - over)
}

type Range = { first: number; last: number }

export type Window = Range & {
  /** The height of what stands before the first, and behind the last. */
  before: number
  after: number
  scrollTo: (index: number) => void
}

/** From the narrow range outwards as far as entries are there already. */
function within(wide: Range, narrow: Range, isThere: (index: number) => boolean): Range {
  let { first, last } = narrow
  while (first > wide.first && isThere(first - 1)) first -= 1
  while (last < wide.last && isThere(last + 1)) last += 1
  return { first, last }
}

/**
 * What of a list is drawn in a box that scrolls, under a heading that stays. When the list becomes another, only what is seen is made anew, beside what
 * `isThere` already; the rest follows after the picture. The box is asked where it stands when it scrolls or changes its size, never between, for an answer would cost a layout.
 */
export function useWindow(box: RefObject<HTMLElement | null>, offsets: Float64Array, heading: number, begins: number, isThere: (index: number) => boolean): Window {
  const count = offsets.length - 1
  const stands = useRef({ top: begins, height: 900 })
  const seen = useCallback((more: number): Range => {
    const { height } = stands.current
    // A list that became shorter is not stood behind.
    const top = Math.min(stands.current.top, Math.max(0, (offsets[count] ?? 0) + heading - height))
    return { first: Math.max(0, entryAt(offsets, top) - more), last: Math.min(count - 1, entryAt(offsets, top + height) + more) }
  }, [offsets, count, heading])
  const [drawn, setDrawn] = useState<{ offsets: Float64Array; range: Range }>(() => ({ offsets, range: seen(beyond) }))
  const isOther = drawn.offsets !== offsets
  const range = isOther ? within(seen(beyond), seen(atFirst), isThere) : drawn.range
  const latest = useRef(range)
  latest.current = range
  useEffect(() => {
    if (!isOther) return
    // The picture comes first.
    let second = 0
    const first = requestAnimationFrame(() => { second = window.setTimeout(() => setDrawn({ offsets, range: seen(beyond) })) })
    return () => {
      cancelAnimationFrame(first)
      window.clearTimeout(second)
    }
  }, [isOther, offsets, seen])
  useEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => {
      stands.current = { top: element.scrollTop, height: element.clientHeight }
      const [near, now] = [seen(0), latest.current]
      const isDrawn = near.first >= now.first && near.last <= now.last
      const isNear = isDrawn && (near.first - now.first >= beyond / 2 || now.first === 0) && (now.last - near.last >= beyond / 2 || now.last === count - 1)
      if (isNear) return
      const next = { offsets, range: seen(beyond) }
      // A place that would be seen empty is filled before the next picture.
      if (isDrawn) setDrawn(next)
      else flushSync(() => setDrawn(next))
    }
    const resized = new ResizeObserver(look)
    element.addEventListener('scroll', look, { passive: true })
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      resized.disconnect()
    }
  }, [box, seen, offsets, count])
  const scrollTo = useCallback((index: number) => {
    const element = box.current
    if (!element) return
    const { top, height } = stands.current
    const hidden = hiddenBelow(element)
    const [begin, end] = [offsets[index] ?? 0, (offsets[index + 1] ?? 0) + heading]
    if (begin < top) element.scrollTop = begin
    else if (end > top + height - hidden) {
      element.scrollTop = end - height + hidden
      // At the end of the list the page itself moves on.
      const left = end - height + hidden - element.scrollTop
      if (left > 0) window.scrollBy(0, left)
    }
  }, [box, offsets, heading])
  const [first, last] = [Math.min(range.first, Math.max(0, count - 1)), Math.min(range.last, count - 1)]
  return { first, last, before: offsets[first] ?? 0, after: (offsets[count] ?? 0) - (offsets[last + 1] ?? 0), scrollTo }
}
