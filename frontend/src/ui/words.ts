// Dates and times as they are said; days are days in Asia/Shanghai.
const zone = 'Asia/Shanghai'

/** 9月18日; with the year when it is another one. */
export function day(on?: string | null): string {
  if (!on) return '—'
  const [y, m, d] = on.split('-').map(Number)
  return y === new Date().getFullYear() ? `${m}月${d}日` : `${y}年${m}月${d}日`
}

/** 9月18日 17:00 */
export function moment(at?: string | null): string {
  if (!at) return '—'
  const parts = new Intl.DateTimeFormat('zh-CN', {
    timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false,
  }).formatToParts(new Date(at))
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  const year = Number(part('year')) === new Date().getFullYear() ? '' : `${part('year')}年`
  return `${year}${part('month')}月${part('day')}日 ${part('hour')}:${part('minute')}`
}

/** Today as 2026-09-18. */
export function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date())
}

/** 还有 5 个工作日, 今日到期, 已逾期 2 个工作日. */
export function left(days?: number | null): string {
  if (days === null || days === undefined) return ''
  if (days < 0) return `已逾期 ${-days} 个工作日`
  return days === 0 ? '今日到期' : `还有 ${days} 个工作日`
}

/** 第38周 of 2026-W38. */
export function week(text: string): string {
  return `第${Number(text.split('-W')[1])}周`
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
