// The week's workbook: fetched with its codes locked, brought back filled, shown as a difference.
import type { Schemas } from '../api/client'
import { FillBook } from '../ui/fillbook'
import { said } from '../ui/words'
import type { Difference } from './difference'
import type { Rows } from './row'
import { type Texts, changes } from './values'

type Preview = Schemas['WeekWorkbookPreview']

/** What the workbook changes, set against what the rows say now: a draft that is typed stays where the workbook was left alone. */
function differenceOf(preview: Preview, sheet: Schemas['WeekSheet'], rows: Rows, name: string): Difference {
  const found = preview.rows.flatMap((row) => {
    const now = rows.get(row.task_id)?.texts()
    const to: Partial<Texts> = Object.fromEntries(row.changes.map((c) => [c.field, c.after ?? '']))
    const title = sheet.lines.find((l) => l.task_id === row.task_id)?.title ?? ''
    const changed = now ? changes(now, to) : []
    return changed.length > 0 ? [{ task: row.task_id, number: row.number, title, isStale: row.is_stale, changes: changed }] : []
  })
  return { title: `核对“${name}”`, rows: found, faults: preview.faults.map((f) => `${f.cell}：${said(f.text)}`) }
}

export function WorkbookButtons({ round, sheet, rows, onDifference }: {
  round: string
  sheet: Schemas['WeekSheet']
  rows: Rows
  onDifference: (found: Difference) => void
}) {
  return (
    <FillBook<Preview>
      path={`/rounds/${round}/statements/workbook`}
      query={{ unit: sheet.unit_id, week: sheet.week }}
      fetch="下载填报表"
      bring="传回填好的表"
      onPreview={(preview, name) => onDifference(differenceOf(preview, sheet, rows, name))}
    />
  )
}
