// A table pasted onto the week's list: by task number, or a column of words from one row down.
import { cells, narrow } from '../ui/table'
import { type Field, type Texts, labels } from './values'

type Row = { task_id: string; number: string }
export type Read = { rows: { task: string; to: Partial<Texts> }[]; faults: string[] }

/** What people call the fields. */
const names: [RegExp, Field][] = [
  [/^(本周)?(无进展|未推进)/, 'no_progress_reason'],
  [/^(本周|整改)?(工作)?(进展|进度|写实|完成)(情况)?$/, 'progress'],
  [/困难/, 'difficulties'],
  [/(协调|求助|帮助|支持)/, 'help_wanted'],
  [/^(下一?(周|步)|后续)/, 'next_step'],
]
const isNumber = /^(任务)?(编号|序号|任务号)$/
/** The order in which unnamed columns are taken. */
const usual: Field[] = ['progress', 'difficulties', 'help_wanted', 'next_step']

const fieldOf = (heading: string): Field | undefined => {
  const plain = narrow(heading)
  return (Object.keys(labels) as Field[]).find((f) => labels[f] === plain) ?? names.find(([known]) => known.test(plain))?.[1]
}

/** A column that only counts the rows. */
const isSerial = (body: string[][], column: number) => body.every((row) => /^\d{0,3}$/.test(narrow(row[column] ?? '')))

/** What a pasted table says of which task; `from` is the row a bare column begins at. */
export function read(text: string, lines: Row[], from: string | null): Read {
  const table = cells(text)
  const byNumber = new Map(lines.map((l) => [narrow(l.number).toUpperCase(), l.task_id]))
  const taskOf = (cell: string | undefined) => byNumber.get(narrow(cell ?? '').toUpperCase())
  const width = Math.max(0, ...table.map((row) => row.length))
  const head = (table[0] ?? []).map((cell) => (isNumber.test(narrow(cell)) ? ('number' as const) : fieldOf(cell)))
  const isHeaded = head.some(Boolean) && !(table[0] ?? []).some((cell) => taskOf(cell))
  const body = isHeaded ? table.slice(1) : table
  const known = (column: number) => body.filter((row) => taskOf(row[column])).length
  const columns = Array.from({ length: width }, (_, i) => i)
  const key = isHeaded && head.includes('number') ? head.indexOf('number') : columns.find((c) => known(c) > 0 && known(c) >= body.length / 2)
  const fields = new Map<number, Field>()
  if (isHeaded) head.forEach((name, i) => name && name !== 'number' && i !== key && fields.set(i, name))
  else columns.filter((c) => c !== key && !isSerial(body, c)).slice(0, usual.length).forEach((c, i) => fields.set(c, usual[i] ?? 'progress'))
  if (fields.size === 0) return { rows: [], faults: ['表里没有读到要填的内容：第一列放任务编号，第二列放本周进展，或带上表头再复制'] }
  return key === undefined ? below(body, fields, lines, from) : numbered(body, fields, key, taskOf)
}

function numbered(body: string[][], fields: Map<number, Field>, key: number, taskOf: (cell?: string) => string | undefined): Read {
  const found: Read = { rows: [], faults: [] }
  for (const row of body) {
    const number = row[key] ?? ''
    const to = filled(row, fields)
    const task = taskOf(number)
    if (!task) {
      if (number !== '' || Object.keys(to).length > 0) found.faults.push(number === '' ? `有一行没有任务编号：${Object.values(to)[0]?.slice(0, 20) ?? ''}` : `本周没有编号为“${number}”的任务`)
    } else if (found.rows.some((r) => r.task === task)) found.faults.push(`任务 ${number} 出现两次，后一行没有采用`)
    else if (Object.keys(to).length > 0) found.rows.push({ task, to })
  }
  return found
}

/** Without numbers the words go to the rows in their order, from the one that is being written. */
function below(body: string[][], fields: Map<number, Field>, lines: Row[], from: string | null): Read {
  const start = Math.max(0, lines.findIndex((l) => l.task_id === from))
  const rows = body.flatMap((row, i) => {
    const line = lines[start + i]
    const to = filled(row, fields)
    return line && Object.keys(to).length > 0 ? [{ task: line.task_id, to }] : []
  })
  const over = start + body.length - lines.length
  return { rows, faults: over > 0 ? [`多出 ${over} 行，后面没有对应的任务`] : [] }
}

/** An empty cell leaves its field as it is. */
function filled(row: string[], fields: Map<number, Field>): Partial<Texts> {
  const to: Partial<Texts> = {}
  for (const [column, field] of fields) if ((row[column] ?? '') !== '') to[field] = row[column]
  return to
}
