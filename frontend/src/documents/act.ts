// Sending an act of a document on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { useSend } from '../ui/form'

export type Document = Schemas['DocumentView']
export type DocumentLine = Schemas['DocumentLineView']

export const fetchDocument = (id: string) => get(client.GET('/api/v1/documents/{id}', { params: { path: { id } } }))

/** Takes over what a document is after an act, and lets what counts it ask again. */
export function useTaken() {
  const queries = useQueryClient()
  return (after: Document) => {
    queries.setQueryData(['document', after.id], after)
    for (const key of ['documents', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
  }
}

export function useDocumentAct(document: Document, act: string, body: () => unknown, done?: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  const taken = useTaken()
  return useSend(async () => {
    const after = await post<Document>(`/documents/${document.id}/${act}`, await body(), document.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['document', document.id], await fetchDocument(document.id))
      throw error
    })
    taken(after)
    done?.()
  }, missing)
}
