// A day as somebody types it, and where one goes from it by keys.
import { dayOf } from './table'

/** Which year is meant where none is written: the next such day, the last one, or the nearest. */
export type Lies = 'ahead' | 'behind' | 'near'

const DAY = 864e5

/** 2026-5-1, 2026.5.1, 2026年5月1日, 20260501, 5月1日, 5/1, 今日 as 2026-05-01; empty where it is no day. */
export function typedDay(text: string, today: string, lies: Lies = 'near'): string {
  const word = { 今天: 0, 今日: 0, 明天: 1, 明日: 1, 后天: 2, 昨天: -1, 昨日: -1 }[text.trim()]
  if (word !== undefined) return later(today, word)
  const next = dayOf(text, today)
  // With its year it is the same whenever it is asked from.
  const isWhole = next !== '' && dayOf(text, '9999-12-31') === next
  if (isWhole || lies === 'ahead') return next
  const year = Number(today.slice(0, 4))
  const found = [-1, 0, 1].map((n) => dayOf(text, `${year + n}-01-01`)).filter((on, i) => on.startsWith(String(year + i - 1)))
  if (lies === 'behind') return found.filter((on) => on <= today).pop() ?? ''
  const away = (on: string) => Math.abs(Date.parse(on) - Date.parse(today))
  return found.sort((a, b) => away(a) - away(b))[0] ?? ''
}

/** So many days later. */
export const later = (on: string, n: number) => new Date(Date.parse(on) + n * DAY).toISOString().slice(0, 10)

/** The same day of another month, or its last. */
export function monthsLater(on: string, n: number): string {
  const [y, m, d] = on.split('-').map(Number)
  const last = new Date(Date.UTC(y ?? 0, (m ?? 1) + n, 0))
  return last.toISOString().slice(0, 8) + String(Math.min(d ?? 1, last.getUTCDate())).padStart(2, '0')
}

/** The day a key leads to from another in a month of weeks; none where it leads nowhere. */
export function keyed(on: string, key: string): string | undefined {
  const weekday = (new Date(Date.parse(on)).getUTCDay() + 6) % 7
  if (key === 'PageUp' || key === 'PageDown') return monthsLater(on, key === 'PageUp' ? -1 : 1)
  const n = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -weekday, End: 6 - weekday }[key]
  return n === undefined ? undefined : later(on, n)
}
