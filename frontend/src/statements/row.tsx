// One task of the week: folded to two lines, or open for writing with last week beside it.
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError, type Schemas, post, upload } from '../api/client'
import { accepted } from '../task/workforms'
import { TextField, useDraft, useSend } from '../ui/form'
import { Light, Refused } from '../ui/parts'
import { day, left, moment, today, week } from '../ui/words'

type Line = Schemas['WeekLine']
type Outcome = 'sent' | 'same' | 'empty' | 'refused'
/** How each row hands itself in, by its task. */
export type Rows = Map<string, () => Promise<Outcome>>
type File_ = { id: string; name: string }
type Values = { progress: string; difficulties: string; help_wanted: string; next_step: string; no_progress_reason: string; files: File_[] }

const texts = ['progress', 'difficulties', 'help_wanted', 'next_step', 'no_progress_reason'] as const
const pointers = texts.map((key) => `/${key}`)
const nothing = (value: string) => (value.trim() === '' ? null : value)

function base(line: Line): Values {
  const of = (key: (typeof texts)[number]) => line.this?.[key] ?? ''
  return { progress: of('progress'), difficulties: of('difficulties'), help_wanted: of('help_wanted'), next_step: of('next_step'), no_progress_reason: of('no_progress_reason'), files: [] }
}

export function Row({ line, sheet, rows, isOpen, onOpen, onWritten }: {
  line: Line
  sheet: Schemas['WeekSheet']
  rows: Rows
  isOpen: boolean
  onOpen: () => void
  onWritten: (is: boolean) => void
}) {
  const before = base(line)
  const { values, change, forget, kept } = useDraft('statement', `${line.task_id}.${sheet.week}`, before)
  const [error, setError] = useState<unknown>(null)
  const files = values.files ?? []
  const isChanged = texts.some((key) => values[key] !== before[key]) || files.length > 0
  const isFilled = values.progress.trim() !== '' || values.no_progress_reason.trim() !== ''
  useEffect(() => onWritten(isFilled))
  const sent = line.this?.evidence ?? []
  rows.set(line.task_id, async () => {
    if (!isChanged) return line.this ? 'same' : 'empty'
    try {
      await post(`/tasks/${line.task_id}/statements`, {
        unit: sheet.unit_id, week: sheet.week, follows: line.this?.revision ?? 0, progress: nothing(values.progress), difficulties: nothing(values.difficulties),
        help_wanted: nothing(values.help_wanted), next_step: nothing(values.next_step), no_progress_reason: nothing(values.no_progress_reason),
        evidence: [...sent, ...files.map((f) => f.id)],
      })
      setError(null)
      forget()
      if (files.length > 0) change({ files: [] })
      return 'sent'
    } catch (problem) {
      setError(problem)
      return 'refused'
    }
  })
  const at = (pointer: string) => (error instanceof ApiError ? error.at(pointer) : undefined)
  const written = values.progress || (values.no_progress_reason ? `本周无进展：${values.no_progress_reason}` : '')
  const state = isChanged ? (kept ? '草稿已存，未交' : '未交') : line.this ? `已交 ${moment(line.this.at)}` : '未填'
  return (
    <article className={isOpen ? 'weekrow open' : 'weekrow'} aria-label={`${line.number} ${line.title}`}>
      <div className="task">
        <p><Link to="/tasks/$id" params={{ id: line.task_id }} search={{}} className="number">{line.number}</Link>{line.title}</p>
        <p><Light light={line.light} /> <small className="muted">{line.due_on ? `${day(line.due_on)}，${left(line.working_days_left)}` : '长期坚持'}</small></p>
        {isOpen && line.criteria.length > 0 && <><small className="muted">完成标准</small>{line.criteria.map((c, i) => <p key={i}>{line.criteria.length > 1 && `${i + 1}. `}{c}</p>)}</>}
        {isOpen && line.due_milestones.length > 0 && <><small className="muted">到期节点</small>{line.due_milestones.map((m) => <p key={m.id} className={m.due_on < today() ? 'late' : ''}>{m.title}（{day(m.due_on)}）</p>)}</>}
      </div>
      <div className="last">
        <small className="onphone muted">上周写了什么</small>
        {line.last ? <LastWeek last={line.last} isOpen={isOpen} /> : <p className="muted">没有写实</p>}
      </div>
      <div className="now">
        {isOpen ? (
          <>
            <TextField label="本周进展" rows={3} value={values.progress} onChange={(progress) => change({ progress })} error={at('/progress')} />
            {values.progress.trim() === '' && <TextField label="本周无进展的，写明原因" value={values.no_progress_reason} onChange={(no_progress_reason) => change({ no_progress_reason })} error={at('/no_progress_reason')} />}
            <div className="pair">
              <TextField label="困难（可不填）" value={values.difficulties} onChange={(difficulties) => change({ difficulties })} error={at('/difficulties')} />
              <TextField label="请领导组协调（可不填）" value={values.help_wanted} onChange={(help_wanted) => change({ help_wanted })} error={at('/help_wanted')} />
            </div>
            <TextField label="下周打算（可不填）" value={values.next_step} onChange={(next_step) => change({ next_step })} error={at('/next_step')} />
            <Attach line={line} files={files} onAdd={(added) => change({ files: [...files, ...added] })} />
          </>
        ) : (
          <button type="button" className="writing" onClick={onOpen}>{written || <span className="muted">写本周进展，或写明无进展的原因</span>}</button>
        )}
        <Refused error={error} shown={pointers} />
      </div>
      <div className="kept">
        <small className={line.this && !isChanged ? 'ok' : isChanged ? 'amber' : 'muted'}>{state}</small>
        {line.this && <small className="muted">{line.this.reply_label}{line.this.is_late && '，迟报'}</small>}
        <small className="muted">佐证 {sent.length + files.length} 份</small>
      </div>
    </article>
  )
}

