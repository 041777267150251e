// What stands on a wall: a sheet of 1920 by 1080 that is made as large as the screen, dark, with words of 28 and up.
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Chart, onWall } from '../overview/chart'
import { option as trend } from '../overview/line'
import { pace, thisWeek } from '../overview/words'
import { marks, wallPages } from '../labels.gen'
import type { LedgerSearch } from '../router'
import { moment, said } from '../ui/words'
import { type Block, TURNED, blocks } from './blocks'
import { gantt } from './gantt'
import { Glyph, MarkShape } from './mark'
import { type Turning, useTurning } from './turning'
import { type Wall, cellWords, changesTitle, countdownWords, doors, markOf, matrixTitle, outlookParts, outlookTitle, reportDay, scheduleTitle } from './words'

export type Page = keyof typeof wallPages
/** Where a press leads; a kiosk leads nowhere. */
export type Go = { rows: (search: LedgerSearch) => void; task: (id: string) => void }

/** Rows and columns of a screen of the matrix, bars and lines of the others. */
const fits = { rows: 14, bars: 9, lines: 9 }
/** The matrix: the width of its drawing, of the names at its rows, the height of a row. */
const grid = { width: 1320, names: 252, row: 46, head: 84 }
/** Screens of the schedule and of the roll that turn by themselves. */
const most = 4

type Screen = { page: Page; block?: Block; from?: number; of: number; nth: number; all: number }

/** A column is as wide as its number needs; where there are few, they share the room. */
function columnWidth(view: Wall): number {
  const digits = view.matrix.findings.reduce((most, f) => Math.max(most, f.number.replace(/\./g, '').length), 1)
  const room = Math.floor((grid.width - grid.names) / Math.max(1, view.matrix.findings.length))
  return Math.max(44, digits * 14 + 8, Math.min(88, room))
}

/** All screens of these pages; those that turn by themselves stand first in each page. */
function screens(view: Wall, pages: Page[]): { turned: Screen[]; byHand: Screen[] } {
  const turned: Screen[] = []
  const rest: Screen[] = []
  const put = (page: Page, list: Partial<Screen>[], limit: number) => {
    const of = Math.min(list.length, limit)
    list.forEach((one, i) => (i < of ? turned : rest).push({ page, of, nth: i + 1, all: list.length, ...one }))
  }
  const steps = (n: number, size: number) => Array.from({ length: Math.max(1, Math.ceil(n / size)) }, (_, i) => ({ from: i * size }))
  for (const page of pages) {
    if (page === 'matrix') {
      const cut = blocks(view.matrix, fits.rows, Math.floor((grid.width - grid.names) / columnWidth(view)))
      put(page, cut.length > 0 ? cut.map((block) => ({ block })) : [{}], TURNED)
    }
    if (page === 'schedule') put(page, steps(view.schedule.bars.length, fits.bars), most)
    if (page === 'changes') put(page, steps(Math.max(view.overdue.rows.length, view.moves.rows.length), fits.lines), most)
    if (page === 'progress') put(page, [{}], 1)
  }
  return { turned, byHand: [...turned, ...rest] }
}

