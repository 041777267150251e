// The ledger's table: only the rows in sight are there, the heading and the first columns stay; arrows move, Enter peeks, x selects.
import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual'
import { useElementScrollRestoration } from '@tanstack/react-router'
import { type KeyboardEvent, type MouseEvent, type RefObject, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useMedia } from '../ui/media'
import { usePrinting } from '../ui/printing'
import { type Column, columns as known } from './columns'
import { Heading } from './heading'
import type { Layout } from './layout'
import { Peek } from './peek'
import { type Entry, type Group, type Item, between, groupKey, stepFrom } from './rows'

/** A short list is there whole: it can be searched by the browser and printed. */
const short = 100
const heights: Record<Entry['kind'], number> = { group: 36, row: 44, wait: 44, peek: 190 }
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
  canChoose: boolean
  chosen: ReadonlyMap<string, number>
  setChosen: (chosen: Map<string, number>) => void
  peeked: string | null
  setPeeked: (id: string | null) => void
  fold: (key: string) => void
  open: (id: string) => void
  isStale: boolean
}

type Slice = { items: { index: number; start: number; end: number }[]; total: number; measure?: (node: Element | null) => void; scrollTo: (index: number) => void }

/** As it is printed, everything that was read. */
export function Table(props: TableProps) {
  const isPhone = useMedia('(max-width: 760px)')
  const isPrinting = usePrinting()
  if (isPrinting || props.entries.length - (props.peeked ? 1 : 0) <= short) return <Whole {...props} />
  return isPhone ? <OnPage {...props} /> : <InBox {...props} />
}

function Whole(props: TableProps) {
  const box = useRef<HTMLDivElement>(null)
  const items = props.entries.map((_, index) => ({ index, start: 0, end: 0 }))
  const scrollTo = (index: number) => box.current?.querySelectorAll('tbody > tr')[index]?.scrollIntoView({ block: 'nearest' })
  return <Grid {...props} box={box} slice={{ items, total: 0, scrollTo }} />
}

function InBox(props: TableProps) {
  const box = useRef<HTMLDivElement>(null)
  const { entries } = props
  const left = useElementScrollRestoration({ id: restored })
  const v = useVirtualizer({
    initialOffset: left?.scrollY,
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: (i) => heights[entries[i]?.kind ?? 'row'],
    getItemKey: (i) => entries[i]?.key ?? i,
    overscan: 10,
    scrollPaddingStart: 42,
  })
  return <Grid {...props} box={box} slice={{ items: v.getVirtualItems(), total: v.getTotalSize(), measure: v.measureElement, scrollTo: (i) => v.scrollToIndex(i) }} />
}

/** On a phone the page itself scrolls, and a card is as high as it is. */
function OnPage(props: TableProps) {
  const box = useRef<HTMLDivElement>(null)
  const { entries } = props
  const v = useWindowVirtualizer({
    count: entries.length,
    estimateSize: (i) => (entries[i]?.kind === 'row' ? 132 : heights[entries[i]?.kind ?? 'row']),
    getItemKey: (i) => entries[i]?.key ?? i,
    overscan: 6,
    scrollMargin: box.current?.offsetTop ?? 0,
  })
  const margin = v.options.scrollMargin
  const items = v.getVirtualItems().map((i) => ({ index: i.index, start: i.start - margin, end: i.end - margin }))
  return <Grid {...props} box={box} isMeasured slice={{ items, total: v.getTotalSize(), measure: v.measureElement, scrollTo: (i) => v.scrollToIndex(i) }} />
}

