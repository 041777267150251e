// Dates and times as they are said; days are days in Asia/Shanghai.
const zone = 'Asia/Shanghai'

/** 9月18日; with the year when it is another one. */
export function day(on?: string | null): string {
  if (!on) return '—'
  const [y, m, d] = on.split('-').map(Number)
  return y === new Date().getFullYear() ? `${m}月${d}日` : `${y}年${m}月${d}日`
}

/** 9月18日 17:00; the midnight that ends a day is that day's 24:00. */
export function moment(at?: string | null): string {
  if (!at) return '—'
  const last = endOfDay(at)
  return last ? `${day(last)} 24:00` : clock(at)
}

/** The day that ends at this instant, if one does. */
function endOfDay(at: string): string | null {
  const isMidnight = Date.parse(at) % 60_000 === 0 && clock(at).endsWith(' 00:00')
  return isMidnight ? iso(new Date(Date.parse(at) - 1000)) : null
}

function clock(at: string): string {
  const parts = new Intl.DateTimeFormat('zh-CN', {
    timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(new Date(at))
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  const year = Number(part('year')) === new Date().getFullYear() ? '' : `${part('year')}年`
  return `${year}${part('month')}月${part('day')}日 ${part('hour')}:${part('minute')}`
}

/** The last moment something may be done: 今日 17:00, 9月18日 17:00; a midnight ends the day before it and is said as that day. */
export function until(at?: string | null): string {
  if (!at) return ''
  const last = endOfDay(at)
  const on = last ?? iso(new Date(at))
  const name = on === today() ? '今日' : day(on)
  return last ? name : `${name} ${clock(at).slice(-5)}`
}

/** 1 小时 18 分 until an instant within a day; nothing when it is further off or past. */
export function countdown(at: string, now = Date.now()): string {
  const minutes = Math.ceil((Date.parse(at) - now) / 60_000)
  if (minutes <= 0 || minutes >= 24 * 60) return ''
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes} 分` : `${hours} 小时 ${minutes % 60} 分`
}

/** The day something began: 9月18日. */
export function began(at?: string | null): string {
  return at ? day(iso(new Date(at))) : ''
}

/** 11月25日 星期三 */
export function dayAndWeekday(at: Date): string {
  return `${day(iso(at))} ${new Intl.DateTimeFormat('zh-CN', { timeZone: zone, weekday: 'long' }).format(at)}`
}

/** A text of the server with its dates and weeks as people say them. */
export function said(text: string): string {
  return text.replace(/\b(\d{4}-\d\d-\d\d)\b/g, (on: string) => day(on)).replace(/\b(\d{4}-W\d\d)\b/g, (w: string) => week(w))
}

/** An instant's day in Shanghai as 2026-09-18. */
const iso = (at: Date) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at)

/** Today as 2026-09-18. */
export function today(): string {
  return iso(new Date())
}

/** 还有 5 个工作日, 今日到期, 已逾期 2 个工作日. */
export function left(days?: number | null): string {
  if (days === null || days === undefined) return ''
  if (days < 0) return `已逾期 ${-days} 个工作日`
  return days === 0 ? '今日到期' : `还有 ${days} 个工作日`
}

/** How long something without a time limit has waited: 今日交来, 已等 3 个工作日. */
export function waited(days?: number | null): string {
  if (days === null || days === undefined) return ''
  return days <= 0 ? '今日交来' : `已等 ${days} 个工作日`
}

/** 第38周 of 2026-W38. */
export function week(text: string): string {
  return `第${Number(text.split('-W')[1])}周`
}

/** What a signer compares with his paper: the head of the hash. */
export const checkCode = (hash: string) => hash.slice(0, 8).toUpperCase()

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
