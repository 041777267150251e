// Files that go up as evidence at once: refused here when they could not be taken, and by the server again.
import { ApiError, type Schemas, post, upload } from '../api/client'
import { intakes, turnedAway } from '../api/intake'
import { today } from '../ui/words'

/** A file that goes with a statement; new where it was sent for it and the task had it not. */
export type Attached = { id: string; name: string; isNew?: boolean }

/** What the store takes in. */
export const accepted = intakes.evidence.endings.join(',')

/** Why a file could not be taken; none when it may be sent. */
export const unfit = (file: File): string | null => turnedAway(file, 'evidence')?.text ?? null

/** A pasted picture has no name of its own. */
export const named = (file: File) => (file.name === '' || file.name === 'image.png' ? new File([file], `截图${today()}-${Date.now() % 100000}.png`, { type: file.type }) : file)

/** Sends one as the evidence of a statement; one that is there already is that one. */
export async function attach(task: string, file: File): Promise<Attached> {
  try {
    const view = await upload<Schemas['TaskView']>(`/tasks/${task}/evidence`, { filename: file.name, purpose: 'statement', occurred_on: today() }, file, 'evidence')
    const newest = [...view.evidence].sort((x, y) => x.received_at.localeCompare(y.received_at)).pop()
    return { id: newest?.id ?? '', name: newest?.filename ?? file.name, isNew: true }
  } catch (error) {
    const there = error instanceof ApiError ? error.problem.errors?.find((e) => e.code === 'evidence-there') : undefined
    const known = (there?.params as { evidence?: string } | undefined)?.evidence
    if (known) return { id: known, name: file.name }
    throw error
  }
}

/** Why what was attached to something not handed in is taken away again. */
const withdrawn = '写实交出前撤下'

/** Takes away again what was sent for a statement that is not handed in: the task's evidence would hold it otherwise. What was there before stays; answers what could not be taken away. */
export async function withdraw(task: string, files: Attached[]): Promise<string[]> {
  const kept: string[] = []
  for (const file of files.filter((f) => f.isNew)) {
    await post(`/tasks/${task}/remove-evidence`, { evidence: file.id, reason: withdrawn }).catch(() => kept.push(file.name))
  }
  return kept
}

/** What is said of files that could not be taken away again. */
export const stillThere = (names: string[]) => `${names.join('、')} 不随本周写实交出，但还留在任务的佐证里，可在任务页撤下`
