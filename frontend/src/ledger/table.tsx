// The ledger's table: only the rows in sight are there, the heading and the first columns stay; arrows move, Enter peeks, x selects.
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useElementScrollRestoration } from '@tanstack/react-router'
import { type KeyboardEvent, type MouseEvent, type RefObject, memo, startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useMedia } from '../ui/media'
import { usePrinting } from '../ui/printing'
import { type Chosen, useIsChosen } from './chosen'
import { type Column, columns as known, taskOf } from './columns'
import { Heading } from './heading'
import type { Layout } from './layout'
import { GroupRow, PeekRow, TaskRow, WaitRow } from './line'
import { type Entry, type Item, type Order, between, groupKey, orderOf, placeOf, stepFrom, withPeek } from './rows'
import { offsetsOf, useWindow } from './window'

/** A short list is there whole: it can be searched by the browser and printed. */
const short = 100
const heights: Record<Entry['kind'], number> = { group: 36, row: 44, wait: 44, peek: 190 }
const headingHeight = 40
const pickWidth = 40
/** Under this name the router keeps how far somebody had scrolled. */
const restored = 'ledger'

export type TableProps = {
  entries: Entry[]
  see?: (visible: Entry[]) => void
  columns: Column[]
  setLayout: (layout: Layout) => void
  sort?: string
  setSort: (sort?: string) => void
  /** None where nothing can be chosen. */
  chosen: Chosen | null
  folded: ReadonlySet<string>
  fold: (key: string) => void
  open: (id: string) => void
  isStale: boolean
}

/** What is looked at in a glance, and the entries with it among them. */
type Looked = TableProps & { order: Order; shown: Entry[]; peeked: string | null; setPeeked: (id: string | null) => void; isPrinting: boolean }
type Slice = { first: number; last: number; before: number; after: number; measure?: (node: Element | null) => void; measurePeek?: (node: Element | null) => void; scrollTo: (index: number) => void }

/** As it is printed, everything that was read. */
export const Table = memo(function Table(props: TableProps) {
  const { entries } = props
  const isPhone = useMedia('(max-width: 760px)')
  const isPrinting = usePrinting()
  const [peeked, setPeeked] = useState<string | null>(null)
  const order = useMemo(() => orderOf(entries), [entries])
  const shown = useMemo(() => withPeek(entries, order, peeked), [entries, order, peeked])
  const looked = { ...props, order, shown, peeked, setPeeked, isPrinting }
  if (isPrinting || entries.length <= short) return <Whole {...looked} />
  return isPhone ? <OnPage {...looked} /> : <InBox {...looked} />
})

function Whole(props: Looked) {
  const box = useRef<HTMLDivElement>(null)
  const scrollTo = (index: number) => box.current?.querySelectorAll('tbody > tr')[index]?.scrollIntoView({ block: 'nearest' })
  return <Grid {...props} box={box} slice={{ first: 0, last: props.shown.length - 1, before: 0, after: 0, scrollTo }} />
}

/** All heights are known but that of what is looked at in a glance, which is measured when it is there. */
function InBox(props: Looked) {
  const box = useRef<HTMLDivElement>(null)
  const { shown } = props
  const [peekHeight, setPeekHeight] = useState(heights.peek)
  const offsets = useMemo(() => offsetsOf(shown.length, (i) => (shown[i]?.kind === 'peek' ? peekHeight : heights[shown[i]?.kind ?? 'row'])), [shown, peekHeight])
  const left = useElementScrollRestoration({ id: restored })
  const there = useRef<ReadonlySet<string>>(new Set())
  const window = useWindow(box, offsets, headingHeight, left?.scrollY ?? 0, (i) => there.current.has(shown[i]?.key ?? ''))
  useEffect(() => { there.current = new Set(shown.slice(window.first, window.last + 1).map((e) => e.key)) })
  const observer = useRef<ResizeObserver | null>(null)
  const measurePeek = useCallback((node: Element | null) => {
    observer.current?.disconnect()
    observer.current = null
    if (!node) return
    observer.current = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize?.[0]?.blockSize ?? 0
      if (height > 0) setPeekHeight(Math.round(height))
    })
    observer.current.observe(node)
  }, [])
  return <Grid {...props} box={box} slice={{ ...window, measurePeek }} />
}

/** On a phone the page itself scrolls, and a card is as high as it is. */
function OnPage(props: Looked) {
  const box = useRef<HTMLDivElement>(null)
  const { shown } = props
  const v = useWindowVirtualizer({
    count: shown.length,
    estimateSize: useCallback((i: number) => (shown[i]?.kind === 'row' ? 132 : heights[shown[i]?.kind ?? 'row']), [shown]),
    getItemKey: useCallback((i: number) => shown[i]?.key ?? i, [shown]),
    overscan: 6,
    gap: 8,
    scrollMargin: box.current?.offsetTop ?? 0,
  })
  const items = v.getVirtualItems()
  const [first, last] = [items[0], items[items.length - 1]]
  const margin = v.options.scrollMargin
  return (
    <Grid {...props} box={box} slice={{
      first: first?.index ?? 0, last: last?.index ?? -1, before: (first?.start ?? margin) - margin, after: last ? v.getTotalSize() - (last.end - margin) : 0,
      measure: v.measureElement, measurePeek: v.measureElement, scrollTo: (i) => v.scrollToIndex(i),
    }} />
  )
}

