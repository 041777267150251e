// The wall on paper: the whole matrix and the schedule as drawings that are as large as the sheet.
import { useLayoutEffect, useMemo } from 'react'
import { attributes } from '../overview/attributes'
import { draw, onPage } from '../overview/chart'
import { moment } from '../ui/words'
import { bands } from './blocks'
import { gantt } from './gantt'
import { Glyph, Key } from './mark'
import { type Bar, type Matrix, type Wall, markOf, matrixTitle, scheduleTitle } from './words'

export const papers = { a3: ['A3', 420, 297], a1: ['A1', 841, 594], a0: ['A0', 1189, 841] } as const
export type Paper = keyof typeof papers

/** Makes what is printed as large as the sheet; a sheet of styles made by the page itself, for what is on the page already has no size to choose. */
export function usePaper(paper: Paper) {
  useLayoutEffect(() => {
    const [, width, height] = papers[paper]
    const styles = new CSSStyleSheet()
    styles.replaceSync(`@page { size: ${width}mm ${height}mm; margin: 12mm; } @media print { .onpaper { display: none !important; } .content { padding: 0 !important; max-width: none !important; } }`)
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, styles]
    return () => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== styles) }
  }, [paper])
}

const [column, row, head, names] = [22, 20, 30, 150] as const

/** The matrix whole, in as many bands below each other as fill the sheet best. */
function MatrixDrawing({ matrix, width, height }: { matrix: Matrix; width: number; height: number }) {
  const n = bands(matrix.units.length, matrix.findings.length, width, height)
  const per = Math.ceil(matrix.findings.length / n)
  const tall = head + matrix.units.length * row + 12
  const wide = names + per * column
  const place = (finding: number, unit: number) => ({ x: names + (finding % per) * column, y: Math.floor(finding / per) * tall + head + unit * row })
  // Where cells are small, lines would be all one sees.
  const every = matrix.units.length * matrix.findings.length > 20_000 ? 10 : 1
  const lines = Array.from({ length: n }, (_, band) => {
    const top = band * tall + head
    const count = Math.min(per, matrix.findings.length - band * per)
    const across = matrix.units.filter((_, i) => i % every === 0).map((_, i) => `M0 ${top + i * every * row}H${names + count * column}`)
    const down = Array.from({ length: Math.floor(count / every) + 1 }, (_, i) => `M${names + i * every * column} ${top - 14}V${top + matrix.units.length * row}`)
    return [...across, `M0 ${top + matrix.units.length * row}H${names + count * column}`, ...down].join('')
  }).join('')
  return (
    <svg className="onsheet" viewBox={`0 0 ${wide} ${tall * n}`} role="img" aria-label={matrixTitle(matrix)}>
      <path d={lines} className="lines" />
      {Array.from({ length: n }, (_, band) => matrix.units.map((unit, i) => <text key={`${band} ${i}`} x="4" y={band * tall + head + i * row + 14} className="name">{unit.name.slice(0, 11)}</text>))}
      {matrix.findings.map((finding, i) => {
        const { x, y } = place(i, 0)
        return <text key={finding.id} x={x + column / 2} y={y - 4} className="col">{finding.number}</text>
      })}
      {matrix.cells.map((cell) => {
        const { x, y } = place(cell.finding, cell.unit)
        return <Glyph key={`${cell.unit} ${cell.finding}`} mark={markOf(cell)} x={x + (every > 1 ? 1.5 : 4.5)} y={y + (every > 1 ? 0.5 : 3.5)} size={every > 1 ? 19 : 13} />
      })}
    </svg>
  )
}

/** The schedule in columns beside each other, so that it is as wide as the sheet. */
function ScheduleDrawing({ bars, today, width }: { bars: Bar[]; today: string; width: number }) {
  const drawings = useMemo(() => {
    const n = Math.max(1, Math.ceil(bars.length / 20))
    const per = Math.ceil(bars.length / n)
    const wide = 1500 / n
    return Array.from({ length: n }, (_, i) => bars.slice(i * per, (i + 1) * per)).map((part) => {
      const text = attributes(draw(gantt(part, today, onPage, Math.min(220, wide * 0.36), wide), wide, part.length * 24 + 44))
      return text.replace(/<svg /, `<svg class="onsheet" `).replace(/ width="[\d.]+" height="[\d.]+"/, ` viewBox="0 0 ${wide} ${part.length * 24 + 44}"`)
    })
  }, [bars, today])
  return <div className="columns" style={{ width: `${width}mm` }}>{drawings.map((svg, i) => <div key={i} dangerouslySetInnerHTML={{ __html: svg }} />)}</div>
}

export function Sheet({ view, paper }: { view: Wall; paper: Paper }) {
  const [, width, height] = papers[paper]
  const { chain } = view.overview
  const hasBars = view.schedule.bars.length > 0
  const columns = Math.max(1, Math.ceil(view.schedule.bars.length / 20))
  // What the schedule takes of the height; the rest is the matrix's.
  const below = hasBars ? Math.min(height * 0.42, (Math.ceil(view.schedule.bars.length / columns) * 24 + 44) * ((width - 24) / 1500)) : 0
  const above = height - 24 - below - height * 0.13
  return (
    <div className={`wallsheet ${paper}`} style={{ width: `${width - 24}mm`, height: `${height - 25}mm`, fontSize: `${height * 0.0105}mm` }}>
      <h1>{view.round}　挂图作战：{matrixTitle(view.matrix)}</h1>
      <p>数据截至 {moment(view.now)}　方面 {chain.aspects} › 问题 {chain.findings} › 任务 {chain.tasks} › 措施 {chain.measures} › 已销号 {chain.closed}{view.report && `　离报告 ${view.report.working_days} 个工作日、${view.report.calendar_days} 个日历日`}</p>
      <Key counts={[['red', chain.red], ['yellow', chain.yellow], ['green', chain.green], ['done', chain.closed], ['unissued', chain.draft]]} />
      <div className="matrix" style={{ height: `${above}mm` }}><MatrixDrawing matrix={view.matrix} width={width - 24} height={above} /></div>
      {hasBars && <h2>{scheduleTitle(view.schedule.n, view.overdue.n)}{view.schedule.n > view.schedule.bars.length && `，图上为最急的 ${view.schedule.bars.length} 项`}</h2>}
      {hasBars && <div style={{ height: `${below}mm` }}><ScheduleDrawing bars={view.schedule.bars} today={view.today} width={width - 24} /></div>}
    </div>
  )
}
