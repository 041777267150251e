// The matrix to be read at a desk: only what is in sight is drawn, arrows go from cell to cell, Enter opens its rows.
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { LedgerSearch } from '../router'
import { useMedia } from '../ui/media'
import { MarkShape } from './mark'
import { type Cell, type Matrix, cellWords, doors, markOf, recurred } from './words'

const row = 36
const head = 34

export function MatrixGrid({ matrix, go }: { matrix: Matrix; go: (search: LedgerSearch) => void }) {
  const box = useRef<HTMLDivElement>(null)
  const isPhone = useMedia('(max-width: 760px)')
  const names = isPhone ? 104 : 176
  // Few columns share the room there is.
  const column = Math.max(isPhone ? 40 : Math.min(64, Math.floor(1000 / Math.max(1, matrix.findings.length))), 40, Math.max(1, ...matrix.findings.map((f) => f.number.length)) * 8 + 16)
  const [at, setAt] = useState<[number, number]>([0, 0])
  const [isMoved, setMoved] = useState(false)
  const rows = useVirtualizer({ count: matrix.units.length, getScrollElement: () => box.current, estimateSize: () => row, overscan: 6, scrollPaddingStart: head })
  const columns = useVirtualizer({ count: matrix.findings.length, horizontal: true, getScrollElement: () => box.current, estimateSize: () => column, overscan: 8, paddingStart: names, scrollPaddingStart: names })
  const ofUnit = useMemo(() => {
    const map = new Map<number, Map<number, Cell>>()
    for (const cell of matrix.cells) {
      const cells = map.get(cell.unit) ?? new Map<number, Cell>()
      map.set(cell.unit, cells.set(cell.finding, cell))
    }
    return map
  }, [matrix])
  useEffect(() => columns.measure(), [columns, column, names])
  // The cell one goes to may not be drawn yet.
  useEffect(() => {
    if (!isMoved) return
    rows.scrollToIndex(at[0])
    columns.scrollToIndex(at[1])
    const frame = requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[data-at]')?.focus({ preventScroll: true }))
    return () => cancelAnimationFrame(frame)
  }, [at, isMoved, rows, columns])
  const key = (e: KeyboardEvent) => {
    const [unit, finding] = at
    const step: Record<string, [number, number]> = { ArrowUp: [unit - 1, finding], ArrowDown: [unit + 1, finding], ArrowLeft: [unit, finding - 1], ArrowRight: [unit, finding + 1], Home: [unit, 0], End: [unit, matrix.findings.length - 1] }
    const to = step[e.key]
    if (to) {
      e.preventDefault()
      setMoved(true)
      setAt([Math.min(Math.max(to[0], 0), matrix.units.length - 1), Math.min(Math.max(to[1], 0), matrix.findings.length - 1)])
    }
    const cell = ofUnit.get(unit)?.get(finding)
    if (e.key === 'Enter' && cell) go(doors.cell(matrix, cell))
  }
  const wide = columns.getTotalSize()
  const across = columns.getVirtualItems()
  return (
    <div className="matrixbox" ref={box} role="grid" aria-label="单位与问题矩阵，方向键移动，回车看任务" aria-rowcount={matrix.units.length + 1} aria-colcount={matrix.findings.length + 1} onKeyDown={key}>
      <div className="heads" role="row" aria-rowindex={1} style={{ width: wide, height: head }}>
        <span role="columnheader" className="corner" style={{ width: names }}>牵头单位</span>
        {across.map(({ index, start }) => {
          const finding = matrix.findings[index]
          return finding && <span key={index} role="columnheader" aria-colindex={index + 2} className={finding.n_found ? 'back' : undefined} title={`${finding.aspect}\n${finding.words ?? '含敏感事项'}${recurred(finding)}`} style={{ left: start, width: column }}>{finding.number}</span>
        })}
      </div>
      <div style={{ height: rows.getTotalSize(), width: wide, position: 'relative' }} role="rowgroup">
        {rows.getVirtualItems().map(({ index, start }) => {
          const unit = matrix.units[index]
          const cells = ofUnit.get(index)
          if (!unit) return null
          return (
            <div key={index} role="row" aria-rowindex={index + 2} className="mrow" style={{ top: start, height: row, width: wide }}>
              <span role="rowheader" className="mname" style={{ width: names }} title={`${unit.name}：${unit.tasks} 项，红灯 ${unit.red}，预警 ${unit.yellow}，已销号 ${unit.closed}`}>
                <button type="button" tabIndex={-1} onClick={() => go(doors.unit(unit))}>{unit.name}</button>
              </span>
              {across.map(({ index: finding, start: left }) => {
                const cell = cells?.get(finding)
                const isAt = at[0] === index && at[1] === finding
                if (!cell && !isAt) return null
                return (
                  <span
                    key={finding}
                    role="gridcell"
                    aria-colindex={finding + 2}
                    aria-label={cell ? cellWords(matrix, cell) : `${unit.name}，问题 ${matrix.findings[finding]?.number}：没有任务`}
                    title={cell && cellWords(matrix, cell)}
                    tabIndex={isAt ? 0 : -1}
                    data-at={isAt || undefined}
                    className={cell ? `cell ${cell.mark}` : 'cell'}
                    style={{ left, width: column }}
                    onClick={cell && (() => { setAt([index, finding]); go(doors.cell(matrix, cell)) })}
                  >
                    {cell && <MarkShape mark={markOf(cell)} size={16} />}
                    {cell && cell.tasks > 1 && <small>{cell.tasks}</small>}
                  </span>
                )
              })}
            </div>
          )
        })}
      </div>
    </div>
  )
}
