// What stands in the ledger from top to bottom: headings of groups, rows as far as they are read, and places of those that are not.
import type { Schemas } from '../api/client'
import type { Grouping } from './search'

export type Item = Schemas['LedgerLine']
export type Group = Schemas['GroupView']
export type Page = Schemas['LedgerPage']

/** So many rows a request asks for, and so many groups it may name. */
export const pageSize = 100
const together = 40

/** What is asked for with one filter: everything, or some groups that stand together. */
export type Part = { key: string; groups: Group[] }
/** A page of a part. */
export type Want = { key: string; part: Part; after?: string }

export type Entry =
  | { kind: 'group'; key: string; group: Group }
  | { kind: 'row'; key: string; item: Item; page: string }
  | { kind: 'wait'; key: string; page: string }
  | { kind: 'peek'; key: string; id: string }

export const groupKey = (group: Group) => group.id ?? 'none'

/** Neighbouring small groups are asked for together, so that a screen full of them is one request; a large one stands alone and has pages. */
export function parts(groups: Group[]): Part[] {
  const found: Part[] = []
  let open: Part | null = null
  let rows = 0
  for (const group of groups) {
    const fits = open && rows + group.rows <= pageSize && open.groups.length < together
    if (open && fits) {
      open.groups.push(group)
      rows += group.rows
    } else {
      open = { key: groupKey(group), groups: [group] }
      rows = group.rows
      found.push(open)
    }
  }
  return found.map((part) => ({ ...part, key: part.groups.map(groupKey).join(',') }))
}

/** Everything at once, without groups. */
export const whole: Part[] = [{ key: 'all', groups: [] }]

const pageKey = (part: Part, after?: string) => `${part.key}|${after ?? ''}`

/** What a part is asked for first. */
export const firstOf = (part: Part): Want => ({ key: pageKey(part), part })

/** Pages as far as they are read. */
export type Pages = { get: (key: string) => Page | undefined }

/** The rows of a part as far as they are read, and the page that comes next, if one does. */
function readOf(part: Part, pages: Pages, wants: Map<string, Want>) {
  const rows: { item: Item; page: string }[] = []
  let after: string | undefined
  for (;;) {
    const want: Want = { key: pageKey(part, after), part, after }
    wants.set(want.key, want)
    const page = pages.get(want.key)
    if (!page) return { rows, next: want.key }
    for (const item of page.items) rows.push({ item, page: want.key })
    if (!page.next) return { rows, next: null }
    after = page.next
  }
}

export function stacked(all: Part[], pages: Pages, by: Grouping, folded: ReadonlySet<string>): { entries: Entry[]; wants: Map<string, Want> } {
  const entries: Entry[] = []
  const wants = new Map<string, Want>()
  const put = (item: Item, page: string) => entries.push({ kind: 'row', key: item.id, item, page })
  const wait = (page: string, n: number) => {
    for (let i = 0; i < n; i += 1) entries.push({ kind: 'wait', key: `${page} ${entries.length}`, page })
  }
  for (const part of all) {
    const { rows, next } = readOf(part, pages, wants)
    if (part.groups.length === 0) {
      for (const { item, page } of rows) put(item, page)
      if (next) wait(next, 1)
      continue
    }
    const own = new Map<string, { item: Item; page: string }[]>()
    for (const row of rows) {
      const key = (by === 'lead' ? row.item.lead_unit_id : row.item.finding_id) ?? 'none'
      const list = own.get(key)
      if (list) list.push(row)
      else own.set(key, [row])
    }
    for (const group of part.groups) {
      const key = groupKey(group)
      const isFolded = folded.has(key)
      entries.push({ kind: 'group', key: `group ${key}`, group })
      if (isFolded) continue
      const list = own.get(key) ?? []
      for (const { item, page } of list) put(item, page)
      // What is not read has its place; of a large group only the next page.
      if (next) wait(next, Math.max(1, Math.min(group.rows - list.length, list.length > 0 ? 1 : pageSize)))
    }
  }
  return { entries, wants }
}

/** The tasks among the entries, and where each of them stands: looked up, never searched for. */
export type Order = {
  items: Item[]
  /** Which of the tasks it is, by id. */
  nth: ReadonlyMap<string, number>
  /** At which entry the nth stands. */
  places: number[]
  /** Nothing is left to be read. */
  isWhole: boolean
}

export function orderOf(entries: Entry[]): Order {
  const items: Item[] = []
  const nth = new Map<string, number>()
  const places: number[] = []
  let isWhole = true
  entries.forEach((entry, i) => {
    if (entry.kind === 'wait') isWhole = false
    if (entry.kind !== 'row') return
    nth.set(entry.item.id, items.length)
    items.push(entry.item)
    places.push(i)
  })
  return { items, nth, places, isWhole }
}

/** Where a task stands among the entries; -1 where it does not. */
export const placeOf = (order: Order, id: string | null): number => order.places[(id === null ? undefined : order.nth.get(id)) ?? -1] ?? -1

/** The entries with what is looked at in a glance below its row. */
export function withPeek(entries: Entry[], order: Order, peeked: string | null): Entry[] {
  const at = placeOf(order, peeked)
  if (peeked === null || at < 0) return entries
  return [...entries.slice(0, at + 1), { kind: 'peek', key: `peek ${peeked}`, id: peeked }, ...entries.slice(at + 1)]
}

/** The tasks between two, both included, in the order they stand in. */
export function between({ items, nth }: Order, one: string, other: string): Item[] {
  const [a, b] = [nth.get(one), nth.get(other)]
  if (a === undefined || b === undefined) return []
  return items.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/** The row before or behind another; the first where there is none yet. */
export function stepFrom({ items, nth }: Order, now: string | null, by: number): string | null {
  const at = now === null ? undefined : nth.get(now)
  if (at === undefined) return items[0]?.id ?? null
  return items[Math.min(items.length - 1, Math.max(0, at + by))]?.id ?? null
}
