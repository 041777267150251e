// What a row of the week's list holds: the fields a person fills in, their labels, and what they say together.
import type { Schemas } from '../api/client'
import type { Attached } from '../task/attach'

export type Line = Schemas['WeekLine']
export type Written = Schemas['WrittenView']

/** In the order of the workbook's columns. */
export const fields = ['progress', 'no_progress_reason', 'difficulties', 'help_wanted', 'next_step'] as const
export type Field = (typeof fields)[number]
export type Texts = Record<Field, string>
/** What was typed, and the revision it was typed on; none where nothing was. */
export type Draft = Texts & { files: Attached[]; on: number | null }

export const labels: Record<Field, string> = {
  progress: '本周进展',
  no_progress_reason: '本周无进展的原因',
  difficulties: '困难',
  help_wanted: '请领导组协调',
  next_step: '下周打算',
}

/** What a revision says; of none, nothing. */
export function texts(of?: Partial<Record<Field, string | null>> | null): Texts {
  const made = {} as Texts
  for (const field of fields) made[field] = of?.[field] ?? ''
  return made
}

export const same = (a: Texts, b: Texts) => fields.every((field) => a[field].trim() === b[field].trim())
export const isFilled = (t: Texts) => t.progress.trim() !== '' || t.no_progress_reason.trim() !== ''
/** The fields as the server takes them: what is empty is not there. */
export function asInput(t: Texts): Record<Field, string | null> {
  const made = {} as Record<Field, string | null>
  for (const field of fields) made[field] = t[field].trim() === '' ? null : t[field]
  return made
}

/** The first thing it says, for a line. */
export const inShort = (t: Texts) => t.progress.trim() || (t.no_progress_reason.trim() ? `本周无进展：${t.no_progress_reason.trim()}` : '')

/** Words that replace others, task by task, before they are taken over. */
export type Change = { field: Field; before: string; after: string }
export type Changed = { task: string; number: string; title: string; isStale: boolean; changes: Change[] }

/** What would become of a row's words; fields that say the same are no change. */
export function changes(now: Texts, to: Partial<Texts>): Change[] {
  return fields.flatMap((field) => {
    const after = to[field]
    return after === undefined || after.trim() === now[field].trim() ? [] : [{ field, before: now[field], after }]
  })
}
