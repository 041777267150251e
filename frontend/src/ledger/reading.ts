// Reads the rows that are in sight, page by page, and keeps what was read while another filter is on its way.
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import { client, get } from '../api/client'
import { type Entry, type Group, type Page, type Pages, type Want, firstOf, pageSize, parts, stacked, whole } from './rows'
import { type Filter, type Grouping, asked } from './search'

const fresh = { staleTime: 30_000, refetchOnWindowFocus: false }

/** What a page is asked for by; the groups of its part narrow the filter. */
function query(filter: Filter, sort: string | undefined, by: Grouping, want: Want) {
  const ids = want.part.groups.map((g) => g.id ?? 'none').join(',') || undefined
  const narrowed = by === 'finding' && ids ? { finding: ids } : {}
  return { ...asked(filter), ...narrowed, lead: by === 'lead' ? ids : filter.lead, sort, after: want.after, limit: pageSize }
}

const none: Group[] = []
type Stack = { entries: Entry[]; wants: Map<string, Want> }

export function useRows(round: string, filter: Filter, sort: string | undefined, by: Grouping, folded: ReadonlySet<string>) {
  const path = { id: round }
  const signature = JSON.stringify([round, filter, sort, by])
  const groups = useQuery({
    queryKey: ['ledger', 'groups', round, filter, by],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/groups', { params: { path, query: { ...asked(filter), group: by } } })),
    enabled: round !== '' && by !== 'none',
    ...fresh,
  })
  const all = useMemo(() => (by === 'none' ? whole : groups.data ? parts(groups.data) : []), [by, groups.data])
  const queries = useQueryClient()
  const store = useRef({ signature, read: new Map<string, Page>() })
  if (store.current.signature !== signature) store.current = { signature, read: new Map() }
  const { read } = store.current
  const keyOf = (key: string) => ['ledger', 'rows', round, filter, sort, by, key]
  const [near, setNear] = useState<{ signature: string; wants: Want[] }>({ signature, wants: [] })
  const first = all[0]
  const wants = near.signature === signature && near.wants.length > 0 ? near.wants : first ? [firstOf(first)] : []
  const results = useQueries({
    queries: wants.map((want) => ({
      queryKey: keyOf(want.key),
      queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path, query: query(filter, sort, by, want) } })),
      enabled: round !== '',
      ...fresh,
    })),
  })
  const stamp = results.map((r, i) => `${wants[i]?.key} ${r.dataUpdatedAt}`).join()
  const stack: Stack = useMemo(() => {
    results.forEach((r, i) => {
      const key = wants[i]?.key
      if (r.data && key !== undefined) read.set(key, r.data)
    })
    // Whoever comes back from a task finds what he had read.
    const pages: Pages = { get: (key) => read.get(key) ?? queries.getQueryData<Page>(keyOf(key)) }
    return stacked(all, pages, by, folded)
    // What the results say is in the stamp.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [stamp, all, read, by, folded])

  // Until something of the new filter is there, what was shown before stays in sight.
  const shown = useRef<Stack>({ entries: [], wants: new Map() })
  const isThere = first ? read.has(firstOf(first).key) : by !== 'none' && groups.data !== undefined
  if (isThere) shown.current = stack
  const error = groups.error ?? results.find((r) => r.error)?.error ?? null

  const known = stack.wants
  /** Says which entries are in sight: their pages are read, and read again when something changes. */
  const see = useCallback((visible: Entry[]) => {
    const keys = new Set(visible.flatMap((e) => (e.kind === 'row' || e.kind === 'wait' ? [e.page] : [])))
    const next = [...keys].flatMap((key) => known.get(key) ?? [])
    setNear((now) => {
      const isSame = now.signature === signature && now.wants.length === next.length && next.every((w, i) => now.wants[i]?.key === w.key)
      return isSame || next.length === 0 ? now : { signature, wants: next }
    })
  }, [known, signature])

  return {
    entries: shown.current.entries,
    see: isThere ? see : undefined,
    isStale: !isThere,
    isPending: !isThere && shown.current.entries.length === 0,
    error: isThere ? null : error,
    readAt: Math.max(0, ...results.map((r) => r.dataUpdatedAt)),
    refetch: () => { void groups.refetch(); results.forEach((r) => void r.refetch()) },
    groups: (by === 'none' ? undefined : groups.data) ?? none,
  }
}
