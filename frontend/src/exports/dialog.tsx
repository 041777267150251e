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
  slips: '督办台账',
  archives: '全部问题档案（一问题一档案，压缩包）',
}
const counted = (kind: Kind) => (kind === 'slips' ? '件督办单' : '项任务')

/** What of the page goes into a list: tasks as the ledger is narrowed, slips as their page is, an archive as a whole. */
function filterOf(kind: Kind, offer: Offer, unit: string | undefined): Record<string, string> {
  if (kind === 'archives') return {}
  if (kind === 'slips') return Object.fromEntries(Object.entries(offer.slips ?? {}).filter(([, value]) => value))
  return { ...offer.filter, ...(kind === 'brief' && unit ? { unit } : {}), ...(offer.sort && kind !== 'brief' ? { sort: offer.sort } : {}) } as Record<string, string>
}

function about(kind: Kind, offer: Offer, unit: string | undefined): string {
  if (kind === 'archives') return '您能看到的全部问题，一个问题一份 Word 档案，另附目录，打成一个压缩包。'
  if (kind === 'slips') return offer.slips?.level || offer.slips?.state ? '按页面当前选定的等级和状态。' : '您能看到的全部督办单。'
  if (kind === 'statements' && offer.week) return `${week(offer.week)}，您能看到的全部任务。`
  if (kind === 'brief') return `${offer.filter.unit ? '所选单位' : (unit ?? '单位')}承担的全部任务。`
  return isFiltered(offer.filter) ? '按页面当前的筛选和排序。' : '本轮您能看到的全部任务；要少一些，先在页面上筛选。'
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
  const filter = filterOf(kind, offer, unit)
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
    <Dialog title={kind === 'archives' ? '导出档案' : '导出 Excel'} onClose={onClose}>
      <div className="exports stack">
        {offer.kinds.length > 1 && (
          <SelectField label="导出什么" value={kind} onChange={(k) => { setKind(k as Kind); setCurrent(null) }} options={offer.kinds.map((k) => ({ value: k, label: names[k] }))} />
        )}
        <p className="muted">
          {about(kind, offer, own?.unit)}
          {kind === 'archives' ? '内容以导出那一刻为准。' : '数字以导出那一刻为准，表末有合计。'}
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
          <progress value={made.n_done} max={Math.max(1, made.n_all)} aria-label="已写入的项数" />
          <p>{made.n_all > 0 ? `已写入 ${made.n_done} / ${made.n_all} 项` : '排队中'}，可以关上这个窗口，稍后在“最近导出”里取。</p>
          <button type="button" disabled={giving.busy} onClick={() => void giving.submit()}>取消导出</button>
        </>
      )}
      {isReady && <p>{saving.busy ? '正在下载' : saving.error ? '没有下载成功' : '已下载'} {made.filename}（{size(made.size ?? 0)}，{made.n_all} {counted(made.kind)}）<button type="button" className="plain" onClick={() => void saving.submit()}>再下载一次</button></p>}
      {(made.state === 'failed' || made.state === 'cancelled') && <p>{made.fault ?? '已取消。'}<button type="button" className="plain" onClick={onAgain}>重新导出</button></p>}
      <Refused error={saving.error ?? giving.error} />
    </div>
  )
}

function Kept({ made, onWatch }: { made: View; onWatch: () => void }) {
  const saving = useSend(() => save(`/exports/${made.id}/file`))
  return (
    <li>
      <span>{made.kind_label} <small className="muted">{moment(made.as_of)}{made.state === 'ready' && `，${made.n_all} ${counted(made.kind)}，${size(made.size ?? 0)}`}</small></span>
      {made.state === 'running' ? <button type="button" className="plain" onClick={onWatch}>看进度</button> : <button type="button" className="plain" disabled={saving.busy} onClick={() => void saving.submit()}>下载</button>}
      <Refused error={saving.error} />
    </li>
  )
}
