// The list somebody came from, so that the task before and the one after are a step away.
import { useEffect, useState } from 'react'

type Entry = { id: string; number: string }
type Trail = { name: string; href: string; items: Entry[] }

const key = 'trail'
const names: Record<string, string> = { '/ledger': '整改台账', '/todo': '我的待办', '/statements': '每周写实', '/brief': '每周简报', '/plans': '认领与方案', '/signing': '签批' }

/** The tasks a piece of the page links to, each once, in its order. */
export function tasksIn(root: ParentNode): Entry[] {
  const found = new Map<string, Entry>()
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[href^="/tasks/"]')) {
    const id = /^\/tasks\/([^/?#]+)/.exec(link.getAttribute('href') ?? '')?.[1]
    if (!id) continue
    const text = link.textContent?.trim() ?? ''
    const number = /^[A-Za-z]*\d[\w-]*$/.test(text) ? text : ''
    const known = found.get(id)
    if (!known) found.set(id, { id, number })
    else if (known.number === '') known.number = number
  }
  return [...found.values()]
}

/** Keeps the list that is being left for one of its tasks. */
export function leaveFor(to: string, from: { pathname: string; href: string } | undefined) {
  if (!to.startsWith('/tasks/') || !from || from.pathname.startsWith('/tasks/')) return
  const items = tasksIn(document.querySelector('main') ?? document)
  const trail: Trail = { name: names[from.pathname] ?? '上一页', href: from.href, items }
  try {
    sessionStorage.setItem(key, JSON.stringify(trail))
  } catch {
    // A full store costs the two links and nothing else.
  }
}

/** Where a task stands in the list one came from. */
export function useTrail(id: string): { name: string; href: string; previous?: Entry; next?: Entry } | null {
  const [trail, setTrail] = useState<Trail | null>(null)
  useEffect(() => {
    try {
      setTrail(JSON.parse(sessionStorage.getItem(key) ?? 'null') as Trail | null)
    } catch {
      setTrail(null)
    }
  }, [id])
  const at = trail?.items.findIndex((x) => x.id === id) ?? -1
  return trail && at >= 0 ? { name: trail.name, href: trail.href, previous: trail.items[at - 1], next: trail.items[at + 1] } : null
}
