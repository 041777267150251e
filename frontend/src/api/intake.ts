// What the server takes in, so that a file it would turn away is not sent at all; it looks again itself. A test of the server holds the figures.
import { words } from '../labels.gen'

const MB = 1024 * 1024
export const intakes = {
  evidence: { most: 50 * MB, endings: ['.pdf', '.jpg', '.jpeg', '.png', '.docx', '.xlsx', '.txt'], refusal: 'file-type-refused' },
  scan: { most: 50 * MB, endings: ['.pdf', '.jpg', '.jpeg', '.png'], refusal: 'file-type-refused' },
  // What is no xlsx but looks like a table goes to the server, which says what to do about it.
  workbook: { most: 20 * MB, endings: ['.xlsx', '.xlsm', '.xls', '.csv', '.et'], refusal: 'file-not-xlsx' },
} as const

export type Intake = keyof typeof intakes

/** Why a file would be turned away, as the server's code and words. */
export function turnedAway(file: { name: string; size: number }, intake: Intake): { code: keyof typeof words; text: string } | null {
  const { most, endings, refusal } = intakes[intake]
  const name = file.name.toLowerCase()
  const why = (code: keyof typeof words) => ({ code, text: `${file.name}：${words[code]}${code === 'file-too-large' ? `，最多 ${most / MB} MB` : ''}` })
  if (!endings.some((ending) => name.endsWith(ending))) return why(refusal)
  if (file.size > most) return why('file-too-large')
  return file.size === 0 ? why('file-empty') : null
}
