// The findings, measures and responsibility lists: the ledger's records cell by cell, written in where the task's state allows it.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { client, get } from '../api/client'
import { ExportButton } from '../exports/button'
import { ChainBar } from '../ledger/chain'
import { Filters } from '../ledger/filters'
import { Forms, listNames } from '../ledger/forms'
import { type Filter, type ListKind, asked, filterKeys, filterOf, isFiltered } from '../ledger/search'
import { type Edits, columns } from '../lists/cells'
import { Check } from '../lists/check'
import { Grid } from '../lists/grid'
import { NoRound, useRound } from '../session'
import { useDraft } from '../ui/form'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'

export function Lists() {
  const { list = 'findings' } = useSearch({ from: '/lists' })
  const round = useRound()
  useTitle(listNames[list])
  return round === '' ? <NoRound title={listNames[list]} /> : <Whole key={round} round={round} list={list} />
}

const nothing = Object.fromEntries(filterKeys.map((key) => [key, undefined]))

function Whole({ round, list }: { round: string; list: ListKind }) {
  const search = useSearch({ from: '/lists' })
  const navigate = useNavigate({ from: '/lists' })
  const filter = useMemo(() => filterOf(search), [search])
  const set = (part: Filter) => void navigate({ search: (now) => ({ ...now, ...part }) })
  const pages = useInfiniteQuery({
    queryKey: ['lists', round, filter],
    queryFn: ({ pageParam }) => get(client.GET('/api/v1/rounds/{id}/lists', { params: { path: { id: round }, query: { ...asked(filter), after: pageParam || undefined, limit: 100 } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  const rows = useMemo(() => pages.data?.pages.flatMap((p) => p.items), [pages.data])
  // What is written stays until it is sent, whatever happens to the page.
  const { values, change, forget, kept } = useDraft<{ edits: Edits; reason: string }>('lists', round, { edits: {}, reason: '' })
  const [isChecking, setChecking] = useState(false)
  const [note, setNote] = useState('')
  const setEdits = (edits: Edits) => {
    setNote('')
    if (Object.keys(edits).length === 0) {
      change({ edits, reason: '' })
      forget()
    } else change({ edits })
  }
  const isOpen = (rows ?? []).some((r) => r.open_columns.length > 0)
  const n = Object.keys(values.edits).length
  const tasks = new Set(Object.values(values.edits).map((e) => e.task))
  const needsReason = (rows ?? []).some((r) => tasks.has(r.id) && r.needs_reason)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const query = { data: rows, error: pages.error, isPending: pages.isPending, refetch: pages.refetch }
  return (
    <>
      <div className="head">
        <h1>{listNames[list]}</h1>
        <p>与台账同一套记录。{isOpen && <><span className="ondesk">白底的格子可以改：点开就写，也可从 Excel 复制一片粘贴进来。</span><span className="onphone">带框的可以改：点开就写。</span></>}</p>
        <div className="acts"><ExportButton key={list} offer={{ kinds: [list === 'responsibility' ? 'responsibilities' : list], filter }} /></div>
      </div>
      <Forms at={list} filter={filter} />
      <ChainBar filter={filter} set={set} />
      <div className="tools"><Filters search={filter} set={set} clear={() => set(nothing)} /></div>
      {isChecking && n > 0 && (
        <Check edits={values.edits} setEdits={setEdits} reason={values.reason} setReason={(reason) => change({ reason })} needsReason={needsReason}
          onClose={() => setChecking(false)} onSaved={(saved) => { if (saved > 0) setNote(`已保存 ${saved} 项任务的改动`) }} />
      )}
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty>{isFiltered(filter) ? '没有符合条件的任务，可以放宽或清除筛选。' : '清单还是空的。'}</Empty>
          ) : (
            <Grid key={list} list={list} rows={all} columns={columns[list]} edits={values.edits} setEdits={setEdits} more={more}
              pasted={(written, passed) => setNote(`粘贴了 ${written} 格${passed > 0 ? `，${passed} 格不能改或超出范围，未写入` : ''}`)} />
          )
        }
      </Loaded>
      <p className="unseen" aria-live="polite">{note}</p>
      {(n > 0 || note) && !isChecking && (
        <div className="batch card" role="region" aria-label="未保存的改动">
          {n > 0 ? <b>改了 {n} 格，涉及 {tasks.size} 项任务，尚未保存</b> : <b>{note}</b>}
          {n > 0 && note && <span className="muted">{note}</span>}
          {n > 0 && kept && <small className="muted">草稿已存</small>}
          {n > 0 && <button type="button" className="main" onClick={() => setChecking(true)}>核对改动</button>}
          {n > 0 && <button type="button" className="plain" onClick={() => setEdits({})}>全部放弃</button>}
          {n === 0 && <button type="button" className="plain" onClick={() => setNote('')}>知道了</button>}
        </div>
      )}
    </>
  )
}
