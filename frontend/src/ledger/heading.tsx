// The heads of the columns: what one orders by, and how wide it is.
import { type PointerEvent, memo, useEffect, useRef, useState } from 'react'
import { afterPaint } from '../ui/paint'
import { type Chosen, useShare } from './chosen'
import type { Column } from './columns'
import { type Layout, narrowest, widenedColumn, widest } from './layout'
import type { Item } from './rows'
import { nextSort } from './search'

export const Heading = memo(function Heading({ columns, known, offsets, setLayout, sort, setSort, chosen, items, isPrinting }: {
  columns: Column[]
  known: Column[]
  offsets: (number | undefined)[]
  setLayout: (layout: Layout) => void
  sort?: string
  setSort: (sort?: string) => void
  chosen: Chosen | null
  /** What is read. */
  items: Item[]
  /** On paper nothing is pressed; a button would be left out of the heading of every page but the first. */
  isPrinting: boolean
}) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {chosen && <th className="pick fixed" style={{ left: 0 }}><PickAll chosen={chosen} items={items} /></th>}
        {columns.map((c, i) => {
          const way = sort === c.sort || (c.sort === 'number' && !sort) ? 'ascending' : sort === `-${c.sort}` ? 'descending' : undefined
          return (
            <th key={c.key} className={[c.className, c.isFixed && 'fixed'].filter(Boolean).join(' ') || undefined} style={c.isFixed ? { left: offsets[i] } : undefined} aria-sort={c.sort ? way ?? 'none' : undefined}>
              {c.sort && !isPrinting ? (
                <button type="button" className="sort" onClick={() => setSort(nextSort(sort, c.sort ?? ''))}>
                  {c.label}<span aria-hidden="true">{way === 'ascending' && (c.sort !== 'number' || sort) ? '↑' : way === 'descending' ? '↓' : ''}</span>
                </button>
              ) : c.label}
              <Grip label={c.label} width={c.width} usual={known.find((k) => k.key === c.key)?.width ?? c.width} onWiden={(width) => setLayout(widenedColumn(columns, known, c.key, width))} />
            </th>
          )
        })}
      </tr>
    </thead>
  )
})

/** Takes all that is read, or lets go of it. */
function PickAll({ chosen, items }: { chosen: Chosen; items: Item[] }) {
  const share = useShare(chosen, items)
  const [pressed, setPressed] = useState<boolean | null>(null)
  useEffect(() => setPressed(null), [share])
  const isAll = pressed ?? share === 'all'
  const press = () => {
    setPressed(!isAll)
    afterPaint(() => chosen.put(items, !isAll))
  }
  return <input type="checkbox" aria-label="全选已读出的" checked={isAll} ref={(box) => { if (box) box.indeterminate = pressed === null && share === 'some' }} onChange={press} />
}

/** The edge one pulls at; pressed twice it goes back. */
function Grip({ label, width, usual, onWiden }: { label: string; width: number; usual: number; onWiden: (width: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null)
  const down = (e: PointerEvent<HTMLSpanElement>) => {
    e.preventDefault()
    e.currentTarget.setPointerCapture(e.pointerId)
    from.current = { x: e.clientX, width }
  }
  return (
    <span
      className="grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={`${label}列宽`}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={-1}
      onPointerDown={down}
      onPointerMove={(e) => from.current && onWiden(from.current.width + e.clientX - from.current.x)}
      onPointerUp={() => { from.current = null }}
      onPointerCancel={() => { from.current = null }}
      onDoubleClick={() => onWiden(usual)}
    />
  )
}
