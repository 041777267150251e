// Sending an act of a check on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, client, get, post } from '../api/client'
import { useSend } from '../ui/form'
import type { Check } from './words'

export const fetchCheck = (id: string) => get(client.GET('/api/v1/checks/{id}', { params: { path: { id } } }))

/** Sends; where `holds` says that what somebody else did in between has nothing to do with it, it is sent again on what is there now. */
export function useCheckAct(check: Check, path: string, body: () => unknown, { done, missing, holds }: {
  done?: () => void
  missing?: () => string[]
  holds?: (now: Check) => boolean
} = {}) {
  const queries = useQueryClient()
  return useSend(async () => {
    const send = (version: number) => post<Check>(`/checks/${check.id}/${path}`, body(), version)
    const after = await send(check.version).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || error.problem.code !== 'stale') throw error
      const now = await fetchCheck(check.id)
      queries.setQueryData(['check', check.id], now)
      if (holds?.(now)) return send(now.version)
      throw error
    })
    queries.setQueryData(['check', check.id], after)
    void queries.invalidateQueries({ queryKey: ['checks'] })
    done?.()
  }, missing)
}
