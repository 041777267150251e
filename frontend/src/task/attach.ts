// Files that go up as evidence at once: refused here when they could not be taken, and by the server again.
import { ApiError, type Schemas, upload } from '../api/client'
import { intakes, turnedAway } from '../api/intake'
import { today } from '../ui/words'

/** What the store takes in. */
export const accepted = intakes.evidence.endings.join(',')

/** Why a file could not be taken; none when it may be sent. */
export const unfit = (file: File): string | null => turnedAway(file, 'evidence')?.text ?? null

/** A pasted picture has no name of its own. */
export const named = (file: File) => (file.name === '' || file.name === 'image.png' ? new File([file], `截图${today()}-${Date.now() % 100000}.png`, { type: file.type }) : file)

/** Sends one as the evidence of a statement; one that is there already is that one. */
export async function attach(task: string, file: File): Promise<{ id: string; name: string }> {
  try {
    const view = await upload<Schemas['TaskView']>(`/tasks/${task}/evidence`, { filename: file.name, purpose: 'statement', occurred_on: today() }, file, 'evidence')
    const newest = [...view.evidence].sort((x, y) => x.received_at.localeCompare(y.received_at)).pop()
    return { id: newest?.id ?? '', name: newest?.filename ?? file.name }
  } catch (error) {
    const there = error instanceof ApiError ? error.problem.errors?.find((e) => e.code === 'evidence-there') : undefined
    const known = (there?.params as { evidence?: string } | undefined)?.evidence
    if (known) return { id: known, name: file.name }
    throw error
  }
}
