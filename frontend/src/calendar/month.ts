// Months and their weeks, as days written 2026-03-02.

const iso = (at: number) => new Date(at).toISOString().slice(0, 10)
const DAY = 864e5

/** A month written 2026-03; this one where it is none. */
export const monthOf = (text: string | undefined, today: string) => (text && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : today.slice(0, 7))

/** Another month, so many away. */
export function away(month: string, n: number): string {
  const [y, m] = month.split('-').map(Number)
  return iso(Date.UTC(y ?? 0, (m ?? 1) - 1 + n, 1)).slice(0, 7)
}

/** The first and the last day of a month. */
export function ends(month: string): { first: string; last: string } {
  const [y, m] = month.split('-').map(Number)
  return { first: `${month}-01`, last: iso(Date.UTC(y ?? 0, m ?? 1, 0)) }
}

/** The weeks a month touches, Monday first, from its first Monday's to its last Sunday. */
export function span(month: string): { from: string; to: string } {
  const { first, last } = ends(month)
  const weekday = (on: string) => (new Date(Date.parse(on)).getUTCDay() + 6) % 7
  return { from: iso(Date.parse(first) - weekday(first) * DAY), to: iso(Date.parse(last) + (6 - weekday(last)) * DAY) }
}

/** 2026年3月 */
export function said(month: string): string {
  const [y, m] = month.split('-').map(Number)
  return `${y}年${m}月`
}

/** Days seven by seven. */
export function weeks<T>(days: T[]): T[][] {
  return Array.from({ length: Math.ceil(days.length / 7) }, (_, i) => days.slice(i * 7, i * 7 + 7))
}