function Grid({ entries, see, columns, setLayout, sort, setSort, canChoose, chosen, setChosen, peeked, setPeeked, fold, open, isStale, box, slice, isMeasured = false }: TableProps & { box: RefObject<HTMLDivElement | null>; slice: Slice; isMeasured?: boolean }) {
  const [at, setAt] = useState<string | null>(null)
  const anchor = useRef<string | null>(null)
  const first = slice.items[0]
  const last = slice.items[slice.items.length - 1]
  useEffect(() => {
    if (first && last) see?.(entries.slice(first.index, last.index + 1))
  }, [see, entries, first?.index, last?.index])

  // What rows call when they are pressed stays the same from one picture to the next, so that rows that did not change are left alone.
  const now = useRef({ entries, chosen, setChosen, peeked, setPeeked })
  now.current = { entries, chosen, setChosen, peeked, setPeeked }
  const choose = useCallback((some: Item[], isOn: boolean) => {
    const next = new Map(now.current.chosen)
    for (const item of some) {
      if (isOn) next.set(item.id, item.version)
      else next.delete(item.id)
    }
    now.current.setChosen(next)
  }, [])
  const press = useCallback((item: Item, isShift: boolean) => {
    const isOn = !now.current.chosen.has(item.id)
    const range = isShift && anchor.current ? between(now.current.entries, anchor.current, item.id) : []
    choose(range.length > 0 ? range : [item], range.length > 0 || isOn)
    anchor.current = item.id
    setAt(item.id)
  }, [choose])
  const unfold = useCallback((id: string) => {
    setAt(id)
    now.current.setPeeked(now.current.peeked === id ? null : id)
  }, [])

  const key = (e: KeyboardEvent<HTMLDivElement>) => {
    const on = e.target
    if (on instanceof HTMLElement && on !== e.currentTarget && on.matches('input:not([type=checkbox]), select, textarea')) return
    if (e.altKey || e.ctrlKey || e.metaKey) return
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 }[e.key]
    if (by !== undefined) {
      e.preventDefault()
      const next = stepFrom(entries, at, by)
      if (e.shiftKey && at && next && canChoose) {
        anchor.current ??= at
        choose(between(entries, at, next), true)
      }
      setAt(next)
      const index = entries.findIndex((entry) => entry.kind === 'row' && entry.item.id === next)
      if (index >= 0) slice.scrollTo(index)
      return
    }
    const current = entries.find((entry) => entry.kind === 'row' && entry.item.id === at)
    if (current?.kind !== 'row' || on !== e.currentTarget) return
    if (e.key === 'Enter') unfold(current.item.id)
    else if (e.key === 'Escape' && peeked) setPeeked(null)
    else if ((e.key === 'x' || e.key === ' ') && canChoose) press(current.item, false)
    else if (e.key === 'o') open(current.item.id)
    else return
    e.preventDefault()
  }

  const offsets = useMemo(() => {
    let left = canChoose ? pickWidth : 0
    return columns.map((c) => {
      const own = c.isFixed ? left : undefined
      left += c.isFixed ? c.width : 0
      return own
    })
  }, [columns, canChoose])
  const width = (canChoose ? pickWidth : 0) + columns.reduce((sum, c) => sum + c.width, 0)
  const span = columns.length + (canChoose ? 1 : 0)
  const items = useMemo(() => entries.flatMap((e) => (e.kind === 'row' ? [e.item] : [])), [entries])
  const current = items.find((i) => i.id === at)
  const rest = last ? slice.total - last.end : 0
  return (
    <div className={isStale ? 'ledgerbox card stale' : 'ledgerbox card'} ref={box} data-scroll-restoration-id={restored} tabIndex={0} role="region" aria-label="任务列表" aria-describedby="ledger-keys" onKeyDown={key}>
      <p id="ledger-keys" className="unseen">上下键移动，回车速览，x 选择，o 打开任务</p>
      <p className="unseen" aria-live="polite">{current ? `${current.number} ${current.title}${chosen.has(current.id) ? '，已选' : ''}` : ''}</p>
      <table className="ledger" style={{ minWidth: width }} aria-rowcount={entries.some((e) => e.kind === 'wait') ? -1 : entries.length + 1}>
        <colgroup>
          {canChoose && <col style={{ width: pickWidth }} />}
          {columns.map((c, i) => <col key={c.key} style={i < columns.length - 1 ? { width: c.width } : undefined} />)}
        </colgroup>
        <Heading columns={columns} known={known} offsets={offsets} setLayout={setLayout} sort={sort} setSort={setSort}
          pick={canChoose ? { isAll: items.length > 0 && items.every((i) => chosen.has(i.id)), toggle: (isOn) => choose(items, isOn) } : undefined} />
        <tbody>
          {first && first.start > 0 && <tr className="pad" aria-hidden="true"><td colSpan={span} style={{ height: first.start }} /></tr>}
          {slice.items.map(({ index }) => {
            const entry = entries[index]
            if (!entry) return null
            const ref = isMeasured || entry.kind === 'peek' ? slice.measure : undefined
            if (entry.kind === 'group') return <GroupRow key={entry.key} index={index} measure={ref} group={entry.group} isFolded={entry.isFolded} fold={fold} span={span} />
            if (entry.kind === 'peek') return <tr key={entry.key} className="peek" data-index={index} ref={ref}><td colSpan={span}><Peek id={entry.id} /></td></tr>
            if (entry.kind === 'wait') return <tr key={entry.key} className="wait" data-index={index} ref={ref}><td colSpan={span}><span className="bone" aria-label="正在读取" role="img" /></td></tr>
            const { item } = entry
            return (
              <TaskRow key={entry.key} index={index} measure={ref} item={item} columns={columns} offsets={offsets} canChoose={canChoose} isChosen={chosen.has(item.id)}
                isAt={at === item.id} isPeeked={peeked === item.id} press={press} unfold={unfold} />
            )
          })}
          {rest > 0 && <tr className="pad" aria-hidden="true"><td colSpan={span} style={{ height: rest }} /></tr>}
        </tbody>
      </table>
    </div>
  )
}

