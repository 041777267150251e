// The grid of a list: cells one writes in where the task's state allows it; arrows move, Enter or typing writes, a table from Excel is pasted.
import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual'
import { Link } from '@tanstack/react-router'
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useMedia } from '../ui/media'
import { usePrinting } from '../ui/printing'
import { day } from '../ui/words'
import { type Column, type Edits, type Line, type Row, editOf, filled, isOpen, linesOf, written } from './cells'
import { table } from '../ui/table'
import type { ListKind } from '../ledger/search'

export type At = { line: number; column: number }
/** A column as wide as this has a card's whole width. */
const broad = 140
/** More tasks than these are put there as they come into sight. */
const short = 40

type Props = {
  list: ListKind
  rows: Row[]
  columns: Column[]
  edits: Edits
  setEdits: (edits: Edits) => void
  pasted: (written: number, passed: number) => void
  /** The last rows came into sight. */
  more?: () => void
}

export function Grid({ list, rows, columns, edits, setEdits, pasted, more }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const isPrinting = usePrinting()
  const lines = useMemo(() => linesOf(list, rows), [list, rows])
  const starts = useMemo(() => {
    const found = new Map<string, number>()
    lines.forEach((line, i) => { if (line.isFirst) found.set(line.row.id, i) })
    return found
  }, [lines])
  const [at, setAt] = useState<At | null>(null)
  const [writing, setWriting] = useState<string | null>(null)
  const isPhone = useMedia('(max-width: 760px)')
  const isWhole = isPrinting || rows.length <= short
  const v = useSlice(box, rows, isWhole, isPhone)
  const { slice } = v
  const first = slice[0]
  const last = slice[slice.length - 1]
  useEffect(() => {
    if (last && last.index >= rows.length - 3) more?.()
  }, [last?.index, rows.length, more])
  useEffect(() => {
    if (writing === null && at) box.current?.querySelector<HTMLElement>('td.here')?.focus()
  }, [at, writing])

  const put = (text: string) => {
    const [line, column] = at ? [lines[at.line], columns[at.column]] : []
    if (line && column) setEdits(written(edits, line, column, text))
    setWriting(null)
  }
  const move = (line: number, column: number) => {
    const j = Math.max(0, Math.min(columns.length - 1, column))
    let i = Math.max(0, Math.min(lines.length - 1, line))
    // A cell of a task stands on its first line.
    const by = at && line > at.line ? 1 : -1
    while (columns[j]?.of !== 'measure' && lines[i]?.isFirst === false) i += by
    const row = lines[i]?.row
    if (!row) return
    setAt({ line: i, column: j })
    if (!isWhole) v.scrollTo(rows.indexOf(row))
  }
  const begin = (text?: string) => {
    const [line, column] = at ? [lines[at.line], columns[at.column]] : []
    if (line && column && isOpen(line, column)) setWriting(text ?? editOf(edits, line, column)?.text ?? column.read(line.row, line.measure))
  }
  const key = (e: KeyboardEvent) => {
    if (writing !== null || !at || e.altKey || e.ctrlKey || e.metaKey) return
    const steps: Record<string, [number, number]> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
    const by = steps[e.key]
    // What is typed, or composed by an input method, goes into the field that opens.
    const isTyped = (e.key.length === 1 && e.key !== ' ') || e.key === 'Process'
    if (by) move(at.line + by[0], at.column + by[1])
    else if (e.key === 'Enter' || e.key === 'F2') begin()
    else if (e.key === 'Delete' || e.key === 'Backspace') put('')
    else if (isTyped) begin('')
    else return
    if (!isTyped) e.preventDefault()
  }
  const paste = (e: ClipboardEvent) => {
    if (writing !== null || !at) return
    e.preventDefault()
    const done = filled(edits, lines, columns, at, table(e.clipboardData.getData('text/plain')))
    setEdits(done.edits)
    pasted(done.written, done.passed)
  }
  const spans = useMemo(() => spansOf(rows), [rows])
  return (
    <div className="listbox card" ref={box} role="region" aria-label="清单" tabIndex={-1} onKeyDown={key} onPaste={paste}>
      <table className="list" style={{ width: columns.reduce((sum, c) => sum + c.width, 48) }}>
        <colgroup><col style={{ width: 48 }} />{columns.map((c) => <col key={c.key} style={{ width: c.width }} />)}</colgroup>
        <thead><tr><th>序号</th>{columns.map((c) => <th key={c.key}>{c.label}</th>)}</tr></thead>
        {first && first.start > 0 && <tbody className="pad" aria-hidden="true"><tr><td colSpan={columns.length + 1} style={{ height: first.start }} /></tr></tbody>}
        {slice.map(({ index }) => {
          const row = rows[index]
          if (!row) return null
          const start = starts.get(row.id) ?? 0
          const end = rows[index + 1] ? starts.get(rows[index + 1]?.id ?? '') : lines.length
          const isHere = at !== null && lines[at.line]?.row.id === row.id
          return (
            <Task key={row.id} index={index} measure={v.measure} own={lines.slice(start, end)} start={start} row={row} columns={columns} edits={edits}
              isFirstOfFinding={spans[index] === true || index === first?.index}
              at={isHere ? at : null} writing={isHere ? writing : null} isPhone={isPhone} go={setAt} begin={setWriting} put={put} stop={() => setWriting(null)} next={(by) => at && move(at.line + by[0], at.column + by[1])} />
          )
        })}
        {last && !isWhole && v.total > last.end && <tbody className="pad" aria-hidden="true"><tr><td colSpan={columns.length + 1} style={{ height: v.total - last.end }} /></tr></tbody>}
      </table>
    </div>
  )
}

