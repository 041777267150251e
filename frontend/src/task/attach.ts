// Files that go up as evidence at once: refused here when they could not be taken, and by the server again.
import { ApiError, type Schemas, upload } from '../api/client'
import { size, today } from '../ui/words'

/** What the store takes in. */
export const accepted = '.pdf,.jpg,.jpeg,.png,.docx,.xlsx,.txt'
const largest = 50 * 1024 * 1024

/** Why a file could not be taken; none when it may be sent. */
export function unfit(file: File): string | null {
  const kind = /\.[^.]+$/.exec(file.name.toLowerCase())?.[0] ?? ''
  if (!accepted.split(',').includes(kind)) return `“${file.name}”不是可传的类型，可传 PDF、图片、Word、Excel、文本`
  if (file.size > largest) return `“${file.name}”有 ${size(file.size)}，超过 50 MB，请压缩或分开后再传`
  return file.size === 0 ? `“${file.name}”是空文件` : null
}

/** A pasted picture has no name of its own. */
export const named = (file: File) => (file.name === '' || file.name === 'image.png' ? new File([file], `截图${today()}-${Date.now() % 100000}.png`, { type: file.type }) : file)

/** Sends one as the evidence of a statement; one that is there already is that one. */
export async function attach(task: string, file: File): Promise<{ id: string; name: string }> {
  try {
    const view = await upload<Schemas['TaskView']>(`/tasks/${task}/evidence`, { filename: file.name, purpose: 'statement', occurred_on: today() }, file)
    const newest = [...view.evidence].sort((x, y) => x.received_at.localeCompare(y.received_at)).pop()
    return { id: newest?.id ?? '', name: newest?.filename ?? file.name }
  } catch (error) {
    const there = error instanceof ApiError ? error.problem.errors?.find((e) => e.code === 'evidence-there') : undefined
    const known = (there?.params as { evidence?: string } | undefined)?.evidence
    if (known) return { id: known, name: file.name }
    throw error
  }
}
