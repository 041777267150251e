// The schedule as bars over time: from the day work began to the due date, the first date, how far it was moved, milestones, today's line.
import type { CustomSeriesRenderItem } from 'echarts'
import type { Look, Option } from '../overview/chart'
import { colourOf } from '../ui/palette'
import { day } from '../ui/words'
import { type Bar, type Mark, markOf } from './words'

/** Colours of the bars, on the page and on the wall. */
const fills: Record<'light' | 'dark', Record<Mark, string>> = {
  light: { red: '#b0241c', yellow: '#e2a520', green: '#186b42', done: '#aebccb', unissued: '#e8ecf0', dark: '#aebccb' },
  dark: { red: '#e5665d', yellow: '#f2b33d', green: '#4fb583', done: '#5d7389', unissued: '#33465a', dark: '#5d7389' },
}

/** The days a schedule spans, with a little room on both sides. */
export function span(bars: Bar[], today: string): [string, string] {
  const days = bars.flatMap((b) => [b.began_on, b.original_due_on, b.due_on, b.closed_on, ...b.milestones.map((m) => m.due_on)]).filter((d): d is string => Boolean(d))
  const sorted = [...days, today].sort()
  const shift = (on: string, n: number) => new Date(Date.parse(on) + n * 864e5).toISOString().slice(0, 10)
  return [shift(sorted[0] ?? today, -4), shift(sorted[sorted.length - 1] ?? today, 6)]
}

/** The parts of a bar: from when to when, and what each says. */
export function parts(bar: Bar, today: string): { kind: 'work' | 'moved' | 'late'; from: string; to: string }[] {
  const from = bar.began_on ?? bar.original_due_on ?? bar.due_on
  const first = bar.original_due_on && bar.original_due_on < bar.due_on ? bar.original_due_on : bar.due_on
  const end = bar.closed_on ?? bar.due_on
  const found: { kind: 'work' | 'moved' | 'late'; from: string; to: string }[] = []
  const work = end < first ? end : first
  if (from <= work) found.push({ kind: 'work', from, to: work })
  if (first < bar.due_on && first < end) found.push({ kind: 'moved', from: first, to: end < bar.due_on ? end : bar.due_on })
  const over = bar.closed_on ?? today
  if (over > bar.due_on) found.push({ kind: 'late', from: bar.due_on, to: over })
  return found
}

/** A tick of the axis: the day, and the year where one begins. */
function tick(ms: number): string {
  const on = new Date(ms + 8 * 36e5)
  return on.getUTCMonth() === 0 && on.getUTCDate() === 1 ? `${on.getUTCFullYear()}年1月` : `${on.getUTCMonth() + 1}月${on.getUTCDate()}日`
}

const at = (on: string) => Date.parse(on)

export function gantt(bars: Bar[], today: string, { ink, size }: Look, names: number, room: number): Option {
  const own = fills[size > 20 ? 'dark' : 'light']
  const of = (mark: Mark) => colourOf(mark, size > 20 ? 'wall' : 'paper', own[mark])
  const big = size / 13
  const [from, to] = span(bars, today)
  const mark = size > 20 ? { on: '#fff', off: '#0f1a26' } : { on: '#18212b', off: '#fff' }
  const render: CustomSeriesRenderItem = (_, api) => {
    const i = Number(api.value(0))
    const bar = bars[i]
    if (!bar) return undefined
    const x = (on: string) => api.coord([at(on), i])[0] ?? 0
    const y = api.coord([at(from), i])[1] ?? 0
    const tall = 15 * big
    const children: object[] = parts(bar, today).map(({ kind, from, to }) => ({
      type: 'rect',
      shape: { x: x(from), y: y - tall / 2 + (kind === 'late' ? tall / 3 : 0), width: Math.max(2, x(to) - x(from)), height: kind === 'late' ? tall / 3 : tall, r: kind === 'work' ? 2 * big : 0 },
      style: kind === 'moved'
        ? { fill: 'none', stroke: of(markOf(bar)), lineWidth: 1.5 * big, lineDash: [4 * big, 3 * big] }
        : { fill: kind === 'late' ? of('red') : of(markOf(bar)) },
    }))
    children.push({ type: 'line', shape: { x1: x(bar.due_on), x2: x(bar.due_on), y1: y - tall * 0.75, y2: y + tall * 0.75 }, style: { stroke: ink.text, lineWidth: 1.2 * big } })
    if (bar.original_due_on && bar.original_due_on !== bar.due_on)
      children.push({ type: 'line', shape: { x1: x(bar.original_due_on), x2: x(bar.original_due_on), y1: y - tall, y2: y + tall }, style: { stroke: ink.text, lineWidth: 1.5 * big, lineDash: [2 * big, 2 * big] } })
    for (const stone of bar.milestones) {
      const [cx, half] = [x(stone.due_on), 5.5 * big]
      const isLate = !stone.done_on && stone.due_on < today
      children.push({
        type: 'polygon',
        shape: { points: [[cx, y - half], [cx + half, y], [cx, y + half], [cx - half, y]] },
        style: { fill: stone.done_on ? mark.on : mark.off, stroke: isLate ? of('red') : stone.done_on ? mark.off : mark.on, lineWidth: (isLate ? 2.4 : 1.4) * big },
      })
    }
    if (bar.closed_on) {
      const cx = x(bar.closed_on)
      children.push({ type: 'polyline', shape: { points: [[cx - 4 * big, y], [cx - big, y + 4 * big], [cx + 5 * big, y - 5 * big]] }, style: { fill: 'none', stroke: ink.text, lineWidth: 2 * big } })
    }
    return { type: 'group', children } as ReturnType<CustomSeriesRenderItem>
  }
  return {
    grid: { left: names + 8, right: 20 * big, top: 34 * big, bottom: 26 * big },
    xAxis: {
      type: 'time',
      position: 'top',
      min: from,
      max: to,
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: ink.grid } },
      splitNumber: Math.max(2, Math.floor(room / (90 * big))),
      axisLabel: { color: ink.muted, fontSize: size === 13 ? 12 : size, hideOverlap: true, formatter: tick },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((b) => `${b.number} ${b.title ?? '敏感事项'}`),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: ink.text, fontSize: size, width: names, overflow: 'truncate', margin: 8, interval: 0, align: 'left', padding: [0, 0, 0, -names] },
    },
    series: [
      { type: 'custom', renderItem: render, encode: { x: [1, 2], y: 0 }, data: bars.map((b, i) => [i, at(from), at(b.due_on)]) },
      {
        type: 'line',
        data: [],
        markLine: {
          symbol: 'none',
          silent: true,
          lineStyle: { color: ink.accent, type: 'solid', width: 1.5 * big },
          label: { formatter: `今日 ${day(today)}`, color: ink.accent, position: 'end', fontSize: size === 13 ? 12 : size, distance: 2 },
          data: [{ xAxis: today }],
        },
      },
    ],
  }
}
