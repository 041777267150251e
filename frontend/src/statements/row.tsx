// One task of the week: folded to two lines, or open for writing with last week beside it. A file dropped on it is evidence either way.
import { Link } from '@tanstack/react-router'
import { type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from 'react'
import { ApiError, type Schemas, post } from '../api/client'
import { type Attached, accepted, attach, named, stillThere, unfit, withdraw } from '../task/attach'
import { TextField, useDraft, useSend } from '../ui/form'
import { Light, Refused } from '../ui/parts'
import { day, left, moment, today, week } from '../ui/words'
import { Copied, useCopy } from './copied'
import { Conflict, Words } from './versions'
import { type Draft, type Line, type Texts, type Written, asInput, fields, inShort, isFilled, labels, same, texts } from './values'

export type Outcome = 'sent' | 'same' | 'empty' | 'refused'
/** What a row would hand in, for the look before it is sent. */
export type Look = { state: 'new' | 'changed' | 'same' | 'empty' | 'lacking'; words: string; copy: string | null; n_files: number }
/** What the list may do with a row. */
export type Handle = { look: () => Look; send: () => Promise<Outcome>; texts: () => Texts; put: (to: Partial<Texts>) => void }
export type Rows = Map<string, Handle>
export type Status = { isFilled: boolean; isChanged: boolean }

const pointers = fields.map((key) => `/${key}`)

export function Row({ line, sheet, rows, isOpen, takesFocus, onOpen, onStatus }: {
  line: Line
  sheet: Schemas['WeekSheet']
  rows: Rows
  isOpen: boolean
  /** Whether the keyboard goes into the row as it opens. */
  takesFocus: () => boolean
  onOpen: () => void
  onStatus: (is: Status) => void
}) {
  const revision = line.this?.revision ?? 0
  const before = texts(line.this)
  const untouched: Draft = { ...before, files: [], on: null }
  const { values: draft, change, forget, kept, reset } = useDraft<Draft>('statement', `${line.task_id}.${sheet.week}`, untouched)
  const [error, setError] = useState<unknown>(null)
  const [isUnlocked, unlock] = useState(false)
  /** Files that could not be taken away again. */
  const [remaining, setRemaining] = useState<string[]>([])
  const ref = useRef<HTMLElement>(null)
  const isTouched = draft.on !== null || kept !== null
  const now: Texts = isTouched ? draft : before
  const files = isTouched ? (draft.files ?? []) : []
  const isChanged = !same(now, before) || files.length > 0
  const writtenOn = draft.on ?? revision
  const isOvertaken = isChanged && writtenOn < revision
  const isFrozen = sheet.is_past_cut_off && Boolean(line.this) && !isChanged && !isUnlocked
  const sent = line.this?.evidence ?? []
  const written = useCopy(line.task_id, sheet.unit_id, sheet.week, now, isChanged)
  const copy = isChanged ? written : (line.copy?.words ?? null)
  const edit = (part: Partial<Draft>) => change(isTouched ? { on: writtenOn, ...part } : { ...untouched, on: revision, ...part })
  const status = { isFilled: isFilled(now), isChanged }
  useEffect(() => onStatus(status))
  // What was handed in and has come back is no draft any more: from then on the row follows what others hand in.
  const isSettled = draft.on === revision && kept === null && same(draft, before) && files.length === 0
  useEffect(() => {
    if (isSettled) reset(untouched)
    // Once it is settled, whatever else changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isSettled])
  useEffect(() => {
    if (!isOpen || !takesFocus()) return
    const field = ref.current?.querySelector<HTMLElement>('.now textarea, .now button')
    field?.focus({ preventScroll: true })
    ref.current?.scrollIntoView({ block: 'nearest' })
    // As it opens, once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOpen])
  const send = async (follows: number): Promise<Outcome> => {
    try {
      await post(`/tasks/${line.task_id}/statements`, { unit: sheet.unit_id, week: sheet.week, follows, ...asInput(now), evidence: [...sent, ...files.map((f) => f.id)] })
      setError(null)
      unlock(false)
      forget()
      reset({ ...now, files: [], on: follows + 1 })
      return 'sent'
    } catch (problem) {
      setError(problem)
      return 'refused'
    }
  }
  rows.set(line.task_id, {
    look: () => {
      const isThere = Boolean(line.this)
      const state = !isChanged ? (isThere ? 'same' : 'empty') : !isFilled(now) ? 'lacking' : isThere ? 'changed' : 'new'
      return { state, words: inShort(now), copy, n_files: sent.length + files.length }
    },
    send: async () => (isChanged ? send(writtenOn) : line.this ? 'same' : 'empty'),
    texts: () => now,
    put: (to) => edit({ ...to, on: revision }),
  })
  const evidence = useEvidence(line.task_id, (added) => edit({ files: [...files, ...added.filter((a) => !files.some((f) => f.id === a.id))] }))
  /** What is not to go along is no evidence of the task either; what a statement already brought stays. */
  const takeAway = async (out: Attached[]) => {
    const gone = out.filter((f) => !sent.includes(f.id))
    setRemaining(await withdraw(line.task_id, gone))
  }
  const at = (pointer: string) => (error instanceof ApiError ? error.at(pointer) : undefined)
  const state = isChanged ? (kept ? `草稿已存 ${moment(kept).slice(-5)}，未交` : '未交') : line.this ? `已交 ${moment(line.this.at)}` : '未填'
  return (
    <article
      ref={ref}
      data-task={line.task_id}
      className={`weekrow${isOpen ? ' open' : ''}${evidence.isOver ? ' over' : ''}`}
      aria-label={`${line.number} ${line.title}`}
      {...evidence.drop}
    >
      <div className="task">
        <p><Link to="/tasks/$id" params={{ id: line.task_id }} search={{}} className="number" tabIndex={isOpen ? undefined : -1}>{line.number}</Link>{line.title}</p>
        <p><Light light={line.light} /> <small className="muted">{line.due_on ? `${day(line.due_on)}，${left(line.working_days_left)}` : '长期坚持'}</small></p>
        {isOpen && line.criteria.length > 0 && <><small className="muted">完成标准</small>{line.criteria.map((c, i) => <p key={i}>{line.criteria.length > 1 && `${i + 1}. `}{c}</p>)}</>}
        {isOpen && line.due_milestones.length > 0 && <><small className="muted">到期节点</small>{line.due_milestones.map((m) => <p key={m.id} className={m.due_on < today() ? 'late' : ''}>{m.title}（{day(m.due_on)}）</p>)}</>}
      </div>
      <div className="last">
        <small className="onphone muted">上周写了什么</small>
        {line.last ? <Last line={line} isOpen={isOpen} /> : <p className="muted">没有写实</p>}
      </div>
      <div className="now">
        {line.this?.return_reason && <p className="note">退回：{line.this.return_reason}</p>}
        {!isOpen ? (
          <button type="button" className="writing" onClick={onOpen}>{inShort(now) || <span className="muted">写本周进展，或写明无进展的原因</span>}</button>
        ) : isOvertaken && line.this ? (
          <Conflict mine={now} theirs={line.this} onMine={() => edit({ on: revision })} onTheirs={() => { void takeAway(files); forget(); reset(untouched) }} />
        ) : isFrozen && line.this ? (
          <>
            <Words of={line.this} title={versionOf(line.this)} />
            {copy && <p className="copied">{copy}</p>}
            <div><button type="button" onClick={() => unlock(true)}>改写本周写实</button> <small className="muted">已过截止，改动另存为一版，两版都留</small></div>
          </>
        ) : (
          <>
            <TextField label={labels.progress} rows={3} value={now.progress} onChange={(progress) => edit({ progress })} error={at('/progress')} />
            {isChanged ? <Copied words={copy} /> : copy && <p className="copied">{copy}</p>}
            {now.progress.trim() === '' && <TextField label="本周无进展的，写明原因" value={now.no_progress_reason} onChange={(no_progress_reason) => edit({ no_progress_reason })} error={at('/no_progress_reason')} />}
            <div className="pair">
              <TextField label="困难（可不填）" value={now.difficulties} onChange={(difficulties) => edit({ difficulties })} error={at('/difficulties')} />
              <TextField label="请领导组协调（可不填）" value={now.help_wanted} onChange={(help_wanted) => edit({ help_wanted })} error={at('/help_wanted')} />
            </div>
            <TextField label="下周打算（可不填）" value={now.next_step} onChange={(next_step) => edit({ next_step })} error={at('/next_step')} />
            <div className="attach">
              <label>
                <span>佐证：把文件拖到这一行，或</span> <span className="link">选择文件</span><span>，截图可直接粘贴</span>
                <input type="file" multiple className="hidden" aria-label={`${line.number} 佐证文件`} accept={accepted} onChange={(e) => { evidence.add([...(e.target.files ?? [])]); e.target.value = '' }} />
              </label>
            </div>
          </>
        )}
        {line.frozen && isOpen && <Words of={line.frozen} title={versionOf(line.frozen)} />}
        {evidence.busy && <small role="status"><span className="spinner" />正在上传…</small>}
        {files.length > 0 && (
          <ul className="attached">
            {files.map((f) => <li key={f.id} className="tag">{f.name}{isOpen && <button type="button" className="plain" aria-label={`不附 ${f.name}`} onClick={() => { edit({ files: files.filter((x) => x.id !== f.id) }); void takeAway([f]) }}>✕</button>}</li>)}
          </ul>
        )}
        {remaining.length > 0 && <p className="fault" role="alert">{stillThere(remaining)}</p>}
        {evidence.unfit.map((why) => <p key={why} className="fault" role="alert">{why}</p>)}
        <Refused error={evidence.error} />
        {!isOvertaken && <Refused error={error} shown={isOpen ? pointers : []} />}
      </div>
      <div className="kept">
        <small className={line.this && !isChanged ? 'ok' : isChanged ? 'amber' : 'muted'}>{state}</small>
        {isOvertaken && <small className="late">已被他人更新，请核对</small>}
        <small className="muted">{line.this && `${line.this.reply_label}${line.this.is_late ? '，迟报' : ''}${line.this.is_after_cut_off ? '，截止后改' : ''}，`}佐证 {sent.length + files.length} 份</small>
        {isFrozen && <small className="tag">已截止</small>}
      </div>
    </article>
  )
}

/** Which version it is, seen from the cut-off. */
function versionOf(of: Written): string {
  const which = of.is_after_cut_off ? `截止后改的第 ${of.revision} 版` : of.is_late ? '迟报的一版' : '截止时的一版'
  return `${which}，${moment(of.at)} 交`
}

function Last({ line, isOpen }: { line: Line; isOpen: boolean }) {
  const last = line.last
  if (!last) return null
  if (!isOpen) return <p className="two">{inShort(texts(last)) || '—'}</p>
  return <Words of={last} title={`${week(last.week)}，${moment(last.at)}，${last.reply_label}`} />
}

/** Files come by dropping, pasting or choosing, go up at once, and belong to the statement when it is handed in. */
function useEvidence(task: string, onAdd: (added: Attached[]) => void) {
  const [refused, setRefused] = useState<string[]>([])
  const [isOver, setOver] = useState(false)
  const [queue, setQueue] = useState<File[]>([])
  const send = useSend(async () => {
    const added = []
    for (const file of queue) added.push(await attach(task, file))
    setQueue([])
    onAdd(added)
  })
  useEffect(() => {
    if (queue.length > 0) void send.submit()
    // Sends what was just chosen, once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [queue])
  const add = (files: File[]) => {
    const all = files.map(named)
    setRefused(all.flatMap((f) => unfit(f) ?? []))
    setQueue(all.filter((f) => unfit(f) === null))
  }
  const hasFiles = (data: DataTransfer) => [...data.types].includes('Files')
  const drop = {
    onDragOver: (e: DragEvent) => {
      if (!hasFiles(e.dataTransfer)) return
      e.preventDefault()
      setOver(true)
    },
    onDragLeave: (e: DragEvent) => e.currentTarget.contains(e.relatedTarget as Node | null) || setOver(false),
    onDrop: (e: DragEvent) => {
      e.preventDefault()
      setOver(false)
      add([...e.dataTransfer.files])
    },
    onPaste: (e: ClipboardEvent) => {
      const files = [...e.clipboardData.files]
      // A table out of a spreadsheet brings its picture with it; its words are what is meant.
      if (files.length === 0 || e.clipboardData.getData('text/plain') !== '') return
      e.preventDefault()
      add(files)
    },
  }
  return { drop, add, isOver, unfit: refused, busy: send.busy, error: send.error }
}
