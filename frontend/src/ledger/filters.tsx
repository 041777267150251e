// What narrows the ledger and the lists: each filter in the address, several words of one kind at once.
import { useQuery } from '@tanstack/react-query'
import { memo, useEffect, useRef, useState } from 'react'
import { client, get } from '../api/client'
import { alertLevels, causeCategories, completionStatuses, dispositions, findingScopes, taskStates } from '../labels.gen'
import { useRound } from '../session'
import { usePeople, useUnits } from '../task/parties'
import { DayInput } from '../ui/dayfield'
import { Menu } from '../ui/menu'
import { Pick } from '../ui/pick'
import { day } from '../ui/words'
import { type Filter, isFiltered, toggled, wordsOf } from './search'

const options = (words: Record<string, string>) => Object.entries(words).filter(([, label]) => label !== '—')

/** Said when somebody stops typing. */
const pause = 350

export const Filters = memo(function Filters({ search, set, clear }: { search: Filter; set: (part: Filter) => void; clear: () => void }) {
  const round = useRound()
  const aspects = useQuery({ queryKey: ['aspects', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/aspects', { params: { path: { id: round } } })), enabled: round !== '' })
  const units = useUnits()
  const people = usePeople()
  const all = aspects.data ?? []
  const [more, setMore] = useState(false)
  const seesMore = more || Boolean(search.came_back ?? search.cause ?? search.scope)
  const findings = all.filter((a) => !search.aspect || a.id === search.aspect).flatMap((a) => a.findings.map((f) => ({ value: f.id, label: `${f.number} ${f.body}` })))
  return (
    <div className="filters">
      <FilterText value={search.text ?? ''} onChange={(text) => set({ text: text || undefined })} />
      <select aria-label="方面" className={search.aspect ? 'set' : ''} value={search.aspect ?? ''} onChange={(e) => set({ aspect: e.target.value || undefined, finding: undefined })}>
        <option value="">方面：全部</option>
        {all.map((a) => <option key={a.id} value={a.id}>{a.title}</option>)}
      </select>
      <Narrow label="问题" isRare value={search.finding} options={findings} onChange={(finding) => set({ finding })} />
      <Narrow label="单位" value={search.unit} options={units} onChange={(unit) => set({ unit })} />
      <Narrow label="领导" value={search.leader} options={people} onChange={(leader) => set({ leader })} />
      <Several label="状态" value={search.state} options={options(taskStates)} onChange={(state) => set({ state })} />
      <Several label="灯" value={search.light} options={options(alertLevels)} onChange={(light) => set({ light })} />
      <Several label="类型" value={search.disposition} options={options(dispositions)} onChange={(disposition) => set({ disposition })} />
      <button type="button" className={search.key ? 'rare set' : 'rare'} aria-pressed={Boolean(search.key)} onClick={() => set({ key: search.key ? undefined : 'true' })}>关键问题</button>
      <Several label="完成情况" isRare value={search.completion} options={options(completionStatuses)} onChange={(completion) => set({ completion })} />
      <span className="due">时限 <DayInput label="时限自" className={search.due_from ? 'set' : ''} value={search.due_from ?? ''} onChange={(on) => set({ due_from: on || undefined })} />
        至 <DayInput label="时限至" className={search.due_to ? 'set' : ''} value={search.due_to ?? ''} onChange={(on) => set({ due_to: on || undefined })} /></span>
      {seesMore ? (
        <>
          <button type="button" className={search.came_back ? 'rare set' : 'rare'} aria-pressed={Boolean(search.came_back)} onClick={() => set({ came_back: search.came_back ? undefined : 'true' })}>反弹回潮</button>
          <Several label="原因" isRare value={search.cause} options={options(causeCategories)} onChange={(cause) => set({ cause })} />
          <select aria-label="个性还是共性" className={search.scope ? 'rare set' : 'rare'} value={search.scope ?? ''} onChange={(e) => set({ scope: e.target.value || undefined })}>
            <option value="">个性共性：全部</option>
            {options(findingScopes).map(([scope, label]) => <option key={scope} value={scope}>{label}</option>)}
          </select>
        </>
      ) : <button type="button" className="rare plain" onClick={() => setMore(true)}>更多筛选</button>}
      {search.lead && <button type="button" className="set" onClick={() => set({ lead: undefined })}>牵头单位 {units.find((u) => u.value === search.lead)?.label.trim() ?? ''} ✕</button>}
      {(search.closed_from || search.closed_to) && <button type="button" className="set" onClick={() => set({ closed_from: undefined, closed_to: undefined })}>销号于 {search.closed_from && day(search.closed_from)}至{search.closed_to && day(search.closed_to)} ✕</button>}
      {search.task && <button type="button" className="set" onClick={() => set({ task: undefined })}>指定的 {wordsOf(search.task).length} 项任务 ✕</button>}
      {search.unanswered && <button type="button" className="set" onClick={() => set({ unanswered: undefined })}>等待答复 ✕</button>}
      {isFiltered(search) && <button type="button" className="plain" onClick={clear}>清除筛选</button>}
    </div>
  )
})

function FilterText({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value)
  const timer = useRef<number | undefined>(undefined)
  const latest = useRef(onChange)
  latest.current = onChange
  useEffect(() => setText(value), [value])
  useEffect(() => () => window.clearTimeout(timer.current), [])
  const say = (next: string) => {
    window.clearTimeout(timer.current)
    if (next.trim() !== value) latest.current(next.trim())
  }
  const type = (next: string) => {
    setText(next)
    window.clearTimeout(timer.current)
    // One character finds nothing: words are looked up by pairs.
    if (next.trim().length !== 1) timer.current = window.setTimeout(() => say(next), pause)
  }
  return (
    <form onSubmit={(e) => { e.preventDefault(); say(text) }}>
      <input type="search" aria-label="编号或词语" placeholder="编号或词语" value={text} onChange={(e) => type(e.target.value)} onBlur={() => say(text)} />
    </form>
  )
}

/** One of very many, found by typing; a rare one is not there on a phone. */
function Narrow({ label, value, options, onChange, isRare = false }: { label: string; isRare?: boolean; value?: string; options: { value: string; label: string }[]; onChange: (value?: string) => void }) {
  return (
    <span className={['narrow', value && 'set', isRare && 'rare'].filter(Boolean).join(' ')}>
      <Pick label={label} value={value ?? ''} options={options} empty={`${label}：全部`} onChange={(next) => onChange(next || undefined)} />
      {value && <button type="button" className="plain" aria-label={`不按${label}筛选`} onClick={() => onChange(undefined)}>✕</button>}
    </span>
  )
}

/** Several words of a short list at once. */
function Several({ label, value, options, onChange, isRare = false }: { label: string; isRare?: boolean; value?: string; options: [string, string][]; onChange: (value?: string) => void }) {
  const chosen = wordsOf(value)
  const names = options.filter(([key]) => chosen.includes(key)).map(([, name]) => name)
  const face = names.length === 0 ? `${label}：全部` : names.length <= 2 ? names.join('、') : `${label}：${names.length} 项`
  return (
    <Menu className={['more several', chosen.length > 0 && 'set', isRare && 'rare'].filter(Boolean).join(' ')} label={`${label}：${names.join('、') || '全部'}`} face={<>{face}<i aria-hidden="true" /></>} stays>
      {options.map(([key, name]) => (
        <label key={key} className="check">
          <input type="checkbox" checked={chosen.includes(key)} onChange={() => onChange(toggled(value, key))} />
          <span>{name}</span>
        </label>
      ))}
      {chosen.length > 0 && <button type="button" onClick={() => onChange(undefined)}>全部</button>}
    </Menu>
  )
}
