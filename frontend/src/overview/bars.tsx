// Units and aspects as bars of lights, each part a door.
import { Link } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Schemas } from '../api/client'
import type { LedgerSearch } from '../router'
import { colourOf, isWorn } from '../ui/palette'
import { Shape } from '../ui/parts'
import { Chart, ink, type Option } from './chart'
import { Figure } from './line'
import { stacks } from './words'

type Bar = Schemas['BarView']

const colours: Record<string, { fill: string; ink: string }> = {
  red: { fill: '#b0241c', ink: '#fff' },
  yellow: { fill: '#e2a520', ink: '#2b1c00' },
  green: { fill: '#186b42', ink: '#fff' },
  dark: { fill: '#aebccb', ink: '#18212b' },
  draft: { fill: '#e8ecf0', ink: '#3f4a56' },
}

function option(bars: Bar[], names: string[], width: number): Option {
  const room = Math.min(132, Math.round(width * 0.32))
  const most = Math.max(1, ...bars.map((b) => b.tasks))
  const left = width - room - 52
  return {
    grid: { left: room + 8, right: 44, top: 0, bottom: 0 },
    xAxis: { type: 'value', show: false, max: most },
    yAxis: {
      type: 'category', inverse: true, data: names, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: ink.text, width: room, overflow: 'truncate', margin: 8, fontSize: 12, lineHeight: 17 },
    },
    series: [
      ...stacks.map(({ key }) => ({
        type: 'bar' as const,
        stack: 'tasks',
        barWidth: 18,
        itemStyle: { color: colourOf(key, 'paper', colours[key]?.fill ?? ''), borderColor: '#fff', borderWidth: 1 },
        // A number that does not fit its part is in the table.
        label: { show: true, color: isWorn() && ['red', 'yellow', 'green'].includes(key) ? '#fff' : colours[key]?.ink, formatter: (p: { value: unknown }) => (Number(p.value) > 0 && (Number(p.value) / most) * left >= 14 ? String(p.value) : '') },
        data: bars.map((b) => b[key]),
      })),
      // Nothing wide, after the last part: what they sum to.
      { type: 'bar' as const, stack: 'tasks', barWidth: 18, silent: true, label: { show: true, position: 'right' as const, color: ink.muted, formatter: (p: { dataIndex: number }) => String(bars[p.dataIndex]?.tasks ?? '') }, data: bars.map(() => 0) },
    ],
  }
}

export function Bars({ title, hint, bars, names, by, more, go, noun }: {
  title: string
  hint: string
  bars: Bar[]
  /** As they stand at the axis. */
  names?: string[]
  by: 'lead' | 'aspect'
  more?: string
  go: (search: LedgerSearch) => void
  noun: string
}) {
  const make = useCallback((width: number) => option(bars, names ?? bars.map((b) => b.name), width), [bars, names])
  const door = (bar: Bar, part: LedgerSearch): LedgerSearch => ({ [by]: bar.id, ...part })
  const shown = stacks.filter((s) => bars.some((b) => b[s.key] > 0))
  return (
    <section className="card bars">
      <h2>{title}</h2>
      <p className="muted">{hint}</p>
      {bars.length > 0 && (
        <>
          <p className="key" aria-hidden="true">
            {shown.map((s) => <span key={s.key}>{s.shape ? <Shape of={s.shape} /> : <i className="blank" />}{s.label}</span>)}
          </p>
          <Chart option={make} height={bars.length * (names ? 44 : 30)} label={`${title}。各${noun}的数在下面的数据表里。`} onPick={(series, point) => {
            const [bar, part] = [bars[point], stacks[series]]
            if (bar && part) go(door(bar, part.door))
          }} />
          {more && <p className="muted">{more}</p>}
          <details className="figures">
            <summary>数据表</summary>
            <div className="scroll">
              <table>
                <caption className="unseen">{title}</caption>
                <thead><tr><th scope="col">{noun}</th>{by === 'aspect' && <><th scope="col">问题</th><th scope="col">措施</th></>}<th scope="col">任务</th>{stacks.map((s) => <th key={s.key} scope="col">{s.label}</th>)}</tr></thead>
                <tbody>
                  {bars.map((bar) => (
                    <tr key={bar.id}>
                      <th scope="row"><Link to="/ledger" search={door(bar, {})}>{bar.name}</Link></th>
                      {by === 'aspect' && <><td>{bar.findings}</td><td>{bar.measures}</td></>}
                      <td><Figure n={bar.tasks} door={door(bar, {})} /></td>
                      {stacks.map((s) => <td key={s.key}><Figure n={bar[s.key]} door={door(bar, s.door)} /></td>)}
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
