// Sending an act of a publication on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { useSend } from '../ui/form'

export type Publication = Schemas['PublicationView']
export type PublicationLine = Schemas['PublicationLineView']
export type Item = Schemas['PublicationItemView']

export const fetchPublication = (id: string) => get(client.GET('/api/v1/publications/{id}', { params: { path: { id } } }))

/** Whether an act is open to the caller now. */
export const may = (of: Pick<PublicationLine, 'open_actions'>, action: string) => of.open_actions.some((a) => a.action === action)

export function usePublicationAct(of: Publication, path: string, body: () => unknown, done?: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    const after = await post<Publication>(`/publications/${of.id}/${path}`, await body(), of.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['publication', of.id], await fetchPublication(of.id))
      throw error
    })
    queries.setQueryData(['publication', of.id], after)
    for (const key of ['publications', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    done?.()
  }, missing)
}

/** What moves a publication on, most pressing first. */
const order = ['sign_publication', 'confirm_publication_signature', 'publish_publication', 'submit_publication']
export const nextOf = (of: PublicationLine) => of.open_actions.filter((a) => order.includes(a.action)).sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action))
/** What changes it, puts it back or enters it for another, and is offered quietly. */
const quiet = ['record_publication_signature', 'object_to_publication_signature', 'recall_publication', 'rework_publication', 'correct_publication', 'withdraw_publication']
export const quietOf = (of: PublicationLine) => quiet.flatMap((action) => of.open_actions.filter((a) => a.action === action))

/** The stages of a publication with where it stands. */
const places: Record<string, number> = { draft: 0, signing: 1, approved: 2, published: 3, ended: 5, replaced: 5, withdrawn: -1 }
export function stages(of: PublicationLine) {
  const at = places[of.state] ?? -1
  return ['拟稿', '审签', '发布', '公示', '存档'].map((label, i) => ({ label, status: i < at ? 'done' : i === at ? 'current' : 'ahead' }))
}
