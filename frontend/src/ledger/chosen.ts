// The tasks that are chosen: kept beside the page, so that only what shows one of them is drawn anew when it changes.
import { useMemo, useSyncExternalStore } from 'react'
import type { Item } from './rows'

/** What an act on many asks of a task, and what it is called by. */
export type Picked = { id: string; number: string; version: number }

export class Chosen {
  private readonly picked = new Map<string, Picked>()
  private readonly listeners = new Set<() => void>()
  /** How often it changed. */
  changes = 0

  readonly subscribe = (tell: () => void) => {
    this.listeners.add(tell)
    return () => { this.listeners.delete(tell) }
  }

  get size() {
    return this.picked.size
  }

  has(id: string) {
    return this.picked.has(id)
  }

  all(): Picked[] {
    return [...this.picked.values()]
  }

  put(items: Picked[], isOn: boolean) {
    for (const { id, number, version } of items) {
      if (isOn) this.picked.set(id, { id, number, version })
      else this.picked.delete(id)
    }
    this.tell()
  }

  clear() {
    if (this.picked.size === 0) return
    this.picked.clear()
    this.tell()
  }

  private tell() {
    this.changes += 1
    for (const tell of this.listeners) tell()
  }
}

export const useIsChosen = (chosen: Chosen, id: string) => useSyncExternalStore(chosen.subscribe, () => chosen.has(id))
export const useChosenSize = (chosen: Chosen) => useSyncExternalStore(chosen.subscribe, () => chosen.size)

/** Whether all of these are chosen, some, or none. */
export function useShare(chosen: Chosen, items: Item[]): 'all' | 'some' | 'none' {
  // Looked through once for each change, not each time it is asked.
  const share = useMemo(() => {
    let [at, found]: [number, 'all' | 'some' | 'none'] = [-1, 'none']
    return () => {
      if (at === chosen.changes) return found
      at = chosen.changes
      const isAll = items.length > 0 && chosen.size >= items.length && items.every((i) => chosen.has(i.id))
      found = isAll ? 'all' : chosen.size > 0 ? 'some' : 'none'
      return found
    }
  }, [chosen, items])
  return useSyncExternalStore(chosen.subscribe, share)
}
