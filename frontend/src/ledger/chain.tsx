// The chain of counts over a filter, and the tabs that narrow to what one looks at most.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import { type Schemas, client, get } from '../api/client'
import { taskStates } from '../labels.gen'
import { useRound } from '../session'
import { Shape } from '../ui/parts'
import { today } from '../ui/words'
import { type Filter, type LedgerSearch, asked, cleared, filterOf } from './search'

type Chain = Schemas['ChainView']

export function useChain(filter: Filter): Chain | undefined {
  const round = useRound()
  const own = filterOf(filter)
  return useQuery({
    queryKey: ['chain', round, own],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/chain', { params: { path: { id: round }, query: asked(own) } })),
    placeholderData: keepPreviousData,
    enabled: round !== '',
  }).data
}

export const ChainBar = memo(function ChainBar({ filter, set }: { filter: Filter; set: (part: LedgerSearch) => void }) {
  const chain = useChain(filter)
  if (!chain) return <div className="chain card" aria-hidden="true" />
  const open = chain.tasks - chain.closed
  return (
    <div className="chain card" role="group" aria-label="勾稽链">
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
})

/** The last day of this month. */
function monthEnd(): string {
  const [y, m] = today().split('-').map(Number)
  return new Date(Date.UTC(y ?? 0, m ?? 0, 0)).toISOString().slice(0, 10)
}

type Tab = { label: string; mark?: string; search: Filter; n?: number }

/** The tabs everybody has. */
export const BuiltIn = memo(function BuiltIn({ search, set }: { search: LedgerSearch; set: (part: LedgerSearch) => void }) {
  const scope = { unit: search.unit, leader: search.leader }
  const all = useChain(scope)
  const review = useChain({ ...scope, state: 'closure_review' })
  const due = useChain({ ...scope, due_from: today(), due_to: monthEnd(), closed: 'false' })
  const tabs: Tab[] = [
    { label: '全部', search: {}, n: all?.tasks },
    { label: '未销号', search: { closed: 'false' }, n: all && all.tasks - all.closed },
    { label: '红灯', mark: 'red', search: { light: 'red' }, n: all?.red },
    { label: '预警', mark: 'yellow', search: { light: 'yellow' }, n: all?.yellow },
    { label: '销号审核', search: { state: 'closure_review' }, n: review?.tasks },
    { label: '本月将到期', search: { due_from: today(), due_to: monthEnd(), closed: 'false' }, n: due?.tasks },
    ...(all && all.draft > 0 ? [{ label: taskStates.draft, search: { state: 'draft' }, n: all.draft }] : []),
  ]
  const keys = Object.keys(cleared) as (keyof Filter)[]
  const isOn = (tab: Tab) => !search.view && keys.every((key) => search[key] === tab.search[key])
  return (
    <>
      {tabs.map((tab) => (
        <button key={tab.label} type="button" aria-pressed={isOn(tab)} onClick={() => set({ ...cleared, ...tab.search, view: undefined })}>
          {tab.mark && <Shape of={tab.mark} />}{tab.label} <span>{tab.n ?? ''}</span>
        </button>
      ))}
    </>
  )
})