export function Board({ view, pages, go, begins, note, onLeave, seconds }: {
  view: Wall
  pages: Page[]
  go?: Go
  /** Whether it turns by itself from the beginning. */
  begins: boolean
  /** What is said instead of how new the figures are. */
  note?: string
  /** Ends the full screen, where there is somebody to end it. */
  onLeave?: () => void
  seconds?: number
}) {
  const { turned, byHand } = useMemo(() => screens(view, pages), [view, pages])
  const turning = useTurning(turned.length, byHand.length, begins, seconds)
  const screen = byHand[turning.at]
  const { next, previous, toggle } = turning
  useEffect(() => {
    const key = (e: globalThis.KeyboardEvent) => {
      const isOn = e.target instanceof Element ? e.target.closest('button, select, input, [role="button"]') : null
      if (e.key === 'ArrowRight' || e.key === 'PageDown') next()
      else if (e.key === 'ArrowLeft' || e.key === 'PageUp') previous()
      else if (e.key === ' ' && !isOn) toggle()
      else if (e.key === 'Escape') onLeave?.()
      else return
      e.preventDefault()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [next, previous, toggle, onLeave])
  const size = useFit()
  if (!screen) return null
  const title = { matrix: matrixTitle(view.matrix), schedule: scheduleTitle(view.schedule.n, view.overdue.n), changes: changesTitle(view), progress: outlookTitle(view) }[screen.page]
  return (
    <section className="board" aria-label="挂图" aria-roledescription="轮播">
      <div className="sheet" style={{ transform: `translate(${size.left}px, ${size.top}px) scale(${size.scale})` }}>
        <header>
          <h1>{view.round}　挂图作战</h1>
          <p className={note ? 'broken' : undefined} role={note ? 'status' : undefined}>{note ?? `数据截至 ${moment(view.now)}`}</p>
        </header>
        <h2 aria-live={turning.isOn ? 'off' : 'polite'}>
          <span>{wallPages[screen.page]}{screen.all > 1 && `　第 ${screen.nth}/${screen.of > screen.nth - 1 ? screen.of : screen.all} 屏${screen.all > screen.of ? `（共 ${screen.all} 屏，先放最重的）` : ''}`}</span>
          {title}
        </h2>
        <div className="showing" onMouseEnter={go && (() => turning.hold(true))} onMouseLeave={go && (() => turning.hold(false))}>
          {screen.page === 'matrix' && <MatrixScreen view={view} block={screen.block} go={go} />}
          {screen.page === 'schedule' && <ScheduleScreen view={view} from={screen.from ?? 0} go={go} />}
          {screen.page === 'changes' && <ChangesScreen view={view} from={screen.from ?? 0} go={go} />}
          {screen.page === 'progress' && <ProgressScreen view={view} go={go} />}
        </div>
        <Foot view={view} go={go} />
        {turning.isOn && <i key={turning.turns} className="turning" style={{ animationDuration: `${turning.seconds}s` }} aria-hidden="true" />}
      </div>
      {onLeave && <Controls turning={turning} onLeave={onLeave} />}
    </section>
  )
}

/** As large as the window lets a sheet of 1920 by 1080 be. */
function useFit() {
  const [size, setSize] = useState({ width: window.innerWidth, height: window.innerHeight })
  useEffect(() => {
    const measure = () => setSize({ width: window.innerWidth, height: window.innerHeight })
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  const scale = Math.min(size.width / 1920, size.height / 1080)
  return { scale, left: (size.width - 1920 * scale) / 2, top: (size.height - 1080 * scale) / 2 }
}

function Controls({ turning, onLeave }: { turning: Turning; onLeave: () => void }) {
  return (
    <div className="controls" role="toolbar" aria-label="轮播控制">
      <button type="button" onClick={turning.previous}>上一屏</button>
      <button type="button" onClick={turning.toggle} aria-pressed={!turning.isOn}>{turning.isOn ? '暂停' : '轮播'}</button>
      <button type="button" onClick={turning.next}>下一屏</button>
      <label>每屏<select value={turning.seconds} onChange={(e) => turning.setSeconds(Number(e.target.value))}>{[10, 15, 30, 60].map((n) => <option key={n} value={n}>{n} 秒</option>)}</select></label>
      <button type="button" onClick={onLeave}>退出</button>
    </div>
  )
}

/** What opens rows where there is somebody to open them. */
function Door({ go, search, children, className }: { go?: Go; search?: LedgerSearch; children: ReactNode; className?: string }) {
  if (!go || !search) return <span className={className}>{children}</span>
  return <button type="button" className={`door ${className ?? ''}`} onClick={() => go.rows(search)}>{children}</button>
}

const enter = (run: () => void) => (e: KeyboardEvent) => {
  if (e.key !== 'Enter') return
  e.preventDefault()
  run()
}

function MatrixScreen({ view, block, go }: { view: Wall; block?: Block; go?: Go }) {
  const { matrix } = view
  if (!block) return <p className="none">还没有任务</p>
  const column = columnWidth(view)
  const height = grid.head + block.units.length * grid.row
  const width = grid.names + block.findings.length * column
  const row = new Map(block.units.map((unit, i) => [unit, grid.head + i * grid.row]))
  const place = new Map(block.findings.map((finding, i) => [finding, grid.names + i * column]))
  // The aspect stands over its first column.
  const aspects = block.findings.flatMap((finding, i) => {
    const of = (n?: number) => (n === undefined ? undefined : matrix.findings[n]?.aspect)
    if (i > 0 && of(block.findings[i - 1]) === of(finding)) return []
    const last = block.findings.findIndex((f, k) => k > i && of(f) !== of(finding))
    return [{ i, name: of(finding) ?? '', wide: (last < 0 ? block.findings.length : last) - i }]
  })
  return (
    <div className="two">
      <div>
      <svg className="matrix" viewBox={`0 0 ${grid.width} ${Math.max(height, 728)}`} width={grid.width} height="728" preserveAspectRatio="xMinYMin" role="group" aria-label={`${matrixTitle(matrix)}。列为反馈问题，行为牵头单位`}>
        <rect className="field" x={grid.names} y={grid.head} width={width - grid.names} height={height - grid.head} />
        <path className="lines" d={[...block.units.map((_, i) => `M${grid.names} ${grid.head + i * grid.row}H${width}`), ...block.findings.map((_, i) => `M${grid.names + i * column} ${grid.head}V${height}`)].join('')} />
        {aspects.map(({ i, name, wide }) => (
          <g key={i}>
            <path className="edge" d={`M${grid.names + i * column} 0V${height}`} />
            <text className="aspect" x={grid.names + i * column + 8} y="30">{aspectWords(name, wide * column - 10)}</text>
          </g>
        ))}
        {block.findings.map((finding, i) => (
          <text key={finding} className={matrix.findings[finding]?.n_found ? 'col back' : 'col'} x={grid.names + (i + 0.5) * column} y="70">{matrix.findings[finding]?.number}</text>
        ))}
        {block.units.map((unit) => (
          <text key={unit} className="row" x={grid.names - 16} y={(row.get(unit) ?? 0) + 34}>{unitWords(matrix.units[unit]?.name ?? '', grid.names - 20)}</text>
        ))}
        {block.cells.map((cell) => {
          const [x, y] = [place.get(cell.finding) ?? 0, row.get(cell.unit) ?? 0]
          const open = () => go?.rows(doors.cell(matrix, cell))
          return (
            <g key={`${cell.unit} ${cell.finding}`} className={go ? 'cell press' : 'cell'} role={go ? 'button' : 'img'} tabIndex={go ? 0 : undefined} aria-label={cellWords(matrix, cell)} onClick={go && open} onKeyDown={go && enter(open)}>
              <rect className={cell.mark} x={x + 1} y={y + 1} width={column - 2} height={grid.row - 2} />
              <Glyph mark={markOf(cell)} x={x + column / 2 - 14} y={y + grid.row / 2 - 14} size={28} />
            </g>
          )
        })}
      </svg>
      <p className="legend">
        {([['red', view.overview.chain.red, { light: 'red' }], ['yellow', view.overview.chain.yellow, { light: 'yellow' }], ['green', view.overview.chain.green, { light: 'green' }], ['done', view.overview.chain.closed, { closed: 'true' }]] as const).map(([mark, n, search]) => (
          <Door key={mark} go={go} search={search}><MarkShape mark={mark} size={28} /> {marks[mark]} {n}</Door>
        ))}
        {matrix.n_came_back > 0 && <Door go={go} search={{ came_back: 'true' }}><u>编号下划线</u> 反弹回潮问题 {matrix.n_came_back}</Door>}
        <em>取最重一项</em>
      </p>
      </div>
      <div className="aside">
        <Countdown view={view} />
        <RedRoll view={view} go={go} />
        <Expected view={view} go={go} />
      </div>
    </div>
  )
}

/** As much of a name as has room; Chinese letters are as wide as they are tall. */
function fit(text: string, room: number, size: number): string {
  let wide = 0
  for (let i = 0; i < text.length; i += 1) {
    wide += (text.charCodeAt(i) < 256 ? 0.56 : 1) * size
    if (wide > room) return `${text.slice(0, Math.max(0, i - 1))}…`
  }
  return text
}

/** A unit's name; what stands in brackets goes first where there is no room. */
function unitWords(name: string, room: number): string {
  const whole = fit(name, room, 32)
  return whole === name ? name : fit(name.split('（')[0] ?? name, room, 32)
}

/** An aspect over its columns; what all of them begin with goes first, and where there is no room for two letters nothing is said. */
function aspectWords(name: string, room: number): string {
  if (fit(name, room, 32) === name) return name
  const letters = Math.floor(room / 32)
  return letters < 2 ? '' : name.replace(/^党的/, '').slice(0, letters)
}

function Countdown({ view }: { view: Wall }) {
  if (!view.report) return <div className="box"><p className="small">还没有定书面报告时限</p></div>
  const { figure, unit, also } = countdownWords(view.report)
  return (
    <div className="box">
      <p className="small">离报送整改落实情况报告</p>
      <p><b className="huge">{figure}</b> <span className="mid">{unit}</span></p>
      <p className="small">{also}；{reportDay(view.report)}</p>
    </div>
  )
}

function RedRoll({ view, go }: { view: Wall; go?: Go }) {
  const rows = view.red.rows.slice(0, 5)
  return (
    <div className="box">
      <p className="small"><Door go={go} search={{ light: 'red' }}>红灯 {view.red.n} 项</Door></p>
      <ul className="roll short">
        {rows.map((r) => (
          <li key={r.task_id}><Door go={go} search={doors.named([r.task_id])}><b className="bad">{r.number}</b> <span>{r.title ?? '敏感事项'}</span></Door><em>{short(r.why)}</em></li>
        ))}
      </ul>
      {view.red.n > rows.length && <p className="small">还有 {view.red.n - rows.length} 项</p>}
    </div>
  )
}

/** 逾期 35 天 of a reason that goes on. */
const short = (why: string) => said(why).split(/[，：（]/)[0] ?? ''

function Expected({ view, go }: { view: Wall; go?: Go }) {
  const ids = view.behind.rows.map((r) => r.task_id)
  return (
    <div className="box">
      <p className="small">照现在的进度</p>
      <p><Door go={go} search={ids.length === view.behind.n && ids.length > 0 ? doors.named(ids) : undefined}><b className="large">{view.behind.n}</b></Door> <span className="mid">项会误期</span></p>
      {view.outlook && <p className="small">报告前应销号 {view.outlook.planned} 项</p>}
    </div>
  )
}

function ScheduleScreen({ view, from, go }: { view: Wall; from: number; go?: Go }) {
  const bars = useMemo(() => view.schedule.bars.slice(from, from + fits.bars), [view, from])
  const make = useCallback((width: number) => gantt(bars, view.today, onWall, 470, width - 500), [bars, view.today])
  if (bars.length === 0) return <p className="none">还没有定了时限的任务</p>
  return (
    <div className="gantt">
      <Chart option={make} height={760} label={`${scheduleTitle(view.schedule.n, view.overdue.n)}。${bars.map((b) => `${b.number} 时限 ${b.due_on}${b.slippage ? `，${b.slippage}` : ''}`).join('；')}`} onPick={(_, i) => { const bar = bars[i]; if (bar) go?.task(bar.task_id) }} />
      <ul className="slips">
        {bars.map((b) => <li key={b.task_id}><MarkShape mark={markOf(b)} size={28} /><span>{b.unit ?? '未定牵头单位'}</span><em className={b.slippage?.includes('逾期') ? 'bad' : undefined}>{b.slippage ? short(b.slippage.split('；').pop() ?? '') : `${b.progress_done}/${b.progress_all} 节点`}</em></li>)}
      </ul>
    </div>
  )
}

function ChangesScreen({ view, from, go }: { view: Wall; from: number; go?: Go }) {
  const late = view.overdue.rows.slice(from, from + fits.lines)
  const moved = view.moves.rows.slice(from, from + fits.lines)
  const leftLate = view.overdue.n - from - late.length
  const leftMoved = view.moves.n - from - moved.length
  const named = view.moves.rows.map((r) => r.task_id)
  return (
    <div className="two even">
      <div>
        <h3><Door go={go} search={{ due_to: view.overview.due.by, closed: 'false' }}>逾期 {view.overdue.n} 项</Door></h3>
        <ul className="roll">
          {late.map((r) => <li key={r.task_id}><Door go={go} search={doors.named([r.task_id])}><b className="bad">{r.number}</b> <span>{r.title ?? '敏感事项'}</span></Door><i>{r.unit}</i><em>{short(r.why)}</em></li>)}
          {late.length === 0 && <li>{view.overdue.n === 0 ? '没有逾期' : '已列完'}</li>}
        </ul>
        {leftLate > 0 && <p className="small">还有 {leftLate} 项</p>}
      </div>
      <div>
        <h3><Door go={go} search={named.length > 0 && named.length === view.moves.n ? doors.named(named) : undefined}>本周有进展 {view.moves.n} 项</Door></h3>
        <ul className="roll">
          {moved.map((r) => <li key={r.task_id}><Door go={go} search={doors.named([r.task_id])}><b>{r.number}</b> <span>{r.title ?? '敏感事项'}</span></Door><i>{r.unit}</i><em className="plain">{r.is_closed ? '已销号' : r.moves[r.moves.length - 1]}</em></li>)}
          {moved.length === 0 && <li>{view.moves.n === 0 ? '本周还没有进展' : '已列完'}</li>}
        </ul>
        {leftMoved > 0 && <p className="small">还有 {leftMoved} 项</p>}
      </div>
    </div>
  )
}

function ProgressScreen({ view, go }: { view: Wall; go?: Go }) {
  const { overview } = view
  const make = useCallback((width: number) => trend(overview, width, onWall), [overview])
  const weeks = overview.weeks
  const pick = (series: number, point: number) => {
    const w = weeks[point]
    if (w) go?.rows(series === 0 ? { due_from: w.monday, due_to: w.sunday } : { closed_from: w.monday, closed_to: w.sunday })
  }
  const now = weeks[thisWeek(weeks)]
  const rows = view.behind.rows.slice(0, 4)
  return (
    <div className="two">
      <div>
        <h3>{pace(overview)}</h3>
        {weeks.length === 0 ? <p className="none">还没有时限，也没有销号的任务</p> : <Chart option={make} height={650} label={`${pace(overview)}。到本周应销号 ${now?.planned ?? 0} 项，已销号 ${now?.closed_by_then ?? 0} 项`} onPick={pick} />}
      </div>
      <div className="aside">
        <div className="box">
          <p className="small">{view.outlook ? `报告前应销号 ${view.outlook.planned} 项` : '还没有定书面报告时限'}</p>
          <ul className="parts">
            {outlookParts(view).map((part) => <li key={part.key}><MarkShape mark={part.key as 'red'} size={30} /><span>{part.label}</span><Door go={go} search={part.n > 0 ? part.door : undefined}><b>{part.n}</b></Door></li>)}
          </ul>
        </div>
        <div className="box">
          <p className="small">会误期的</p>
          <ul className="roll short">
            {rows.map((r) => <li key={r.task_id}><Door go={go} search={doors.named([r.task_id])}><b className="warn">{r.number}</b> <span>{r.title ?? '敏感事项'}</span></Door></li>)}
            {rows.length === 0 && <li>照现在的进度没有</li>}
          </ul>
          {view.behind.n > rows.length && <p className="small">还有 {view.behind.n - rows.length} 项</p>}
        </div>
      </div>
    </div>
  )
}

function Foot({ view, go }: { view: Wall; go?: Go }) {
  const { chain } = view.overview
  return (
    <footer aria-label="勾稽链">
      <Door go={go} search={{}}>方面 <b>{chain.aspects}</b></Door><i>›</i>
      <Door go={go} search={{}}>问题 <b>{chain.findings}</b></Door><i>›</i>
      <Door go={go} search={{}}>任务 <b>{chain.tasks}</b></Door><i>›</i>
      <Door go={go} search={{}}>措施 <b>{chain.measures}</b></Door><i>›</i>
      <Door go={go} search={{ closed: 'true' }}>已销号 <b>{chain.closed}</b></Door>
    </footer>
  )
}

/** Fills the screen with what is given, where the browser lets it; the page's own whole window else. */
export function useFullScreen(onLeave: () => void) {
  const box = useRef<HTMLDivElement>(null)
  const isAsked = useRef(false)
  useEffect(() => {
    const node = box.current
    if (!node) return undefined
    void node.requestFullscreen?.().then(() => { isAsked.current = true }, () => undefined)
    const left = () => { if (isAsked.current && document.fullscreenElement === null) onLeave() }
    document.addEventListener('fullscreenchange', left)
    return () => {
      document.removeEventListener('fullscreenchange', left)
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined)
    }
  }, [onLeave])
  return box
}
