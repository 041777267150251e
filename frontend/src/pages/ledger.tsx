import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Fragment, useEffect, useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import type { LedgerSearch } from '../router'
import { useRound, useSession } from '../session'
import { useSend } from '../ui/form'
import { Empty, Light, Loaded, Progress, Refused } from '../ui/parts'
import { day, left } from '../ui/words'

const states = [
  ['draft', '待下发'], ['issued', '待认领'], ['planning', '制定方案'], ['plan_review', '方案审核'], ['rectifying', '整改中'],
  ['closure_review', '销号审核'], ['observing', '已销号（跟踪巩固）'], ['closed', '已销号'], ['withdrawn', '作废'],
] as const
const lights = [['red', '红灯'], ['yellow', '预警'], ['green', '正常']] as const
const dispositions = [['immediate', '立行立改'], ['dated', '限期整改'], ['staged', '分步实施'], ['sustained', '长期坚持']] as const

export function Ledger() {
  const round = useRound()
  const { round: mine } = useSession()
  const search = useSearch({ from: '/ledger' })
  const navigate = useNavigate({ from: '/ledger' })
  const [chosen, setChosen] = useState<Map<string, number>>(new Map())
  const filter = { ...search, after: undefined, closed: search.closed === undefined ? undefined : search.closed === 'true' }
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
  const chain = useQuery({
    queryKey: ['chain', round, filter],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/chain', { params: { path, query: filter } })),
    placeholderData: keepPreviousData,
    enabled: round !== '',
  })
  const aspects = useQuery({ queryKey: ['aspects', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/aspects', { params: { path } })), enabled: round !== '' })
  const units = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')), staleTime: 600_000 })
  if (round === '') return <Empty>还没有与您有关的轮次。</Empty>
  const isFiltered = Object.keys(search).length > 0
  return (
    <>
      <div className="head"><h1>整改台账</h1></div>
      {chain.data && <Chain chain={chain.data} set={set} />}
      <div className="filters">
        <FilterText value={search.text ?? ''} onChange={(text) => set({ text: text || undefined })} />
        <Pick label="方面" value={search.aspect} options={(aspects.data ?? []).map((a) => [a.id, a.title] as const)} onChange={(aspect) => set({ aspect })} />
        <Pick label="单位" value={search.unit} options={(units.data ?? []).map((u) => [u.id, `${'　'.repeat(u.depth)}${u.name}`] as const)} onChange={(unit) => set({ unit })} />
        <Pick label="状态" value={search.state} options={states} onChange={(state) => set({ state })} />
        <Pick label="灯" value={search.light} options={lights} onChange={(light) => set({ light })} />
        <Pick label="类型" value={search.disposition} options={dispositions} onChange={(disposition) => set({ disposition })} />
        <label className="due">时限 <input type="date" value={search.due_from ?? ''} onChange={(e) => set({ due_from: e.target.value || undefined })} aria-label="时限自" />
          至 <input type="date" value={search.due_to ?? ''} onChange={(e) => set({ due_to: e.target.value || undefined })} aria-label="时限至" /></label>
        {isFiltered && <button type="button" className="plain" onClick={() => { setChosen(new Map()); void navigate({ search: {} }) }}>清除筛选</button>}
      </div>
      <Loaded query={page}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty>{isFiltered ? '没有符合条件的任务。' : mine?.is_office ? <>台账还是空的，<Link to="/imports">导入整改方案</Link>后出现在这里。</> : '还没有下发给您的任务。'}</Empty>
          ) : (
            <>
              <Lines items={data.items} canChoose={Boolean(mine?.is_office)} chosen={chosen} setChosen={setChosen} />
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

function Chain({ chain, set }: { chain: Schemas['ChainView']; set: (part: LedgerSearch) => void }) {
  return (
    <div className="chain card">
      <span>方面 <b>{chain.aspects}</b></span>
      <span>问题 <b>{chain.findings}</b></span>
      <button type="button" onClick={() => set({ state: undefined, light: undefined, closed: undefined })}>任务 <b>{chain.tasks}</b></button>
      <span>措施 <b>{chain.measures}</b></span>
      <button type="button" onClick={() => set({ closed: 'true', state: undefined, light: undefined })}>已销号 <b>{chain.closed}</b></button>
      <span className="lights">
        {([['red', '红灯', chain.red], ['yellow', '预警', chain.yellow], ['green', '正常', chain.green]] as const).map(([level, label, n]) => (
          <button key={level} type="button" onClick={() => set({ light: level, state: undefined, closed: undefined })}>
            <Light light={{ level, label, reasons: [] }} /> <b>{n}</b>
          </button>
        ))}
        {chain.draft > 0 && <button type="button" onClick={() => set({ state: 'draft', light: undefined, closed: undefined })}>待下发 <b>{chain.draft}</b></button>}
      </span>
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

function Pick({ label, value, options, onChange }: {
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

function Lines({ items, canChoose, chosen, setChosen }: {
  items: Schemas['LedgerLine'][]
  canChoose: boolean
  chosen: Map<string, number>
  setChosen: (chosen: Map<string, number>) => void
}) {
  const toggle = (item: Schemas['LedgerLine']) => {
    const next = new Map(chosen)
    if (!next.delete(item.id)) next.set(item.id, item.version)
    setChosen(next)
  }
  const isAll = items.every((i) => chosen.has(i.id))
  let finding = ''
  return (
    <div className="scroll card">
      <table className="ledger">
        <thead>
          <tr>
            {canChoose && <th className="pick"><input type="checkbox" aria-label="全选本页" checked={isAll} onChange={() => setChosen(isAll ? new Map() : new Map(items.map((i) => [i.id, i.version])))} /></th>}
            <th>编号</th><th>具体问题</th><th>牵头单位</th><th>牵头领导</th><th>类型</th><th>时限</th><th>进度</th><th>状态</th><th>灯</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => {
            const begins = item.finding_number !== finding
            finding = item.finding_number
            return (
              <Fragment key={item.id}>
                {begins && <tr className="group"><td colSpan={canChoose ? 10 : 9}>{item.aspect} › {item.finding_number} {item.finding}</td></tr>}
                <tr className={chosen.has(item.id) ? 'chosen' : ''}>
                  {canChoose && <td className="pick"><input type="checkbox" aria-label={`选择 ${item.number}`} checked={chosen.has(item.id)} onChange={() => toggle(item)} /></td>}
                  <td className="number"><Link to="/tasks/$id" params={{ id: item.id }} search={{}}>{item.number}</Link></td>
                  <td className="title"><Link to="/tasks/$id" params={{ id: item.id }} search={{}} title={item.title}>{item.title}</Link></td>
                  <td>{item.lead_unit ?? '—'}</td>
                  <td>{item.lead_leader ?? '—'}</td>
                  <td className="nowrap">{item.disposition_label ?? '—'}</td>
                  <td className="nowrap">
                    {item.due_on ? day(item.due_on) : item.review_on ? `${day(item.review_on)} 评估` : '—'}
                    {item.original_due_on && item.original_due_on !== item.due_on && <small className="tag">延</small>}
                    {item.working_days_left !== null && <small className={(item.working_days_left ?? 0) < 0 ? 'late' : 'muted'}>{left(item.working_days_left)}</small>}
                  </td>
                  <td className="nowrap"><Progress done={item.progress_done} all={item.progress_all} /></td>
                  <td className="nowrap"><span className="tag">{item.state_label}</span></td>
                  <td className="nowrap"><Light light={item.light} />{item.light.reasons[0] && <small className="muted">{item.light.reasons[0]}</small>}</td>
                </tr>
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** Acts on many: what can be done with the chosen, with what became of each. */
function BatchBar({ chosen, clear, items }: { chosen: Map<string, number>; clear: () => void; items: Schemas['LedgerLine'][] }) {
  const queries = useQueryClient()
  const [refused, setRefused] = useState<Schemas['BatchResult'][]>([])
  const run = async (action: string) => {
    const batch = [...chosen].map(([id, version]) => ({ id, version }))
    const results = await post<Schemas['BatchResult'][]>('/task-batches', { action, items: batch })
    const bad = results.filter((r) => r.problem)
    setRefused(bad)
    await queries.invalidateQueries()
    if (bad.length === 0) clear()
  }
  const issue = useSend(() => run('issue'))
  const confirm = useSend(() => run('confirm'))
  const number = (id: string) => items.find((i) => i.id === id)?.number ?? ''
  return (
    <div className="batch card" role="region" aria-label="批量操作">
      <b>已选 {chosen.size} 项</b>
      <button type="button" className="main" disabled={issue.busy} onClick={() => window.confirm(`下发所选 ${chosen.size} 项任务？下发后牵头单位即可看到并认领，不能收回为草稿。`) && void issue.submit()}>下发</button>
      <button type="button" disabled={confirm.busy} onClick={() => window.confirm(`确认所选 ${chosen.size} 项任务销号？`) && void confirm.submit()}>确认销号</button>
      <button type="button" className="plain" onClick={clear}>取消选择</button>
      <Refused error={issue.error ?? confirm.error} />
      {refused.length > 0 && (
        <ul className="refused">{refused.map((r) => <li key={r.id}>{number(r.id)}：{r.problem?.title}{(r.problem?.errors ?? []).map((e) => `；${e.text}`).join('')}</li>)}</ul>
      )}
    </div>
  )
}
