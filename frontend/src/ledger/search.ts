// The ledger's filter, order and grouping, as they stand in the address.
export const filterKeys = ['text', 'unit', 'aspect', 'finding', 'leader', 'state', 'light', 'disposition', 'due_from', 'due_to', 'closed', 'completion', 'lead', 'closed_from', 'closed_to', 'unanswered', 'key', 'came_back', 'cause', 'scope', 'task'] as const
type FilterKey = (typeof filterKeys)[number]
export type Filter = Partial<Record<FilterKey, string>>
export type Grouping = 'finding' | 'lead' | 'none'
export type LedgerSearch = Filter & { sort?: string; group?: string; view?: string }

export const listKinds = ['findings', 'measures', 'responsibility'] as const
export type ListKind = (typeof listKinds)[number]
export type ListSearch = Filter & { list?: ListKind }

function read<K extends string>(given: Record<string, unknown>, keys: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {}
  for (const key of keys) {
    const value = given[key]
    if (value !== undefined && value !== null && value !== '') found[key] = String(value)
  }
  return found
}

export const readSearch = (given: Record<string, unknown>): LedgerSearch => read(given, [...filterKeys, 'sort', 'group', 'view'] as const)

export function readListSearch(given: Record<string, unknown>): ListSearch {
  const search: ListSearch = read(given, filterKeys)
  const list = listKinds.find((kind) => kind === given.list)
  return list ? { ...search, list } : search
}

/** The filter alone. */
export const filterOf = (search: Filter): Filter => read(search, filterKeys)

export const isFiltered = (search: Filter) => Object.keys(filterOf(search)).length > 0

/** The filter as the server takes it. */
export function asked(filter: Filter) {
  const { closed, unanswered, key, came_back, ...rest } = filterOf(filter)
  const flag = (text?: string) => (text === undefined ? undefined : text === 'true')
  return { ...rest, closed: flag(closed), unanswered: flag(unanswered), key: flag(key), came_back: flag(came_back) }
}

/** What the tabs narrow to; another filter stays as it is. */
export const cleared: Filter = { state: undefined, light: undefined, closed: undefined, due_from: undefined, due_to: undefined, completion: undefined, closed_from: undefined, closed_to: undefined, unanswered: undefined, task: undefined }

/** How the rows are put together: as chosen, else by finding in the ledger's own order and not at all in another. */
export function grouping(search: LedgerSearch): Grouping {
  const chosen = (['finding', 'lead', 'none'] as const).find((g) => g === search.group)
  return chosen ?? (search.sort ? 'none' : 'finding')
}

/** Ascending, descending, and back to the ledger's own order. */
export function nextSort(now: string | undefined, key: string): string | undefined {
  const isOn = key === 'number' ? now === undefined : now === key
  if (isOn) return `-${key}`
  if (now === `-${key}`) return undefined
  return key === 'number' ? undefined : key
}

/** Words of a list that is written with commas. */
export const wordsOf = (text?: string) => (text ? text.split(',').filter(Boolean) : [])

/** The same with one put in or taken out; none is nothing. */
export function toggled(text: string | undefined, word: string): string | undefined {
  const now = wordsOf(text)
  const next = now.includes(word) ? now.filter((w) => w !== word) : [...now, word]
  return next.length > 0 ? next.join(',') : undefined
}
