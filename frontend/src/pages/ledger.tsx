// The ledger: the chain on top, views and filters in the address, every figure a door to its rows.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { alertLevels, dispositions, taskStates } from '../labels.gen'
import { BatchBar } from '../ledger/batch'
import { Lines } from '../ledger/lines'
import type { LedgerSearch } from '../router'
import { NoRound, useRound, useSession } from '../session'
import { Empty, Loaded, Shape } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment, today } from '../ui/words'

type Chain = Schemas['ChainView']
const options = (words: Record<string, string>) => Object.entries(words).filter(([, label]) => label !== '—')

/** What the tabs narrow to; another filter stays as it is. */
const cleared: LedgerSearch = { state: undefined, light: undefined, closed: undefined, due_from: undefined, due_to: undefined, completion: undefined, closed_from: undefined, closed_to: undefined, unanswered: undefined }

const flag = (text: string | undefined) => (text === undefined ? undefined : text === 'true')

export function Ledger() {
  useTitle('整改台账')
  const round = useRound()
  const { round: mine } = useSession()
  const search = useSearch({ from: '/ledger' })
  const navigate = useNavigate({ from: '/ledger' })
  const [chosen, setChosen] = useState<Map<string, number>>(new Map())
  const filter = { ...search, after: undefined, closed: flag(search.closed), unanswered: flag(search.unanswered) }
  const set = (part: LedgerSearch) => {
    setChosen(new Map())
    void navigate({ search: (now) => ({ ...now, after: undefined, ...part }) })
  }
  const path = { id: round }
  const page = useQuery({
    queryKey: ['ledger', round, search],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path, query: { ...filter, after: search.after, limit: 100 } } })),
    placeholderData: keepPreviousData,
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="整改台账" />
  const isFiltered = Object.keys(search).some((key) => key !== 'after')
  return (
    <>
      <div className="head">
        <h1>整改台账</h1>
        <p>{page.dataUpdatedAt > 0 && `数据截至 ${moment(new Date(page.dataUpdatedAt).toISOString())}，倒计时按工作日计`}</p>
        {mine?.is_office && <div className="acts"><Link to="/imports" className="button">导入</Link></div>}
      </div>
      <ChainBar filter={filter} set={set} />
      <Tabs search={search} set={set} />
      <Filters search={search} set={set} isFiltered={isFiltered} clear={() => { setChosen(new Map()); void navigate({ search: {} }) }} />
      <Loaded query={page}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty>{isFiltered ? '没有符合条件的任务，可以放宽或清除筛选。' : mine?.is_office ? <>台账还是空的，<Link to="/imports">导入整改方案</Link>后出现在这里。</> : '还没有下发给您的任务。'}</Empty>
          ) : (
            <>
              <Lines items={data.items} canChoose={Boolean(mine?.is_office)} chosen={chosen} setChosen={setChosen} isStale={page.isPlaceholderData} />
              <div className="pager">
                {search.after && <button type="button" onClick={() => window.history.back()}>上一页</button>}
                {data.next && <button type="button" onClick={() => void navigate({ search: (now) => ({ ...now, after: data.next ?? undefined }) })}>下一页</button>}
              </div>
            </>
          )
        }
      </Loaded>
      {chosen.size > 0 && <BatchBar chosen={chosen} clear={() => setChosen(new Map())} items={page.data?.items ?? []} />}
    </>
  )
}

function useChain(filter: Omit<LedgerSearch, 'closed' | 'unanswered'> & { closed?: boolean; unanswered?: boolean }) {
  const round = useRound()
  return useQuery({
    queryKey: ['chain', round, filter],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/chain', { params: { path: { id: round }, query: { ...filter, after: undefined } } })),
    placeholderData: keepPreviousData,
    enabled: round !== '',
  }).data
}

function ChainBar({ filter, set }: { filter: Parameters<typeof useChain>[0]; set: (part: LedgerSearch) => void }) {
  const chain = useChain(filter)
  if (!chain) return <div className="chain card" aria-hidden="true" />
  const open = chain.tasks - chain.closed
  return (
    <div className="chain card" aria-label="勾稽链">
      <span>方面 <b>{chain.aspects}</b></span>
      <span>问题 <b>{chain.findings}</b></span>
      <button type="button" onClick={() => set({ ...cleared })}>任务 <b>{chain.tasks}</b></button>
      <span>措施 <b>{chain.measures}</b></span>
      <span className="end">
        <button type="button" onClick={() => set({ ...cleared, closed: 'true' })}>已销号 <b>{chain.closed}</b></button>
        {chain.observing > 0 && <button type="button" onClick={() => set({ ...cleared, state: 'observing' })}>其中跟踪巩固 {chain.observing}</button>}
        <button type="button" onClick={() => set({ ...cleared, closed: 'false' })}>尚未销号 {open}</button>
      </span>
    </div>
  )
}

/** The last day of this month. */
function monthEnd(): string {
  const [y, m] = today().split('-').map(Number)
  return new Date(Date.UTC(y ?? 0, m ?? 0, 0)).toISOString().slice(0, 10)
}