type Measured = { index: number; measure?: (node: Element | null) => void }

const TaskRow = memo(function TaskRow({ index, measure, item, columns, offsets, canChoose, isChosen, isAt, isPeeked, press, unfold }: Measured & {
  item: Item
  columns: Column[]
  offsets: (number | undefined)[]
  canChoose: boolean
  isChosen: boolean
  isAt: boolean
  isPeeked: boolean
  press: (item: Item, isShift: boolean) => void
  unfold: (id: string) => void
}) {
  const classes = ['task', isChosen && 'chosen', isPeeked && 'peeked', isAt && 'at'].filter(Boolean).join(' ')
  const click = (e: MouseEvent) => press(item, e.shiftKey)
  return (
    <tr className={classes} aria-rowindex={index + 2} data-index={index} ref={measure}>
      {canChoose && <td className="pick fixed" style={{ left: 0 }}><input type="checkbox" aria-label={`选择 ${item.number}`} checked={isChosen} onClick={click} onChange={() => undefined} /></td>}
      {columns.map((c, i) => (
        <td key={c.key} className={[c.className, c.isFixed && 'fixed'].filter(Boolean).join(' ') || undefined} style={c.isFixed ? { left: offsets[i] } : undefined} data-label={c.label}>
          {c.key === 'number' && <button type="button" className="unfold" aria-expanded={isPeeked} aria-label={`${item.number} 速览`} onClick={() => unfold(item.id)}>›</button>}
          {c.cell(item)}
        </td>
      ))}
    </tr>
  )
})

const GroupRow = memo(function GroupRow({ index, measure, group, isFolded, fold, span }: Measured & { group: Group; isFolded: boolean; fold: (key: string) => void; span: number }) {
  const name = group.label || '尚未确定牵头单位'
  return (
    <tr className="group" data-index={index} ref={measure}>
      <td colSpan={span}>
        <div className="groupline">
          <button type="button" className="unfold" aria-expanded={!isFolded} aria-label={`${group.number} ${name}${isFolded ? '，展开' : '，收起'}`} onClick={() => fold(groupKey(group))}>›</button>
          <b>{group.number && `${group.number}　`}<span title={name}>{name}</span></b>
          <small>{group.aspect && `${group.aspect}　`}任务 {group.tasks}{group.measures > 0 && `，措施 ${group.measures}`}{group.closed > 0 && `，已销号 ${group.closed}`}</small>
          {group.red > 0 && <small className="late">红灯 {group.red}</small>}
          {group.yellow > 0 && <small className="amber">预警 {group.yellow}</small>}
        </div>
      </td>
    </tr>
  )
})
