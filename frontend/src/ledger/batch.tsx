// Acts on many tasks at once: what it will do, said with its count, and what became of each.
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { type Schemas, post } from '../api/client'
import { actions } from '../labels.gen'
import { useSend } from '../ui/form'
import { Ask, Refused } from '../ui/parts'
import { said } from '../ui/words'

type Result = Schemas['BatchResult']
type Item = { id: string; number: string }

/** So many the server takes in one request. */
const atOnce = 200

/** Runs an act on many; those that were refused stay with their reasons. */
export function useBatch(items: { id: string; version: number }[], done: (refused: Result[]) => void) {
  const queries = useQueryClient()
  const [refused, setRefused] = useState<Result[]>([])
  const act = useRef('')
  const form = useSend(async () => {
    const bad: Result[] = []
    for (let i = 0; i < items.length; i += atOnce) {
      const results = await post<Result[]>('/task-batches', { action: act.current, items: items.slice(i, i + atOnce) })
      bad.push(...results.filter((r) => r.problem))
    }
    setRefused(bad)
    await queries.invalidateQueries()
    done(bad)
  })
  const run = (action: string) => {
    act.current = action
    void form.submit()
  }
  return { run, form, refused }
}

export function Results({ refused, items }: { refused: Result[]; items: Item[] }) {
  if (refused.length === 0) return null
  return (
    <ul className="refused" role="alert">
      {refused.map((r) => <li key={r.id}>{items.find((i) => i.id === r.id)?.number}：{r.problem && said(r.problem.title)}{(r.problem?.errors ?? []).map((e) => `；${said(e.text)}`).join('')}</li>)}
    </ul>
  )
}

const offered = [
  { act: 'issue', text: '下发后牵头单位即可看到并认领，不能收回为草稿。' },
  { act: 'confirm', text: '确认后任务办结；反弹时可以重新整改。' },
] as const

export function BatchBar({ chosen, clear, items }: { chosen: Map<string, number>; clear: () => void; items: Schemas['LedgerLine'][] }) {
  const [asked, setAsked] = useState<(typeof offered)[number] | null>(null)
  const batch = useBatch([...chosen].map(([id, version]) => ({ id, version })), (bad) => {
    setAsked(null)
    if (bad.length === 0) clear()
  })
  return (
    <div className="batch card" role="region" aria-label="批量操作">
      <b>已选 {chosen.size} 项</b>
      {offered.map((o, i) => <button key={o.act} type="button" className={i === 0 ? 'main' : ''} onClick={() => setAsked(o)}>{actions[o.act]}</button>)}
      <button type="button" className="plain" onClick={clear}>取消选择</button>
      <Results refused={batch.refused} items={items} />
      {asked && (
        <Ask title={`${actions[asked.act]}所选 ${chosen.size} 项任务？`} verb={actions[asked.act]} busy={batch.form.busy} onYes={() => batch.run(asked.act)} onNo={() => setAsked(null)}>
          <p>{asked.text}条件不齐的会逐项说明，其余照办。</p>
          <Refused error={batch.form.error} />
        </Ask>
      )}
    </div>
  )
}
