// A table as a spreadsheet puts it on the clipboard: rows by lines, cells by tabs, a cell with either in quotes.

/** What was pasted, and whether it came out of a table: a column of a sheet looks like lines of text otherwise. */
export type Pasted = { text: string; isTable: boolean }

export function pasted(data: DataTransfer | null): Pasted {
  const text = data?.getData('text/plain') ?? ''
  return { text, isTable: text.includes('\t') || /<table[\s>]/i.test(data?.getData('text/html') ?? '') }
}

/** The cells of a pasted table, blank ones among them; a spreadsheet ends its last line like every other. */
export function table(given: string): string[][] {
  const text = given.replace(/\r?\n$/, '')
  const rows: string[][] = [[]]
  let cell = ''
  let at = 0
  const endCell = () => {
    rows[rows.length - 1]?.push(cell.trim())
    cell = ''
  }
  while (at < text.length) {
    const c = text[at] ?? ''
    if (c === '"' && cell === '') {
      const end = closing(text, at)
      if (end > 0) {
        cell = text.slice(at + 1, end).replace(/""/g, '"').replace(/\r\n?/g, '\n')
        at = end + 1
        continue
      }
    }
    if (c === '\t') endCell()
    else if (c === '\n' || c === '\r') {
      endCell()
      rows.push([])
      if (c === '\r' && text[at + 1] === '\n') at += 1
    } else cell += c
    at += 1
  }
  endCell()
  return rows
}

/** The same without blank lines at its end. */
export function cells(text: string): string[][] {
  const rows = table(text)
  while (rows.length > 0 && (rows[rows.length - 1] ?? []).every((x) => x === '')) rows.pop()
  return rows
}

/** Where a quoted cell ends: a quote before a tab, a line's end or the text's end; -1 where the quote is only written. */
function closing(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue
    if (text[at + 1] === '"') at += 1
    else return /^(\t|\r|\n|$)/.test(text.slice(at + 1, at + 2)) ? at : -1
  }
  return -1
}

/** Full-width letters, digits and spaces as their plain forms: for comparing numbers and headings. */
export function narrow(text: string): string {
  return text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u3000\u00a0]+/g, '')
}

const pad = (n: number) => String(n).padStart(2, '0')

/** A day as people write it, as 2026-09-18; without a year it is the first one not before `from`. Empty where it is no day. */
export function dayOf(text: string, from: string): string {
  const plain = narrow(text).replace(/[（(].*$/, '')
  const whole = /^(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?前?$/.exec(plain) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(plain)
  const short = /^(\d{1,2})(?:月|[-/.])(\d{1,2})日?前?$/.exec(plain)
  const valid = (y: number, m: number, d: number) => {
    const on = new Date(Date.UTC(y, m - 1, d))
    return on.getUTCMonth() === m - 1 && on.getUTCDate() === d ? `${y}-${pad(m)}-${pad(d)}` : ''
  }
  if (whole) return valid(Number(whole[1]), Number(whole[2]), Number(whole[3]))
  if (!short) return ''
  const year = Number(from.slice(0, 4))
  const near = valid(year, Number(short[1]), Number(short[2]))
  return near !== '' && near < from ? valid(year + 1, Number(short[1]), Number(short[2])) : near
}
