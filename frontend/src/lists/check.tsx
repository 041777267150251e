// Before cells are saved: what changes to what, by task, as the server reads it; what two people wrote at once; what became of each.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { client, get } from '../api/client'
import { useRound } from '../session'
import { TextField } from '../ui/form'
import { Loading, Refused } from '../ui/parts'
import { said } from '../ui/words'
import { type Clash, type Edits, type Result, chosen, compared, items, without } from './cells'

type Props = { edits: Edits; setEdits: (edits: Edits) => void; reason: string; setReason: (reason: string) => void; needsReason: boolean; onClose: () => void; onSaved: (n: number) => void }

export function Check({ edits, setEdits, reason, setReason, needsReason, onClose, onSaved }: Props) {
  const round = useRound()
  const queries = useQueryClient()
  const [results, setResults] = useState<Result[] | null>(null)
  const [clashes, setClashes] = useState<Clash[]>([])
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [unasked, setUnasked] = useState(false)
  const panel = useRef<HTMLElement>(null)
  const send = (own: Edits, isCheck: boolean) =>
    get(client.POST('/api/v1/rounds/{id}/list-edits', { params: { path: { id: round } }, body: { is_check: isCheck, items: items(own), reason } }))

  /** Asks what would change; an edit that somebody's other change does not touch goes on by itself. */
  const ask = async (own: Edits) => {
    setBusy(true)
    setError(null)
    try {
      let answer = await send(own, true)
      let now = compared(own, answer)
      if (JSON.stringify(now.edits) !== JSON.stringify(own)) {
        setEdits(now.edits)
        if (now.clashes.length === 0 && Object.keys(now.edits).length > 0) {
          answer = await send(now.edits, true)
          now = compared(now.edits, answer)
        }
      }
      setClashes(now.clashes)
      setResults(answer)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' })
    void ask(edits)
    // Asked once as it opens; then after each choice.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  const take = (clash: Clash, isMine: boolean) => {
    const version = results?.find((r) => r.id === clash.edit.task)?.version ?? clash.edit.version
    const next = chosen(edits, clash, version, isMine)
    setEdits(next)
    if (Object.keys(next).length === 0) onClose()
    else void ask(next)
  }
  const faults = (r: Result) => r.problem?.errors ?? []
  /** A reason that is still to be written hinders nobody: it is asked for here. */
  const waits = (r: Result) => r.problem && !(needsReason && faults(r).length > 0 && faults(r).every((e) => e.pointer === '/reason'))
  const ready = (results ?? []).filter((r) => !waits(r) && !clashes.some((c) => c.edit.task === r.id))
  const save = async () => {
    if (needsReason && reason.trim() === '') {
      setUnasked(true)
      return
    }
    setBusy(true)
    setError(null)
    try {
      const own = Object.fromEntries(Object.entries(edits).filter(([, e]) => ready.some((r) => r.id === e.task)))
      const answer = await send(own, false)
      const done = new Set(answer.filter((r) => !r.problem).map((r) => r.id))
      const left = without(edits, done)
      setEdits(left)
      await queries.invalidateQueries()
      onSaved(done.size)
      if (Object.keys(left).length === 0) onClose()
      else await ask(left)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="card stack checking" aria-label="核对改动" ref={panel}>
      <header className="checkhead"><h2>核对改动</h2><button type="button" className="plain" onClick={onClose}>返回继续改</button></header>
      {!results && busy && <Loading />}
      {clashes.map((clash) => (
        <div key={clash.key} className="clash" role="alert">
          <p><b>{clash.edit.number} {clash.edit.label}</b> 在您填写期间被他人改过，请选定一个：</p>
          <dl><dt>原来</dt><dd>{clash.edit.base || '空'}</dd><dt>现在（他人所改）</dt><dd>{clash.theirs || '空'}</dd><dt>您填的</dt><dd>{clash.edit.text || '空'}</dd></dl>
          <div className="send"><button type="button" onClick={() => take(clash, true)}>用我的</button><button type="button" onClick={() => take(clash, false)}>用他人的</button></div>
        </div>
      ))}
      {results && (
        <div className="scroll">
          <table className="difference">
            <thead><tr><th>任务</th><th>项目</th><th>原来</th><th>改为</th></tr></thead>
            {results.map((result) => (
              <tbody key={result.id}>
                {result.changes.map((change, i) => {
                  const fault = faults(result).find((e) => e.pointer === `/cells/${i}`)
                  return (
                    <tr key={i}>
                      {i === 0 && <td rowSpan={result.changes.length} className="number">{result.number}</td>}
                      <td>{change.label}</td>
                      <td>{change.old ? <del>{said(change.old)}</del> : <span className="muted">（空）</span>}</td>
                      <td>{fault ? <span className="late">{said(fault.text)}</span> : change.new ? <ins>{said(change.new)}</ins> : <span className="muted">（清空）</span>}</td>
                    </tr>
                  )
                })}
                {waits(result) && <tr><td colSpan={4} className="late">{result.number}：{said(result.problem?.title ?? '')}{faults(result).filter((e) => !e.pointer.startsWith('/cells/')).map((e) => `；${said(e.text)}`).join('')}</td></tr>}
              </tbody>
            ))}
          </table>
        </div>
      )}
      {needsReason && <TextField label="调整责任人员的理由" value={reason} onChange={(text) => { setReason(text); setUnasked(false) }} error={unasked ? '请填写' : undefined} hint="已下发任务的责任人员有改动，理由记入履历" />}
      <Refused error={error} />
      <div className="send">
        <button type="button" className="main" disabled={busy || ready.length === 0} onClick={() => void save()}>{busy ? '正在办理…' : `保存 ${ready.length} 项任务的改动`}</button>
        <button type="button" onClick={onClose}>返回</button>
        {results && ready.length < results.length && <small className="muted">另有 {results.length - ready.length} 项未定，不影响其余</small>}
      </div>
    </section>
  )
}
