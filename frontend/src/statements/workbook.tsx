// The week's workbook: fetched with its codes locked, brought back filled, shown as a difference.
import { useRef } from 'react'
import { type Schemas, save, upload } from '../api/client'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
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
  const input = useRef<HTMLInputElement>(null)
  const chosen = useRef<File | null>(null)
  const path = `/rounds/${round}/statements/workbook`
  const query = { unit: sheet.unit_id, week: sheet.week }
  const fetching = useSend(() => save(`${path}?${new URLSearchParams(query)}`))
  const bringing = useSend(async () => {
    const file = chosen.current
    if (!file) return
    const preview = await upload<Preview>(`${path}/previews`, query, file, 'workbook')
    onDifference(differenceOf(preview, sheet, rows, file.name))
  })
  return (
    <>
      <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>{fetching.busy ? '正在生成…' : '下载填报表'}</button>
      <button type="button" disabled={bringing.busy} onClick={() => input.current?.click()}>{bringing.busy ? '正在读取…' : '传回填好的表'}</button>
      <input ref={input} type="file" accept=".xlsx" className="hidden" tabIndex={-1} aria-label="填好的表" onChange={(e) => { chosen.current = e.target.files?.[0] ?? null; e.target.value = ''; void bringing.submit() }} />
      <Refused error={fetching.error ?? bringing.error} />
    </>
  )
}
