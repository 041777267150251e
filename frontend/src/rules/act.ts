// Sending an act of a rule on the version that is shown; when somebody was faster, what holds now is fetched.
import { useQueryClient } from '@tanstack/react-query'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { useSend } from '../ui/form'

export type Rule = Schemas['RuleView']
export type RuleCheck = Schemas['RuleCheckView']

/** What is looked at anew once a rule has moved. */
const moved = ['rules', 'rule-form', 'todo', 'task', 'notices', 'documents', 'document']

export const fetchRule = (id: string) => get(client.GET('/api/v1/rules/{id}', { params: { path: { id } } }))

export function useRuleAct(rule: Rule, path: string, body: () => unknown, done?: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    const after = await post<Rule>(`/rules/${rule.id}/${path}`, await body(), rule.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['rule', rule.id], await fetchRule(rule.id))
      throw error
    })
    queries.setQueryData(['rule', rule.id], after)
    for (const key of moved) void queries.invalidateQueries({ queryKey: [key] })
    done?.()
  }, missing)
}