function Grid({ shown, order, see, columns, setLayout, sort, setSort, chosen, peeked, setPeeked, folded, fold, open, isStale, isPrinting, box, slice }: Looked & { box: RefObject<HTMLDivElement | null>; slice: Slice }) {
  const [at, setAt] = useState<string | null>(null)
  const anchor = useRef<string | null>(null)
  const { first, last } = slice
  useEffect(() => {
    if (last >= first) see?.(shown.slice(first, last + 1))
  }, [see, shown, first, last])

  // What rows call when they are pressed stays the same from one picture to the next, so that rows that did not change are left alone.
  const now = useRef({ order, peeked })
  now.current = { order, peeked }
  const press = useCallback((item: Item, isShift: boolean) => {
    const range = isShift && anchor.current ? between(now.current.order, anchor.current, item.id) : []
    chosen?.put(range.length > 0 ? range : [item], range.length > 0 || !chosen.has(item.id))
    anchor.current = item.id
    setAt(item.id)
  }, [chosen])
  const unfold = useCallback((id: string) => {
    setAt(id)
    // The line answers at once; what is looked at follows.
    startTransition(() => setPeeked(now.current.peeked === id ? null : id))
  }, [setPeeked])

  const peekPlace = placeOf(order, peeked)
  const key = (e: KeyboardEvent<HTMLDivElement>) => {
    const on = e.target
    if (on instanceof HTMLElement && on !== e.currentTarget && on.matches('input:not([type=checkbox]), select, textarea')) return
    if (e.altKey || e.ctrlKey || e.metaKey) return
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 }[e.key]
    if (by !== undefined) {
      e.preventDefault()
      const next = stepFrom(order, at, by)
      if (e.shiftKey && at && next && chosen) {
        anchor.current ??= at
        chosen.put(between(order, at, next), true)
      }
      setAt(next)
      const place = placeOf(order, next)
      if (place >= 0) slice.scrollTo(peekPlace >= 0 && place > peekPlace ? place + 1 : place)
      return
    }
    const current = order.items[order.nth.get(at ?? '') ?? -1]
    if (!current || on !== e.currentTarget) return
    if (e.key === 'Enter') unfold(current.id)
    else if (e.key === 'Escape' && peeked) setPeeked(null)
    else if ((e.key === 'x' || e.key === ' ') && chosen) press(current, false)
    else if (e.key === 'o') open(current.id)
    else return
    e.preventDefault()
  }

  // A link to a task is followed within the page, unless it is to be opened elsewhere.
  const follow = (e: MouseEvent) => {
    const link = e.target instanceof Element ? e.target.closest('a') : null
    const id = link ? taskOf(link) : undefined
    if (!id || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    open(id)
  }

  const offsets = useMemo(() => {
    let left = chosen ? pickWidth : 0
    return columns.map((c) => {
      const own = c.isFixed ? left : undefined
      left += c.isFixed ? c.width : 0
      return own
    })
  }, [columns, chosen])
  const width = (chosen ? pickWidth : 0) + columns.reduce((sum, c) => sum + c.width, 0)
  const span = columns.length + (chosen ? 1 : 0)
  const isWider = useIsWider(box, width)
  const current = order.items[order.nth.get(at ?? '') ?? -1]
  const lines = shown.slice(first, last + 1)
  return (
    <div className={['ledgerbox card', isStale && 'stale', isWider && 'wider'].filter(Boolean).join(' ')} ref={box} data-scroll-restoration-id={restored} tabIndex={0} role="region" aria-label="任务列表" aria-describedby="ledger-keys" onKeyDown={key}>
      <p id="ledger-keys" className="unseen">上下键移动，回车速览，x 选择，o 打开任务</p>
      <p className="unseen" aria-live="polite">{current && <>{current.number} {current.title}{chosen && <SaidChosen chosen={chosen} id={current.id} />}</>}</p>
      <table className="ledger" style={{ minWidth: width }} aria-rowcount={order.isWhole ? shown.length + 1 : -1}>
        <colgroup>
          {chosen && <col className="pick" style={{ width: pickWidth }} />}
          {columns.map((c, i) => <col key={c.key} style={isPrinting || i < columns.length - 1 ? { width: c.width } : undefined} />)}
        </colgroup>
        <Heading columns={columns} known={known} offsets={offsets} setLayout={setLayout} sort={sort} setSort={setSort} chosen={chosen} items={order.items} isPrinting={isPrinting} />
        <tbody onClick={follow}>
          {slice.before > 0 && <tr className="pad" aria-hidden="true"><td colSpan={span} style={{ height: slice.before }} /></tr>}
          {lines.map((entry, i) => {
            const index = slice.measure ? first + i : undefined
            if (entry.kind === 'group') return <GroupRow key={entry.key} index={index} measure={slice.measure} group={entry.group} isFolded={folded.has(groupKey(entry.group))} fold={fold} span={span} />
            if (entry.kind === 'peek') return <PeekRow key={entry.key} index={index} measure={slice.measurePeek} id={entry.id} span={span} />
            if (entry.kind === 'wait') return <WaitRow key={entry.key} index={index} measure={slice.measure} span={span} />
            const { item } = entry
            return (
              <TaskRow key={entry.key} index={index} measure={slice.measure} nth={placeOf(order, item.id)} item={item} columns={columns} offsets={offsets} chosen={chosen}
                isAt={at === item.id} isPeeked={peeked === item.id} press={press} unfold={unfold} />
            )
          })}
          {slice.after > 0 && <tr className="pad" aria-hidden="true"><td colSpan={span} style={{ height: slice.after }} /></tr>}
        </tbody>
      </table>
    </div>
  )
}

/** Whether the columns have no room side by side: only then the first ones have to stay while the others move, which makes each picture dearer. */
function useIsWider(box: RefObject<HTMLElement | null>, width: number): boolean {
  const [room, setRoom] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    // It is told at once how wide the box is, and when that changes.
    const observer = new ResizeObserver(() => setRoom(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return width > room
}

function SaidChosen({ chosen, id }: { chosen: Chosen; id: string }) {
  return useIsChosen(chosen, id) ? '，已选' : ''
}
