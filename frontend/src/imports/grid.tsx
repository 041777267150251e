// The sheet as it stands in the file: merged cells, row and column numbers, what each column was taken for, what each row became.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Refused } from '../ui/parts'
import { day } from '../ui/words'
import { columnName, meanings, reasons, rowOf } from './words'

type Preview = Schemas['ImportPreview']
type Sheet = Schemas['SheetReading']
type Page = Schemas['SheetPage']

/** Rows shown at once; a longer sheet is turned over like pages. */
const step = 200
/** Longest text drawn in a cell; the whole is in its title. */
const longest = 160

/** A cell with how far it reaches, or nothing where another covers it. */
type Cell = { text: string; column: number; rows: number; columns: number }

function drawn(page: Page): Cell[][] {
  const covered = new Set<string>()
  const spans = new Map<string, [number, number]>()
  const last = page.from + page.rows.length - 1
  for (const m of page.merges) {
    const top = Math.max(m.top, page.from)
    const bottom = Math.min(m.bottom, last)
    const right = Math.min(m.right, page.n_columns)
    if ((bottom - top + 1) * (right - m.left + 1) > 5000) continue
    for (let r = top; r <= bottom; r++) for (let c = m.left; c <= right; c++) covered.add(`${r}:${c}`)
    covered.delete(`${top}:${m.left}`)
    spans.set(`${top}:${m.left}`, [bottom - top + 1, right - m.left + 1])
  }
  return page.rows.map((row, i) => {
    const r = page.from + i
    const cells: Cell[] = []
    for (let c = 1; c <= page.n_columns; c++) {
      if (covered.has(`${r}:${c}`)) continue
      const [rows, columns] = spans.get(`${r}:${c}`) ?? [1, 1]
      cells.push({ text: row[c - 1] ?? '', column: c, rows, columns })
    }
    return cells
  })
}

export function Grid({ preview, sheet, number, chosen, onCell, onMeaning }: {
  preview: Preview
  sheet: Sheet
  number: number
  /** The cell that is looked at, such as F12. */
  chosen: string | null
  onCell: (cell: string) => void
  onMeaning: (column: number, meaning: Schemas['Meaning']) => void
}) {
  const [from, setFrom] = useState(1)
  const box = useRef<HTMLDivElement>(null)
  const page = useQuery({
    queryKey: ['import-sheet', preview.id, number, from],
    queryFn: () => get(client.GET('/api/v1/import-previews/{id}/sheets/{sheet}', { params: { path: { id: preview.id, sheet: number }, query: { from, limit: step } } })),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  })
  useEffect(() => setFrom(1), [number])
  useEffect(() => {
    if (!chosen) return
    const row = rowOf(chosen)
    const wanted = Math.floor((row - 1) / step) * step + 1
    if (wanted !== from) setFrom(wanted)
  }, [chosen, number]) // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => {
    const cell = box.current?.querySelector<HTMLElement>('td.here')
    if (!box.current || !cell) return
    // Only the sheet moves, not the page around it.
    const frame = box.current.getBoundingClientRect()
    const at = cell.getBoundingClientRect()
    box.current.scrollTop += at.top - frame.top - (frame.height - at.height) / 2
    if (at.left < frame.left + 90 || at.right > frame.right) box.current.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2
  }, [chosen, page.data])
  const rows = useMemo(() => (page.data ? drawn(page.data) : []), [page.data])
  const open = useMemo(() => {
    const nth = new Map<string, number>()
    preview.doubts.forEach((d, i) => d.sheet === sheet.name && !nth.has(d.cell) && nth.set(d.cell, i + 1))
    return nth
  }, [preview.doubts, sheet.name])
  if (page.error) return <Refused error={page.error} />
  if (!page.data) return <div className="loading" role="status"><span className="spinner" />正在读取表格…</div>
  const width = page.data.n_columns
  const columns = Array.from({ length: width }, (_, i) => i + 1)
  const known = new Map(sheet.tables[0]?.columns.map((c) => [c.column, c]) ?? [])
  return (
    <>
      <div className="cells" ref={box} tabIndex={0} aria-label={`表 ${sheet.name}`}>
        <table>
          <thead>
            {sheet.tables.length > 0 && !preview.is_plan && (
              <tr className="means">
                <th aria-label="结果" />
                <th aria-label="行号" />
                {columns.map((c) => {
                  const column = known.get(c)
                  const meaning = column?.meaning ?? 'ignored'
                  return (
                    <th key={c}>
                      <select aria-label={`${columnName(c)} 列的意思`} className={meaning === 'kept' || meaning === 'ignored' ? 'off' : ''} value={meaning} title={column?.heading} onChange={(e) => onMeaning(c, e.target.value as Schemas['Meaning'])}>
                        {meanings.map(([key, label]) => <option key={key} value={key}>{label}</option>)}
                      </select>
                    </th>
                  )
                })}
              </tr>
            )}
            <tr className="letters"><th /><th />{columns.map((c) => <th key={c}>{columnName(c)}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((cells, i) => {
              const row = page.data.from + i
              const became = sheet.rows[row]
              return (
                <tr key={row} className={became?.became ?? ''}>
                  <td className="outcome"><Outcome became={became} preview={preview} /></td>
                  <th scope="row">{row}</th>
                  {cells.map((cell) => {
                    const address = `${columnName(cell.column)}${row}`
                    const nth = open.get(address)
                    const text = cell.text.length > longest ? `${cell.text.slice(0, longest)}…` : cell.text
                    return (
                      <td key={cell.column} rowSpan={cell.rows} colSpan={cell.columns} title={cell.text.length > longest ? cell.text.slice(0, 2000) : undefined}
                        className={`${nth ? 'doubt' : ''} ${chosen === address ? 'here' : ''}`} onClick={nth ? () => onCell(address) : undefined}>
                        {nth && <i className="nth">{nth}</i>}{text}
                      </td>
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {page.data.n_rows > step && (
        <div className="pager">
          <button type="button" disabled={from === 1} onClick={() => setFrom(Math.max(1, from - step))}>上一页</button>
          <span>第 {page.data.from}–{page.data.from + page.data.rows.length - 1} 行，共 {page.data.n_rows} 行</span>
          <button type="button" disabled={from + step > page.data.n_rows} onClick={() => setFrom(from + step)}>下一页</button>
        </div>
      )}
    </>
  )
}

function Outcome({ became, preview }: { became?: Schemas['Outcome']; preview: Preview }) {
  if (!became || became.became === 'header') return null
  if (became.became === 'skipped') return <small>{reasons[became.reason] ?? '略过'}</small>
  if (became.became === 'doubted') return <small className="ask">待定</small>
  const task = preview.tasks[became.task]
  if (!task) return null
  const due = task.due_on ?? task.review_on
  const told = [`任务 ${task.number}`, task.disposition_label, due && day(due), `措施 ${task.n_measures} 条`, task.is_closed && '存量办结'].filter(Boolean)
  return <span title={told.join('，')} className={task.n_doubts ? 'ask' : 'fine'}>{task.n_doubts ? `疑 ${task.n_doubts}` : task.is_closed ? '办结' : '✓'}</span>
}
