// Sending an act of a slip on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, client, get, post } from '../api/client'
import { useSend } from '../ui/form'
import type { Slip } from './words'

export const fetchSlip = (id: string) => get(client.GET('/api/v1/slips/{id}', { params: { path: { id } } }))

export function useSlipAct(slip: Slip, path: string, body: () => unknown, done?: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    const after = await post<Slip>(`/slips/${slip.id}/${path}`, await body(), slip.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['slip', slip.id], await fetchSlip(slip.id))
      throw error
    })
    queries.setQueryData(['slip', slip.id], after)
    for (const key of ['slips', 'todo', 'waiting', 'task']) void queries.invalidateQueries({ queryKey: [key] })
    done?.()
  }, missing)
}