type Slice = { slice: { index: number; start: number; end: number }[]; total: number; measure?: (node: Element | null) => void; scrollTo: (index: number) => void }

/** The tasks that are there: all of a short list; else those in sight of its box, or on a phone, where they are cards, of the page. */
function useSlice(box: RefObject<HTMLDivElement | null>, rows: Row[], isWhole: boolean, isPhone: boolean): Slice {
  const getItemKey = useCallback((i: number) => rows[i]?.id ?? i, [rows])
  const inBox = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => 92, getItemKey, overscan: 6, scrollPaddingStart: 44, enabled: !isWhole && !isPhone })
  const onPage = useWindowVirtualizer({ count: rows.length, estimateSize: () => 420, getItemKey, overscan: 3, gap: 8, scrollMargin: box.current?.offsetTop ?? 0, enabled: !isWhole && isPhone })
  if (isWhole) return { slice: rows.map((_, index) => ({ index, start: 0, end: 0 })), total: 0, scrollTo: () => undefined }
  const v = isPhone ? onPage : inBox
  const margin = isPhone ? onPage.options.scrollMargin : 0
  return { slice: v.getVirtualItems().map((i) => ({ index: i.index, start: i.start - margin, end: i.end - margin })), total: v.getTotalSize(), measure: v.measureElement, scrollTo: (i) => v.scrollToIndex(i) }
}

/** Where a finding begins: its words stand there, and are left out below. */
const spansOf = (rows: Row[]) => rows.map((row, i) => rows[i - 1]?.finding_id !== row.finding_id)

function Task({ index, measure, own, start, row, columns, edits, isFirstOfFinding, isPhone, at, writing, go, begin, put, stop, next }: {
  index: number
  measure?: (node: Element | null) => void
  own: Line[]
  start: number
  row: Row
  columns: Column[]
  edits: Edits
  isFirstOfFinding: boolean
  /** One finger has no second click: what is touched is written in. */
  isPhone: boolean
  at: At | null
  writing: string | null
  go: (at: At) => void
  begin: (text: string) => void
  put: (text: string) => void
  stop: () => void
  next: (by: [number, number]) => void
}) {
  return (
    <tbody data-index={index} ref={measure} className={isFirstOfFinding ? 'begins' : undefined}>
      {own.map((line, i) => (
        <tr key={line.measure?.id ?? row.id}>
          {i === 0 && <td rowSpan={own.length} className="nth">{index + 1}</td>}
          {columns.map((column, j) => {
            if (column.of !== 'measure' && i > 0) return null
            const isHere = at?.line === start + i && at.column === j
            const edit = editOf(edits, line, column)
            const canWrite = isOpen(line, column)
            const text = edit?.text ?? column.read(line.row, line.measure)
            const isRepeated = column.of === 'finding' && !isFirstOfFinding
            const isVoid = text === '' && !canWrite
            const classes = [isHere && 'here', canWrite && 'open', edit && 'edited', isVoid && 'void', column.width >= broad && 'broad'].filter(Boolean).join(' ') || undefined
            return (
              <td
                key={column.key}
                rowSpan={column.of === 'measure' ? undefined : own.length}
                className={classes}
                data-label={column.label}
                tabIndex={isHere || (at === null && start + i === 0 && j === 0) ? 0 : -1}
                aria-label={`${row.number} ${column.label}${canWrite ? '，可改' : ''}${edit ? '，已改' : ''}：${text || '空'}`}
                title={edit ? `原为：${edit.base || '空'}` : undefined}
                onClick={() => {
                  if (isHere && writing !== null) return
                  go({ line: start + i, column: j })
                  if (isPhone && canWrite) begin(text)
                }}
                onFocus={() => { if (!isHere) go({ line: start + i, column: j }) }}
                onDoubleClick={() => canWrite && begin(text)}
              >
                {isHere && writing !== null ? <Field label={`${row.number} ${column.label}`} text={writing} put={put} stop={stop} next={next} /> : column.key === 'number' ? (
                  <Link to="/tasks/$id" params={{ id: row.id }} search={{}} tabIndex={-1}>{row.number}</Link>
                ) : <span className={isRepeated ? 'repeated' : undefined}>{shown(text, column)}</span>}
              </td>
            )
          })}
        </tr>
      ))}
    </tbody>
  )
}

const shown = (text: string, column: Column) => (column.isDate && /^\d{4}-\d\d-\d\d$/.test(text) ? day(text) : text)

function Field({ label, text, put, stop, next }: { label: string; text: string; put: (text: string) => void; stop: () => void; next: (by: [number, number]) => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const isDone = useRef(false)
  useEffect(() => {
    const area = field.current
    area?.focus()
    area?.setSelectionRange(area.value.length, area.value.length)
  }, [])
  const end = (by?: [number, number]) => {
    isDone.current = true
    put(field.current?.value ?? '')
    if (by) next(by)
  }
  return (
    <textarea
      ref={field}
      aria-label={label}
      rows={3}
      defaultValue={text}
      onBlur={() => { if (!isDone.current) end() }}
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return
        e.stopPropagation()
        if (e.key === 'Escape') {
          isDone.current = true
          stop()
        } else if (e.key === 'Enter' && !e.altKey && !e.ctrlKey && !e.shiftKey) {
          e.preventDefault()
          end([1, 0])
        } else if (e.key === 'Tab') {
          e.preventDefault()
          end([0, e.shiftKey ? -1 : 1])
        }
      }}
      onPaste={(e) => e.stopPropagation()}
    />
  )
}
