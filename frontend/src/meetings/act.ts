// Sending an act of a meeting on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { useSend } from '../ui/form'

export type Meeting = Schemas['MeetingView']
export type Item = Schemas['AgendaItemView']

export const fetchMeeting = (id: string) => get(client.GET('/api/v1/meetings/{id}', { params: { path: { id } } }))

/** Whether an act is open to the reader. */
export const may = (meeting: { open_actions: Schemas['MeetingActionView'][] }, action: string) => meeting.open_actions.some((a) => a.action === action)

export function useMeetingAct(meeting: Meeting, path: string, body: () => unknown, { done, missing }: { done?: () => void; missing?: () => string[] } = {}) {
  const queries = useQueryClient()
  return useSend(async () => {
    const after = await post<Meeting>(`/meetings/${meeting.id}/${path}`, body(), meeting.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['meeting', meeting.id], await fetchMeeting(meeting.id))
      throw error
    })
    queries.setQueryData(['meeting', meeting.id], after)
    for (const key of ['meetings', 'todo', 'calendar']) void queries.invalidateQueries({ queryKey: [key] })
    done?.()
  }, missing)
}
