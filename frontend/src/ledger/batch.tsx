// Acts on many tasks at once: what it will do, said with its count, how far it is, and what became of each.
import { useQueryClient } from '@tanstack/react-query'
import { memo, useEffect, useRef, useState } from 'react'
import { type Schemas, post } from '../api/client'
import { actions } from '../labels.gen'
import { useRound } from '../session'
import { useSend } from '../ui/form'
import { afterPaint } from '../ui/paint'
import { Ask, Refused } from '../ui/parts'
import { said } from '../ui/words'
import { useChain } from './chain'
import { type Chosen, type Picked, useChosenSize } from './chosen'
import { mostChosen, useMatching } from './matching'
import type { Filter } from './search'

type Result = Schemas['BatchResult']

/** So many go in one request; the server takes more, but nobody should wait long without a word. */
const atOnce = 50

type Run = { action: string; items: Versioned[]; done: number; bad: Result[] }
type Versioned = { id: string; version: number }

/** Runs an act on many, piece by piece; those that were refused stay with their reasons. What broke off goes on from there when it is asked for again. */
export function useBatch(done: (refused: Result[], sent: Versioned[]) => void) {
  const queries = useQueryClient()
  const [refused, setRefused] = useState<Result[]>([])
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null)
  const current = useRef<Run>({ action: '', items: [], done: 0, bad: [] })
  const isStopped = useRef(false)
  const form = useSend(async () => {
    const run = current.current
    isStopped.current = false
    try {
      while (run.done < run.items.length && !isStopped.current) {
        setProgress({ done: run.done, all: run.items.length })
        const piece = run.items.slice(run.done, run.done + atOnce).map(({ id, version }) => ({ id, version }))
        const results = await post<Result[]>('/task-batches', { action: run.action, items: piece })
        run.bad.push(...results.filter((r) => r.problem))
        run.done += piece.length
      }
    } finally {
      setProgress(null)
      await queries.invalidateQueries()
    }
    setRefused(run.bad)
    done(run.bad, run.items.slice(0, run.done))
    current.current = { action: '', items: [], done: 0, bad: [] }
  })
  const run = (action: string, items: Versioned[]) => {
    if (current.current.items !== items || current.current.action !== action) current.current = { action, items, done: 0, bad: [] }
    void form.submit()
  }
  return { run, form, refused, progress, stop: () => { isStopped.current = true } }
}

export function Results({ refused, items }: { refused: Result[]; items: { id: string; number: string }[] }) {
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

export const BatchBar = memo(function BatchBar({ chosen, filter, sort }: { chosen: Chosen; filter: Filter; sort?: string }) {
  const size = useChosenSize(chosen)
  const isAny = size > 0
  // The line that was chosen answers first.
  const [isOut, setIsOut] = useState(false)
  useEffect(() => (isAny ? afterPaint(() => setIsOut(true)) : setIsOut(false)), [isAny])
  return isAny && isOut ? <Bar chosen={chosen} size={size} filter={filter} sort={sort} /> : null
})

function Bar({ chosen, size, filter, sort }: { chosen: Chosen; size: number; filter: Filter; sort?: string }) {
  const [asked, setAsked] = useState<{ act: (typeof offered)[number]; items: Picked[] } | null>(null)
  const [worked, setWorked] = useState<Picked[]>([])
  const total = useChain(filter)?.tasks ?? 0
  const matching = useMatching(useRound(), filter, sort, chosen)
  // What was refused stays chosen, and what was not come to.
  const batch = useBatch((bad, sent) => {
    const items = asked?.items ?? []
    setWorked(items)
    setAsked(null)
    const left = new Set(bad.map((r) => r.id))
    chosen.put(items.slice(0, sent.length).filter((i) => !left.has(i.id)), false)
  })
  const { progress } = batch
  const ask = asked && (
    <Ask title={`${actions[asked.act.act]}所选 ${asked.items.length} 项任务？`} verb={actions[asked.act.act]} busy={batch.form.busy} onYes={() => batch.run(asked.act.act, asked.items)} onNo={() => (progress ? batch.stop() : setAsked(null))}>
      <p>{asked.act.text}条件不齐的会逐项说明，其余照办。</p>
      {progress && progress.all > atOnce && <p role="status">已办 {progress.done} / {progress.all} 项。按“取消”停在这里，已办的不退回。</p>}
      <Refused error={batch.form.error} />
    </Ask>
  )
  return (
    <div className="batch over card" role="region" aria-label="批量操作">
      <b>已选 {size} 项</b>
      {matching.found !== null ? (
        <span role="status"><span className="spinner" />正在选取 {matching.found} / {Math.min(total, mostChosen)} 项 <button type="button" className="plain" onClick={matching.stop}>停下</button></span>
      ) : size < Math.min(total, mostChosen) ? (
        <button type="button" className="plain" onClick={() => void matching.choose()}>{total > mostChosen ? `选取符合条件的前 ${mostChosen} 项` : `选取符合条件的全部 ${total} 项`}</button>
      ) : total > mostChosen && <small className="muted">一次最多按条件选 {mostChosen} 项，更多的请分批</small>}
      {offered.map((o, i) => <button key={o.act} type="button" className={i === 0 ? 'main' : ''} onClick={() => setAsked({ act: o, items: chosen.all() })}>{actions[o.act]}</button>)}
      <button type="button" className="plain" onClick={() => chosen.clear()}>取消选择</button>
      <Refused error={matching.error} />
      <Results refused={batch.refused} items={worked} />
      {ask}
    </div>
  )
}
