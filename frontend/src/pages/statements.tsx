// A unit's week: one row per task, last week beside it, handed in all at once.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { useRound } from '../session'
import { useDraft } from '../ui/form'
import { Empty, Light, Loaded, Refused } from '../ui/parts'
import { day, moment, week } from '../ui/words'

type Sheet = Schemas['WeekSheet']
type Line = Schemas['WeekLine']
/** What a row says about itself when all are handed in. */
type Send = () => Promise<'sent' | 'empty' | 'refused'>

export function Statements() {
  const round = useRound()
  const search = useSearch({ from: '/statements' })
  const query = useQuery({
    queryKey: ['week', round, search.week],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/statements', { params: { path: { id: round }, query: { week: search.week } } })),
    enabled: round !== '',
  })
  if (round === '') return <Empty>还没有与您有关的轮次。</Empty>
  return <Loaded query={query}>{(sheet) => <Whole key={sheet.week} sheet={sheet} />}</Loaded>
}

function Whole({ sheet }: { sheet: Sheet }) {
  const navigate = useNavigate({ from: '/statements' })
  const queries = useQueryClient()
  const rows = useRef(new Map<string, Send>())
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState('')
  const owed = sheet.lines.filter((l) => l.is_owed)
  const written = owed.filter((l) => l.this).length
  const sendAll = async () => {
    setBusy(true)
    const count = { sent: 0, empty: 0, refused: 0 }
    for (const send of rows.current.values()) count[await send()] += 1
    setOutcome(`已交 ${count.sent} 项${count.refused > 0 ? `，${count.refused} 项有误，见各行提示` : ''}${count.empty > 0 ? `，${count.empty} 项未填` : ''}`)
    setBusy(false)
    await queries.invalidateQueries()
  }
  return (
    <>
      <div className="head">
        <h1>每周写实</h1>
        <p>{week(sheet.week)}（{day(sheet.monday)} 至 {day(sheet.sunday)}），必报 {owed.length} 项，已交 {written} 项{sheet.cut_off && `；${moment(sheet.cut_off)} 截止${sheet.is_past_cut_off ? '，现在提交计为迟报' : ''}`}</p>
        <div className="acts">
          <button type="button" onClick={() => void navigate({ search: { week: sheet.previous } })}>上一周</button>
          {sheet.next && <button type="button" onClick={() => void navigate({ search: { week: sheet.next ?? undefined } })}>下一周</button>}
        </div>
      </div>
      {sheet.lines.length === 0 && <Empty>本周没有要写的任务。认领并审定方案后，任务会出现在这里。</Empty>}
      {sheet.lines.map((line) => <Row key={line.task_id} line={line} sheet={sheet} rows={rows.current} />)}
      {sheet.lines.length > 0 && (
        <div className="batch card">
          <span>{outcome || '逐项填写，最后一次交齐；已交的可以再更新。'}</span>
          <button type="button" className="main" disabled={busy} onClick={() => void sendAll()}>{busy ? '正在提交…' : '交已填的各项'}</button>
        </div>
      )}
    </>
  )
}

function Row({ line, sheet, rows }: { line: Line; sheet: Sheet; rows: Map<string, Send> }) {
  const base = { progress: line.this?.progress ?? '', difficulties: line.this?.difficulties ?? '', help_wanted: line.this?.help_wanted ?? '', no_progress_reason: line.this?.no_progress_reason ?? '' }
  const { values, change, forget, kept } = useDraft('statement', `${line.task_id}.${sheet.week}`, base)
  const [error, setError] = useState<unknown>(null)
  const isChanged = (Object.keys(base) as (keyof typeof base)[]).some((key) => values[key] !== base[key])
  const text = (value: string) => (value.trim() === '' ? null : value)
  rows.set(line.task_id, async () => {
    if (!isChanged) return line.this ? 'sent' : 'empty'
    try {
      await post(`/tasks/${line.task_id}/statements`, {
        unit: sheet.unit_id, week: sheet.week, follows: line.this?.revision ?? 0, progress: text(values.progress),
        difficulties: text(values.difficulties), help_wanted: text(values.help_wanted), no_progress_reason: text(values.no_progress_reason),
      })
      setError(null)
      forget()
      return 'sent'
    } catch (problem) {
      setError(problem)
      return 'refused'
    }
  })
  const at = (pointer: string) => (error instanceof ApiError ? error.at(pointer) : undefined)
  return (
    <section className="card weekrow">
      <header>
        <Link to="/tasks/$id" params={{ id: line.task_id }} search={{}} className="number">{line.number}</Link>
        <b>{line.title}</b>
        <Light light={line.light} withReason />
        <span className="tag">{line.is_owed ? '必报' : '可补充'}</span>
        <small className="muted">{line.this ? `已交第 ${line.this.revision} 版 ${moment(line.this.at)}，${line.this.reply_label}` : kept ? '草稿已存' : '未交'}</small>
      </header>
      <div className="weekgrid">
        <div className="lastweek">
          <small className="muted">{line.last ? week(line.last.week) : '上周'}</small>
          <p>{line.last?.progress ?? (line.last?.no_progress_reason ? `无进展：${line.last.no_progress_reason}` : '没有写实')}</p>
          {line.criteria.length > 0 && <><small className="muted">完成标准</small><ul>{line.criteria.map((c, i) => <li key={i}>{c}</li>)}</ul></>}
        </div>
        <div className="stack">
          <label className="field"><span>本周进展</span><textarea rows={3} value={values.progress} onChange={(e) => change({ progress: e.target.value })} /></label>
          {at('/progress') && <p className="fault">{at('/progress')}</p>}
          <div className="pair">
            {values.progress.trim() === '' && <label className="field"><span>无进展的原因</span><input value={values.no_progress_reason} onChange={(e) => change({ no_progress_reason: e.target.value })} /></label>}
            <label className="field"><span>困难</span><input value={values.difficulties} onChange={(e) => change({ difficulties: e.target.value })} /></label>
            <label className="field"><span>请领导组协调</span><input value={values.help_wanted} onChange={(e) => change({ help_wanted: e.target.value })} /></label>
          </div>
          {at('/no_progress_reason') && <p className="fault">{at('/no_progress_reason')}</p>}
          <Refused error={error} shown={['/progress', '/no_progress_reason']} />
        </div>
      </div>
    </section>
  )
}
