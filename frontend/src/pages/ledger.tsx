// The ledger: the chain on top, views and filters in the address, every figure a door to its rows.
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { ExportButton } from '../exports/button'
import { BatchBar } from '../ledger/batch'
import { BuiltIn, ChainBar } from '../ledger/chain'
import { Chosen } from '../ledger/chosen'
import { Chooser, Groups } from '../ledger/chooser'
import { columns as known, usual } from '../ledger/columns'
import { Filters } from '../ledger/filters'
import { Forms } from '../ledger/forms'
import { type Layout, laid } from '../ledger/layout'
import { useRows } from '../ledger/reading'
import { groupKey } from '../ledger/rows'
import { type Grouping, type LedgerSearch, filterKeys, filterOf, grouping, isFiltered } from '../ledger/search'
import { Table } from '../ledger/table'
import { Views, useViews } from '../ledger/views'
import { NoRound, useRound, useSession } from '../session'
import { useDraft } from '../ui/form'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'

export function Ledger() {
  useTitle('整改台账')
  const round = useRound()
  return round === '' ? <NoRound title="整改台账" /> : <Whole round={round} />
}

const nothing = Object.fromEntries(filterKeys.map((key) => [key, undefined]))

function Whole({ round }: { round: string }) {
  const { round: mine } = useSession()
  const search = useSearch({ from: '/ledger' })
  const navigate = useNavigate({ from: '/ledger' })
  const [chosen] = useState(() => new Chosen())
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const views = useViews()
  const active = views.find((v) => v.id === search.view)

  // One's own columns are kept; those of a view are the view's, and what one changes of them is seen here alone until it is kept.
  const { values: own, change: keep } = useDraft<{ columns: Layout }>('ledger-columns', 'all', { columns: [] })
  const [tried, setTried] = useState<{ view: string; columns: Layout } | null>(null)
  const inView = active && active.columns.length > 0 ? active : undefined
  const layout = useMemo(() => {
    if (!inView) return own.columns
    return tried?.view === inView.id ? tried.columns : inView.columns.map((c) => ({ key: c.key, width: c.width ?? undefined }))
  }, [inView, tried, own.columns])
  const columns = useMemo(() => laid(known, usual, layout), [layout])
  const shown = useMemo(() => columns.map(({ key, width }) => ({ key, width })), [columns])
  const viewId = inView?.id
  const setLayout = useCallback((next: Layout) => (viewId ? setTried({ view: viewId, columns: next }) : keep({ columns: next })), [viewId, keep])

  const by = grouping(search)
  const filter = useMemo(() => filterOf(search), [search])
  const rows = useRows(round, filter, search.sort, by, folded)
  const set = useCallback((part: LedgerSearch) => {
    chosen.clear()
    void navigate({ search: (now) => ({ ...now, ...part }) })
  }, [chosen, navigate])
  const go = useCallback((to: LedgerSearch) => {
    chosen.clear()
    setTried(null)
    void navigate({ search: to })
  }, [chosen, navigate])
  const clear = useCallback(() => set({ ...nothing, view: undefined }), [set])
  const setSort = useCallback((sort?: string) => set({ sort }), [set])
  const setGroup = useCallback((group: Grouping) => set({ group }), [set])
  const foldAll = useCallback((isAll: boolean) => setFolded(new Set(isAll ? rows.groups.map(groupKey) : [])), [rows.groups])
  const fold = useCallback((key: string) => setFolded((now) => {
    const next = new Set(now)
    if (!next.delete(key)) next.add(key)
    return next
  }), [])
  const open = useCallback((id: string) => void navigate({ to: '/tasks/$id', params: { id }, search: {} }), [navigate])
  const query = { data: rows.isPending ? undefined : rows.entries, error: rows.error, isPending: rows.isPending && !rows.error, refetch: rows.refetch }
  return (
    <>
      <div className="head">
        <h1>整改台账</h1>
        <p>{rows.readAt > 0 && `数据截至 ${moment(new Date(rows.readAt).toISOString())}，倒计时按工作日计`}</p>
        <div className="acts">
          <ExportButton offer={{ kinds: ['ledger', 'brief', 'findings', 'measures', 'responsibilities', 'slips', 'archives'], filter, sort: search.sort }} />
          {mine?.is_office && <Link to="/imports" className="button">导入</Link>}
        </div>
      </div>
      <Forms at="ledger" filter={filter} />
      <ChainBar filter={filter} set={set} />
      <div className="tabs views" role="group" aria-label="视图">
        <BuiltIn search={search} set={set} />
        <Views views={views} search={search} layout={shown} changed={tried && tried.view === search.view ? tried.columns : null} go={go} />
      </div>
      <div className="tools">
        <Filters search={filter} set={set} clear={clear} />
        <Groups by={by} set={setGroup} folded={folded.size} fold={foldAll} />
        <Chooser shown={columns} setLayout={setLayout} />
      </div>
      <Loaded query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty>{isFiltered(filter) ? '没有符合条件的任务，可以放宽或清除筛选。' : mine?.is_office ? <>台账还是空的，<Link to="/imports">导入整改方案</Link>后出现在这里。</> : '还没有下发给您的任务。'}</Empty>
          ) : (
            <Table
              entries={entries}
              see={rows.see}
              columns={columns}
              setLayout={setLayout}
              sort={search.sort}
              setSort={setSort}
              chosen={mine?.is_office ? chosen : null}
              folded={folded}
              fold={fold}
              open={open}
              isStale={rows.isStale}
            />
          )
        }
      </Loaded>
      <BatchBar chosen={chosen} filter={filter} sort={search.sort} />
    </>
  )
}