function LastWeek({ last, isOpen }: { last: Schemas['WrittenView']; isOpen: boolean }) {
  const main = last.progress ?? (last.no_progress_reason ? `本周无进展：${last.no_progress_reason}` : '—')
  if (!isOpen) return <p className="two">{main}</p>
  return (
    <>
      <small className="muted">{week(last.week)}，{moment(last.at)}，{last.reply_label}</small>
      <p>{main}</p>
      {last.difficulties && <><small className="muted">困难</small><p>{last.difficulties}</p></>}
      {last.help_wanted && <><small className="muted">请领导组协调</small><p>{last.help_wanted}</p></>}
      {last.next_step && <><small className="muted">下周打算</small><p>{last.next_step}</p></>}
    </>
  )
}

/** Files go up at once, and belong to the statement when it is handed in. */
function Attach({ line, files, onAdd }: { line: Line; files: File_[]; onAdd: (added: File_[]) => void }) {
  const [chosen, setChosen] = useState<File[]>([])
  const send = useSend(async () => {
    const added: File_[] = []
    for (const file of chosen) {
      const task = await upload<Schemas['TaskView']>(`/tasks/${line.task_id}/evidence`, { filename: file.name, purpose: 'statement', occurred_on: today() }, file, 'evidence')
      const newest = [...task.evidence].sort((x, y) => x.received_at.localeCompare(y.received_at)).pop()
      if (newest) added.push({ id: newest.id, name: newest.filename })
    }
    setChosen([])
    onAdd(added)
  })
  useEffect(() => {
    if (chosen.length > 0) void send.submit()
    // Sends what was just chosen, once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen])
  return (
    <div className="attach" onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); setChosen([...e.dataTransfer.files]) }}>
      <label>
        <span>佐证：把文件拖到这里，或</span> <span className="link">选择文件</span>
        <input type="file" multiple className="hidden" aria-label={`${line.number} 佐证文件`} accept={accepted} onChange={(e) => setChosen([...(e.target.files ?? [])])} />
      </label>
      {send.busy && <small role="status"><span className="spinner" />正在上传…</small>}
      {files.map((f) => <span key={f.id} className="tag">{f.name}</span>)}
      <Refused error={send.error} />
    </div>
  )
}
