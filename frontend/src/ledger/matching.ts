// Chooses what a filter finds, read or not: page by page behind the rows in sight, told as it goes, and to be stopped.
import { useEffect, useRef, useState } from 'react'
import { client, get } from '../api/client'
import type { Chosen } from './chosen'
import type { Item } from './rows'
import { type Filter, asked } from './search'

/** So many are chosen at once; more are a reason to narrow the filter. */
export const mostChosen = 2000
/** So many a request brings. */
const atOnce = 200

export function useMatching(round: string, filter: Filter, sort: string | undefined, chosen: Chosen) {
  const [found, setFound] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  const running = useRef<object | null>(null)
  const stop = () => {
    running.current = null
    setFound(null)
  }
  // Another filter finds others.
  useEffect(() => stop, [round, filter, sort])
  const choose = async () => {
    const own = {}
    running.current = own
    setError(null)
    setFound(0)
    const items: Item[] = []
    try {
      for (let after: string | undefined; ; ) {
        const page = await get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: round }, query: { ...asked(filter), sort, after, limit: atOnce } } }))
        if (running.current !== own) return
        items.push(...page.items)
        setFound(Math.min(items.length, mostChosen))
        if (!page.next || items.length >= mostChosen) break
        after = page.next
      }
      chosen.put(items.slice(0, mostChosen), true)
    } catch (problem) {
      if (running.current === own) setError(problem)
    }
    if (running.current === own) stop()
  }
  return { found, error, choose, stop }
}
