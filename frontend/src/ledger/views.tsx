// Views that are kept: a name for a filter, an order, a grouping and columns; one's own, and those the office shows to everybody.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, memo, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useRound, useSession } from '../session'
import { Check, TextField, blank, useSend } from '../ui/form'
import { Menu } from '../ui/menu'
import { Ask, Dialog, Refused } from '../ui/parts'
import type { Layout } from './layout'
import { type LedgerSearch, filterKeys, filterOf } from './search'

export type View = Schemas['SavedViewView']
type Form = Schemas['SavedViewForm']

export function useViews(): View[] {
  const round = useRound()
  return useQuery({
    queryKey: ['views', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/views', { params: { path: { id: round } } })),
    enabled: round !== '',
    staleTime: 60_000,
  }).data ?? none
}
const none: View[] = []

/** Where a view leads. */
export function addressOf(view: View): LedgerSearch {
  const search: LedgerSearch = { view: view.id, sort: view.sort || undefined, group: view.group || undefined }
  for (const key of filterKeys) search[key] = view.filter[key] || undefined
  return search
}

/** Whether what is looked at is still what the view keeps. */
export function isAsKept(view: View, search: LedgerSearch, layout: Layout | null): boolean {
  const kept = addressOf(view)
  const isSame = filterKeys.every((key) => kept[key] === search[key]) && kept.sort === search.sort && kept.group === search.group
  return isSame && layout === null
}

const formOf = (name: string, isShared: boolean, search: LedgerSearch, columns: Layout): Form => ({
  name, is_shared: isShared, filter: filterOf(search) as Record<string, string>, sort: search.sort ?? '', group: search.group ?? '', columns,
})

type Asked = { kind: 'save' } | { kind: 'rename' | 'remove'; view: View }

export const Views = memo(function Views({ views, search, layout, changed, go }: {
  views: View[]
  search: LedgerSearch
  /** The columns as they are shown. */
  layout: Layout
  /** What of them is other than the view has. */
  changed: Layout | null
  go: (search: LedgerSearch) => void
}) {
  const round = useRound()
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked | null>(null)
  const active = views.find((v) => v.id === search.view)
  const refresh = () => queries.invalidateQueries({ queryKey: ['views', round] })
  const change = useSend(async () => {
    if (!active) return
    const body = formOf(active.name, active.is_shared, search, layout)
    await get(client.PUT('/api/v1/rounds/{id}/views/{view}', { params: { path: { id: round, view: active.id } }, body }))
    await refresh()
    go({ ...search })
  })
  const remove = useSend(async () => {
    if (asked?.kind !== 'remove') return
    await get(client.DELETE('/api/v1/rounds/{id}/views/{view}', { params: { path: { id: round, view: asked.view.id } } }))
    await refresh()
    setAsked(null)
    if (search.view === asked.view.id) go({ ...search, view: undefined })
  })
  const isKept = active && isAsKept(active, search, changed)
  return (
    <>
      {views.map((view) => (
        <button key={view.id} type="button" aria-pressed={view.id === search.view} title={view.is_shared ? `${view.made_by} 共享` : '只有自己可见'} onClick={() => go(addressOf(view))}>
          {view.name}{view.is_shared && <span>共享</span>}
        </button>
      ))}
      {active?.may_change && !isKept && <button type="button" className="act" disabled={change.busy} onClick={() => void change.submit()}>更新“{active.name}”</button>}
      <button type="button" className="act" onClick={() => setAsked({ kind: 'save' })}>存为视图</button>
      {active?.may_change && (
        <Menu className="more viewmenu" label={`视图 ${active.name}`} face="⋯">
          <button type="button" onClick={() => setAsked({ kind: 'rename', view: active })}>改名或共享</button>
          <button type="button" onClick={() => setAsked({ kind: 'remove', view: active })}>删除视图</button>
        </Menu>
      )}
      <Refused error={change.error} />
      {asked?.kind === 'save' && <NameDialog title="存为视图" search={search} layout={layout} onClose={() => setAsked(null)} done={async (view) => { await refresh(); setAsked(null); go(addressOf(view)) }} />}
      {asked?.kind === 'rename' && <NameDialog title="改名或共享" view={asked.view} search={addressOf(asked.view)} layout={asked.view.columns.map((c) => ({ key: c.key, width: c.width ?? undefined }))} onClose={() => setAsked(null)} done={async () => { await refresh(); setAsked(null) }} />}
      {asked?.kind === 'remove' && (
        <Ask title={`删除视图“${asked.view.name}”？`} verb="删除" busy={remove.busy} onYes={() => void remove.submit()} onNo={() => setAsked(null)}>
          <p>{asked.view.is_shared ? '这是共享视图，删除后大家都不再看到。任务不受影响。' : '只删除这个视图，任务不受影响。'}</p>
          <Refused error={remove.error} />
        </Ask>
      )}
    </>
  )
})

function NameDialog({ title, view, search, layout, onClose, done }: { title: string; view?: View; search: LedgerSearch; layout: Layout; onClose: () => void; done: (view: View) => Promise<void> }) {
  const round = useRound()
  const { round: mine } = useSession()
  const [name, setName] = useState(view?.name ?? '')
  const [isShared, setShared] = useState(view?.is_shared ?? false)
  const form = useSend(async () => {
    const body = formOf(name, isShared, search, layout)
    const kept = view
      ? await get(client.PUT('/api/v1/rounds/{id}/views/{view}', { params: { path: { id: round, view: view.id } }, body }))
      : await get(client.POST('/api/v1/rounds/{id}/views', { params: { path: { id: round } }, body }))
    await done(kept)
  }, () => blank({ '/name': name }))
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e: FormEvent) => { e.preventDefault(); void form.submit() }}>
        <TextField label="名称" value={name} onChange={setName} error={form.at('/name')} hint={view ? undefined : '记下现在的筛选、排序、分组和列'} />
        {mine?.is_office && <Check label="共享给本轮所有人（各人仍只看到自己有权看的任务）" value={isShared} onChange={setShared} />}
        <Refused error={form.error} shown={['/name']} />
        <div className="send">
          <button type="submit" className="main" disabled={form.busy}>保存</button>
          <button type="button" onClick={onClose}>取消</button>
        </div>
      </form>
    </Dialog>
  )
}