type Tab = { label: string; mark?: string; search: LedgerSearch; n?: number }

function Tabs({ search, set }: { search: LedgerSearch; set: (part: LedgerSearch) => void }) {
  const scope = { unit: search.unit, leader: search.leader }
  const all = useChain(scope)
  const review = useChain({ ...scope, state: 'closure_review' })
  const due = useChain({ ...scope, due_from: today(), due_to: monthEnd(), closed: false })
  const tabs: Tab[] = [
    { label: '全部', search: {}, n: all?.tasks },
    { label: '未销号', search: { closed: 'false' }, n: all && all.tasks - all.closed },
    { label: '红灯', mark: 'red', search: { light: 'red' }, n: all?.red },
    { label: '预警', mark: 'yellow', search: { light: 'yellow' }, n: all?.yellow },
    { label: '销号审核', search: { state: 'closure_review' }, n: review?.tasks },
    { label: '本月将到期', search: { due_from: today(), due_to: monthEnd(), closed: 'false' }, n: due?.tasks },
    ...draftTab(all),
  ]
  const keys = Object.keys(cleared) as (keyof LedgerSearch)[]
  const isOn = (tab: Tab) => keys.every((key) => search[key] === tab.search[key])
  return (
    <div className="tabs" role="group" aria-label="视图">
      {tabs.map((tab) => (
        <button key={tab.label} type="button" aria-pressed={isOn(tab)} onClick={() => set({ ...cleared, ...tab.search })}>
          {tab.mark && <Shape of={tab.mark} />}{tab.label} <span>{tab.n ?? ''}</span>
        </button>
      ))}
    </div>
  )
}

const draftTab = (all: Chain | undefined): Tab[] => (all && all.draft > 0 ? [{ label: taskStates.draft, search: { state: 'draft' }, n: all.draft }] : [])

function Filters({ search, set, isFiltered, clear }: { search: LedgerSearch; set: (part: LedgerSearch) => void; isFiltered: boolean; clear: () => void }) {
  const round = useRound()
  const aspects = useQuery({ queryKey: ['aspects', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/aspects', { params: { path: { id: round } } })) })
  const units = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')), staleTime: 600_000 })
  const finding = search.finding && (aspects.data ?? []).flatMap((a) => a.findings).find((f) => f.id === search.finding)
  return (
    <div className="filters">
      <FilterText value={search.text ?? ''} onChange={(text) => set({ text: text || undefined })} />
      <Choice label="方面" value={search.aspect} options={(aspects.data ?? []).map((a) => [a.id, a.title] as const)} onChange={(aspect) => set({ aspect })} />
      <Choice label="单位" value={search.unit} options={(units.data ?? []).map((u) => [u.id, `${'　'.repeat(u.depth)}${u.name}`] as const)} onChange={(unit) => set({ unit })} />
      <Choice label="状态" value={search.state} options={options(taskStates)} onChange={(state) => set({ state })} />
      <Choice label="灯" value={search.light} options={options(alertLevels)} onChange={(light) => set({ light })} />
      <Choice label="类型" value={search.disposition} options={options(dispositions)} onChange={(disposition) => set({ disposition })} />
      <span className="due">时限 <input type="date" value={search.due_from ?? ''} onChange={(e) => set({ due_from: e.target.value || undefined })} aria-label="时限自" />
        至 <input type="date" value={search.due_to ?? ''} onChange={(e) => set({ due_to: e.target.value || undefined })} aria-label="时限至" /></span>
      {finding && <button type="button" className="set" onClick={() => set({ finding: undefined })}>问题 {finding.number} ✕</button>}
      {search.lead && <button type="button" className="set" onClick={() => set({ lead: undefined })}>牵头单位 {units.data?.find((u) => u.id === search.lead)?.name} ✕</button>}
      {(search.closed_from || search.closed_to) && <button type="button" className="set" onClick={() => set({ closed_from: undefined, closed_to: undefined })}>销号于 {search.closed_from && day(search.closed_from)}至{search.closed_to && day(search.closed_to)} ✕</button>}
      {search.unanswered && <button type="button" className="set" onClick={() => set({ unanswered: undefined })}>等待答复 ✕</button>}
      {search.leader && <button type="button" className="set" onClick={() => set({ leader: undefined })}>我负责的 ✕</button>}
      {isFiltered && <button type="button" className="plain" onClick={clear}>清除筛选</button>}
    </div>
  )
}

function FilterText({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <form onSubmit={(e) => { e.preventDefault(); onChange(text.trim()) }}>
      <input type="search" aria-label="编号或词语" placeholder="编号或词语" value={text} onChange={(e) => setText(e.target.value)} onBlur={() => text.trim() !== value && onChange(text.trim())} />
    </form>
  )
}

function Choice({ label, value, options, onChange }: {
  label: string
  value?: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string | undefined) => void
}) {
  return (
    <select aria-label={label} className={value ? 'set' : ''} value={value ?? ''} onChange={(e) => onChange(e.target.value || undefined)}>
      <option value="">{label}：全部</option>
      {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
    </select>
  )
}
