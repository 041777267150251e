// Points are whole hundredths: written and read without any rounding.

/** So many hundredths of a point as people read them, such as 2.5. */
export function said(points: number): string {
  const [whole, rest] = [Math.floor(Math.abs(points) / 100), Math.abs(points) % 100]
  const text = rest === 0 ? `${whole}` : `${whole}.${`${rest}`.padStart(2, '0').replace(/0$/, '')}`
  return points < 0 ? `−${text}` : text
}

/** The same with its sign. */
export const signed = (points: number) => (points > 0 ? `+${said(points)}` : said(points))

/** What somebody typed, in hundredths; nothing where it is no number with at most two places. */
export function typed(text: string): number | undefined {
  const found = /^([+-]?)(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim().replace('−', '-'))
  if (!found) return undefined
  const amount = Number(found[2]) * 100 + Number((found[3] ?? '').padEnd(2, '0'))
  return found[1] === '-' ? -amount : amount
}
