// A list is asked for, seen to grow, given up or saved; what was made today can be fetched again.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { type Schemas, client, get, save } from '../api/client'
import { isFiltered } from '../ledger/search'
import { useRound, useSession } from '../session'
import '../styles/exports.css'
import { SelectField, useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { SaveFile } from '../ui/savefile'
import { moment, size, week } from '../ui/words'
import type { Offer } from './button'

type Kind = Schemas['ExportKind']
type View = Schemas['ExportView']

const names: Record<Kind, string> = {
  ledger: '整改台账（三张清单合一，A3）',
  findings: '问题清单',
  measures: '整改清单',
  responsibilities: '责任清单',
  brief: '单位任务书（按时限排）',
  statements: '每周写实汇总',
}

/** How often it is asked how far it is, ms. */
const often = 700

export function ExportDialog({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const round = useRound()
  const { me } = useSession()
  const queries = useQueryClient()
  const [kind, setKind] = useState<Kind>(offer.kinds[0] ?? 'ledger')
  const [current, setCurrent] = useState<string | null>(null)
  const own = me.posts[0]
  // A brief is of one unit: the one that is looked at, else one's own.
  const unit = offer.filter.unit ?? own?.unit_id
  const filter = { ...offer.filter, ...(kind === 'brief' && unit ? { unit } : {}), ...(offer.sort && kind !== 'brief' ? { sort: offer.sort } : {}) } as Record<string, string>
  const form = useSend(async () => {
    const begun = await get(client.POST('/api/v1/rounds/{id}/exports', { params: { path: { id: round } }, body: { kind, filter, week: offer.week ?? null } }))
    setCurrent(begun.id)
    await queries.invalidateQueries({ queryKey: ['exports', round] })
  })
  const recent = useQuery({
    queryKey: ['exports', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/exports', { params: { path: { id: round } } })),
  })
  const isLacking = kind === 'brief' && !unit
  const others = (recent.data ?? []).filter((e) => e.id !== current && (e.state === 'ready' || e.state === 'running'))
  return (
    <Dialog title="导出 Excel" onClose={onClose}>
      <div className="exports stack">
        {offer.kinds.length > 1 && (
          <SelectField label="导出什么" value={kind} onChange={(k) => { setKind(k as Kind); setCurrent(null) }} options={offer.kinds.map((k) => ({ value: k, label: names[k] }))} />
        )}
        <p className="muted">
          {kind === 'statements' && offer.week ? `${week(offer.week)}，您能看到的全部任务。` : kind === 'brief' ? `${offer.filter.unit ? '所选单位' : own ? own.unit : '单位'}承担的全部任务。` : isFiltered(offer.filter) ? '按页面当前的筛选和排序。' : '本轮您能看到的全部任务；要少一些，先在页面上筛选。'}
          数字以导出那一刻为准，表末有合计。
        </p>
        {kind === 'brief' && unit && <div className="send"><SaveFile path={`/rounds/${round}/unit-brief?unit=${unit}`} label="任务书 Word 版" /></div>}
        {isLacking && <p className="note">请先在台账的筛选里选定单位。</p>}
        {current ? <One key={current} id={current} onAgain={() => void form.submit()} /> : (
          <div className="send"><button type="button" className="main" disabled={form.busy || isLacking} onClick={() => void form.submit()}>{form.busy ? '正在提交…' : '导出'}</button></div>
        )}
        <Refused error={form.error} />
        {others.length > 0 && (
          <section aria-label="最近导出">
            <h3>最近导出 <span className="muted">保留一天</span></h3>
            <ul>{others.map((e) => <Kept key={e.id} made={e} onWatch={() => setCurrent(e.id)} />)}</ul>
          </section>
        )}
      </div>
    </Dialog>
  )
}

/** One that is being made: how far it is; it is saved by itself when it is ready. */
function One({ id, onAgain }: { id: string; onAgain: () => void }) {
  const query = useQuery({
    queryKey: ['export', id],
    queryFn: () => get(client.GET('/api/v1/exports/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? often : false),
  })
  const queries = useQueryClient()
  const saving = useSend(() => save(`/exports/${id}/file`))
  const giving = useSend(async () => {
    await get(client.POST('/api/v1/exports/{id}/cancel', { params: { path: { id } } }))
    await queries.invalidateQueries({ queryKey: ['export', id] })
  })
  const made = query.data
  const isSaved = useRef(false)
  const isReady = made?.state === 'ready'
  useEffect(() => {
    if (!isReady || isSaved.current) return
    isSaved.current = true
    void saving.submit()
  }, [isReady, saving])
  if (!made) return query.error ? <Refused error={query.error} /> : <p role="status"><span className="spinner" />正在生成…</p>
  return (
    <div className="making" role="status">
      {made.state === 'running' && (
        <>
          <progress value={made.n_done} max={Math.max(1, made.n_all)} aria-label="已写入的任务" />
          <p>{made.n_all > 0 ? `已写入 ${made.n_done} / ${made.n_all} 项` : '排队中'}，可以关上这个窗口，稍后在“最近导出”里取。</p>
          <button type="button" disabled={giving.busy} onClick={() => void giving.submit()}>取消导出</button>
        </>
      )}
      {isReady && <p>{saving.busy ? '正在下载' : saving.error ? '没有下载成功' : '已下载'} {made.filename}（{size(made.size ?? 0)}，{made.n_all} 项任务）<button type="button" className="plain" onClick={() => void saving.submit()}>再下载一次</button></p>}
      {(made.state === 'failed' || made.state === 'cancelled') && <p>{made.fault ?? '已取消。'}<button type="button" className="plain" onClick={onAgain}>重新导出</button></p>}
      <Refused error={saving.error ?? giving.error} />
    </div>
  )
}

function Kept({ made, onWatch }: { made: View; onWatch: () => void }) {
  const saving = useSend(() => save(`/exports/${made.id}/file`))
  return (
    <li>
      <span>{made.kind_label} <small className="muted">{moment(made.as_of)}{made.state === 'ready' && `，${made.n_all} 项任务，${size(made.size ?? 0)}`}</small></span>
      {made.state === 'running' ? <button type="button" className="plain" onClick={onWatch}>看进度</button> : <button type="button" className="plain" disabled={saving.busy} onClick={() => void saving.submit()}>下载</button>}
      <Refused error={saving.error} />
    </li>
  )
}
