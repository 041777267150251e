// What a request says otherwise than the one of its kind that came back before it.
import type { Schemas } from '../api/client'
import { day } from '../ui/words'

type Request = Schemas['RequestView']
export type Content = { title?: string; objective?: string; criteria?: { text: string }[]; milestones?: { title: string; proof?: string | null; due_on?: string | null }[] }
export type Difference = { label: string; before: string[]; after: string[] }

const lines = (request: Request): [string, string[]][] => {
  const content = (request.content ?? {}) as Content
  const one = (text?: string | null) => (text ? [text] : [])
  return [
    ['整改目标', one(content.objective)],
    [request.kind === 'closure' ? '整改成效' : '说明', one(request.statement)],
    ['完成日期', one(request.occurred_on && day(request.occurred_on))],
    ['拟延至', one(request.new_due_on && day(request.new_due_on))],
    ['完成标准', (content.criteria ?? []).map((c) => c.text)],
    ['节点', (content.milestones ?? []).map((m) => `${m.due_on ? `${day(m.due_on)} ` : ''}${m.title}${m.proof ? `（佐证：${m.proof}）` : ''}`)],
  ]
}

/** The returned request before this one, if there is one: requests come newest first. */
export function returnedBefore(requests: Request[], now: Request): Request | undefined {
  const at = requests.findIndex((r) => r.id === now.id)
  return at < 0 ? undefined : requests.slice(at + 1).find((r) => r.kind === now.kind && r.is_returned)
}

/** Part by part what is gone and what is new; a line that stayed is in neither. */
export function differences(before: Request, now: Request): Difference[] {
  const was = lines(before)
  return lines(now).flatMap(([label, after], i) => {
    const old = was[i]?.[1] ?? []
    const gone = old.filter((text) => !after.includes(text))
    const fresh = after.filter((text) => !old.includes(text))
    return gone.length + fresh.length > 0 ? [{ label, before: gone, after: fresh }] : []
  })
}
