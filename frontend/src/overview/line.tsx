// Plan and fact over time: the plan in steps by due date, fact as a line that ends today.
import { Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Schemas } from '../api/client'
import type { LedgerSearch } from '../router'
import '../styles/overview.css'
import { day, week as weekWords } from '../ui/words'
import { Chart, type Look, type Option, onPage } from './chart'
import { doors, pace, thisWeek } from './words'

type View = Schemas['OverviewView']
type Week = Schemas['WeekPoint']

/** The last days of a week's bars: fact of the running week ends today. */
const end = (w: Week, today: string) => (w.monday <= today && today < w.sunday ? today : w.sunday)

export function option(view: View, width: number, { ink, size }: Look = onPage): Option {
  const big = size / onPage.size
  const { weeks, today } = view
  const now = thisWeek(weeks)
  const last = weeks.length - 1
  const plan = weeks.map((w, i) => ({
    value: [end(w, i === last ? '' : today), w.planned] as [string, number],
    symbol: 'circle',
    symbolSize: w.due > 0 ? 5 : 1,
    label: { show: i === last, position: 'top' as const, align: 'right' as const, formatter: `计划 ${w.planned}`, color: ink.muted, fontSize: size },
  }))
  const fact = weeks.slice(0, now + 1).map((w, i) => ({
    value: [end(w, today), w.closed_by_then ?? 0] as [string, number],
    symbol: 'circle',
    symbolSize: i === now ? 9 : (w.closed ?? 0) > 0 ? 5 : 1,
    label: { show: i === now, position: 'top' as const, align: (i > 2 ? 'right' : 'left') as 'right' | 'left', formatter: `已销号 ${w.closed_by_then ?? 0}`, color: ink.accent, fontWeight: 600 as const, fontSize: size },
  }))
  return {
    grid: { left: 34 * big, right: 16 * big, top: 30 * big, bottom: 26 * big },
    xAxis: {
      type: 'time',
      min: weeks[0]?.sunday,
      max: weeks[last]?.sunday,
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      axisLabel: { color: ink.muted, fontSize: size === onPage.size ? 12 : size, hideOverlap: true, formatter: (at: number) => month(at) },
      splitNumber: Math.max(2, Math.floor(width / (110 * big))),
      minInterval: 28 * 864e5,
    },
    yAxis: { type: 'value', minInterval: 1, splitNumber: 4, axisLabel: { color: ink.muted, fontSize: size === onPage.size ? 12 : size }, splitLine: { lineStyle: { color: ink.grid } } },
    series: [
      { type: 'line', step: 'end', data: plan, lineStyle: { color: ink.plan, width: 1.5 * big }, itemStyle: { color: ink.plan } },
      {
        type: 'line',
        data: fact,
        lineStyle: { color: ink.accent, width: 2.5 * big },
        itemStyle: { color: ink.accent },
        markLine: {
          symbol: 'none',
          silent: true,
          lineStyle: { color: ink.text, type: [2, 3] },
          label: { formatter: `今日 ${day(today)}`, color: ink.text, position: 'end', fontSize: size === onPage.size ? 12 : size },
          data: [{ xAxis: today }],
        },
      },
    ],
  }
}

/** The month a tick of the axis stands in; its year where a year begins. */
function month(at: number): string {
  const on = new Date(at)
  return on.getMonth() === 0 ? `${on.getFullYear()}年1月` : `${on.getMonth() + 1}月`
}

export function Pace({ view, go }: { view: View; go: (search: LedgerSearch) => void }) {
  const make = useCallback((width: number) => option(view, width), [view])
  const { weeks, due } = view
  const pick = (series: number, point: number) => {
    const w = weeks[point]
    if (w) go(series === 0 ? doors.dueIn(w.monday, w.sunday) : doors.closedIn(w.monday, w.sunday))
  }
  return (
    <section className="card pace">
      <h2>{pace(view)}</h2>
      <p className="muted">累计任务数，按周；计划按现行时限{due.without > 0 && `，另有 ${due.without} 项没有时限，不在计划线内`}</p>
      {weeks.length === 0 ? <p className="muted">还没有时限，也没有销号的任务。</p> : (
        <>
          <Chart option={make} height={260} onPick={pick} label={`${pace(view)}。逐周的数在下面的数据表里。`} />
          <details className="figures">
            <summary>数据表</summary>
            <div className="scroll">
              <table>
                <caption className="unseen">计划与销号，按周</caption>
                <thead><tr><th scope="col">周</th><th scope="col">当周到期</th><th scope="col">累计计划</th><th scope="col">当周销号</th><th scope="col">累计销号</th></tr></thead>
                <tbody>
                  {weeks.map((w) => (
                    <tr key={w.week} className={w.monday <= view.today && view.today <= w.sunday ? 'now' : undefined}>
                      <th scope="row">{weekWords(w.week)} {day(w.monday)}起</th>
                      <td><Figure n={w.due} door={doors.dueIn(w.monday, w.sunday)} /></td>
                      <td><Figure n={w.planned} door={doors.dueBy(w.sunday)} /></td>
                      <td><Figure n={w.closed} door={doors.closedIn(w.monday, w.sunday)} /></td>
                      <td><Figure n={w.closed_by_then} door={doors.closedBy(w.sunday)} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </section>
  )
}

/** A figure that opens its rows; nought opens nothing. */
export function Figure({ n, door }: { n?: number | null; door: LedgerSearch }) {
  if (n === null || n === undefined) return <span className="muted">—</span>
  return n === 0 ? <span className="muted">0</span> : <Link to="/ledger" search={door}>{n}</Link>
}
