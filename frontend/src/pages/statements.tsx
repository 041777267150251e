// A unit's week: one row per task, last week beside it, written by keyboard alone, looked at once and handed in together.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { ExportButton } from '../exports/button'
import { NoRound, useRound } from '../session'
import { type Difference, DifferenceDialog } from '../statements/difference'
import { shortcuts, useKeys } from '../statements/keys'
import { LookDialog, type Looked } from '../statements/look'
import { read } from '../statements/paste'
import { Row, type Rows, type Status } from '../statements/row'
import { type Changed, type Line, changes } from '../statements/values'
import { WorkbookButtons } from '../statements/workbook'
import '../styles/statements.css'
import { Empty, Loaded, Progress } from '../ui/parts'
import { pasted } from '../ui/table'
import { useTitle } from '../ui/title'
import { countdown, day, until, week } from '../ui/words'

type Sheet = Schemas['WeekSheet']

export function Statements() {
  useTitle('每周写实')
  const round = useRound()
  const search = useSearch({ from: '/statements' })
  const query = useQuery({
    queryKey: ['week', round, search.week],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/statements', { params: { path: { id: round }, query: { week: search.week } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="每周写实" />
  return <Loaded query={query}>{(sheet) => <Whole key={sheet.week} sheet={sheet} round={round} />}</Loaded>
}

function Whole({ sheet, round }: { sheet: Sheet; round: string }) {
  const navigate = useNavigate({ from: '/statements' })
  const queries = useQueryClient()
  const rows = useRef<Rows>(new Map())
  const list = useRef<HTMLDivElement>(null)
  const submit = useRef<HTMLButtonElement>(null)
  const takesFocus = useRef(false)
  const [status, setStatus] = useState<Record<string, Status>>({})
  const [open, setOpen] = useState<string | null>(sheet.lines.find((l) => l.is_owed && !l.this)?.task_id ?? null)
  const [outcome, setOutcome] = useState('')
  const [looked, setLooked] = useState<Looked[] | null>(null)
  const [sending, setSending] = useState<number | null>(null)
  const [difference, setDifference] = useState<Difference | null>(null)
  const owed = sheet.lines.filter((l) => l.is_owed)
  const may = sheet.lines.filter((l) => !l.is_owed)
  const order = [...owed, ...may]
  const isFilled = (l: Line) => status[l.task_id]?.isFilled ?? Boolean(l.this)
  const lacking = owed.filter((l) => !isFilled(l))
  const show = (task: string | null) => {
    takesFocus.current = task !== null
    if (task !== null && task === open) focusRow(task)
    setOpen(task)
  }
  const focusRow = (task: string) => list.current?.querySelector<HTMLElement>(`[data-task="${task}"] .now textarea, [data-task="${task}"] .now button`)?.focus()
  const look = () => setLooked(order.flatMap((line) => {
    const handle = rows.current.get(line.task_id)
    return handle ? [{ line, look: handle.look() }] : []
  }))
  const handIn = async () => {
    const count = { sent: 0, same: 0, empty: 0, refused: 0 }
    const going = (looked ?? []).filter((x) => x.look.state === 'new' || x.look.state === 'changed')
    for (const { line } of going) {
      setSending(count.sent + count.refused + 1)
      const became = await rows.current.get(line.task_id)?.send()
      if (became) count[became] += 1
      if (became === 'refused') setOpen((now) => (count.refused === 1 ? line.task_id : now))
    }
    setSending(null)
    setLooked(null)
    setOutcome(`已交 ${count.sent} 项${count.refused > 0 ? `，${count.refused} 项有误，见各行提示` : ''}`)
    await queries.invalidateQueries()
  }
  useKeys({
    move: (by) => {
      const here = document.activeElement?.closest<HTMLElement>('[data-task]')?.dataset.task ?? null
      // From elsewhere the keyboard goes to the row that is open.
      if (here === null && open !== null) return show(open)
      const at = order.findIndex((l) => l.task_id === here)
      const to = order[at + by]
      if (to) show(to.task_id)
      else if (by === 1) submit.current?.focus()
    },
    handIn: look,
    fold: () => {
      const was = open
      setOpen(null)
      window.setTimeout(() => list.current?.querySelector<HTMLElement>(`[data-task="${was}"] .writing`)?.focus())
    },
  })
  usePaste((text, from) => {
    const found = read(text, order, from)
    const changed = found.rows.flatMap(({ task, to }): Changed[] => {
      const line = order.find((l) => l.task_id === task)
      const now = rows.current.get(task)?.texts()
      const made = now ? changes(now, to) : []
      return line && made.length > 0 ? [{ task, number: line.number, title: line.title, isStale: false, changes: made }] : []
    })
    setDifference({ title: '核对粘贴的表', rows: changed, faults: found.faults })
  })
  const take = (chosen: Changed[]) => {
    for (const row of chosen) rows.current.get(row.task)?.put(Object.fromEntries(row.changes.map((c) => [c.field, c.after])))
    setDifference(null)
    setOutcome(`已放入 ${chosen.length} 项草稿，核对后提交`)
  }
  const section = (title: string, lines: Line[], note: string) =>
    lines.length > 0 && (
      <section aria-label={title}>
        <h2 className="sheethead">{title} {lines.length} 项，已填 {lines.filter(isFilled).length} 项<span>{note}</span></h2>
        {lines.map((line) => (
          <Row
            key={line.task_id}
            line={line}
            sheet={sheet}
            rows={rows.current}
            isOpen={open === line.task_id}
            takesFocus={() => takesFocus.current}
            onOpen={() => show(line.task_id)}
            onStatus={(is) => setStatus((now) => (now[line.task_id]?.isFilled === is.isFilled && now[line.task_id]?.isChanged === is.isChanged ? now : { ...now, [line.task_id]: is }))}
          />
        ))}
      </section>
    )
  return (
    <>
      <div className="head">
        <h1>每周写实</h1>
        <p>{week(sheet.week)}（{day(sheet.monday)}至{day(sheet.sunday)}），{sheet.unit}，必报 {owed.length} 项，已交 {owed.filter((l) => l.this).length} 项</p>
        <div className="acts">
          <button type="button" onClick={() => void navigate({ search: { week: sheet.previous } })}>‹ 上一周</button>
          {sheet.next && <button type="button" onClick={() => void navigate({ search: { week: sheet.next ?? undefined } })}>下一周 ›</button>}
          <ExportButton offer={{ kinds: ['statements'], filter: {}, week: sheet.week }} />
          {sheet.lines.length > 0 && <WorkbookButtons round={round} sheet={sheet} rows={rows.current} onDifference={setDifference} />}
        </div>
      </div>
      {sheet.lines.length === 0 ? (
        <Empty>本周没有要写的任务。认领并审定方案后，任务会出现在这里。</Empty>
      ) : (
        <>
          <p className="keys ondesk">
            {shortcuts.map(([key, what]) => <span key={key}><kbd>{key}</kbd> {what}</span>)}
            <span>从 Excel 复制的表可直接粘贴</span>
          </p>
          <div className="sheet card" ref={list}>
            <div className="sheetcols" aria-hidden="true"><span>任务</span><span>上周写了什么（只供对照，不自动带入）</span><span>本周进展</span><span>保存与佐证</span></div>
            {section('必报', owed, '')}
            {section('可补充', may, '不报不计漏报')}
          </div>
          <div className="batch card" role="region" aria-label="提交">
            <CutOff sheet={sheet} />
            {owed.length > 0 && <Progress done={owed.length - lacking.length} all={owed.length} />}
            <span role="status">{outcome || (lacking.length > 0 ? <>还差 {lacking.length} 项<span className="ondesk">：{lacking.slice(0, 6).map((l) => l.number).join('、')}{lacking.length > 6 && ' 等'}</span></> : '必报的都填了')}</span>
            <button ref={submit} type="button" className="main" onClick={look}>{lacking.length > 0 ? '先交已填的' : '全部提交'}</button>
          </div>
        </>
      )}
      {looked && <LookDialog sheet={sheet} looked={looked} sending={sending} onYes={() => void handIn()} onNo={() => setLooked(null)} />}
      {difference && <DifferenceDialog difference={difference} onTake={take} onClose={() => setDifference(null)} />}
    </>
  )
}

/** When it is due, counted down on the last day. */
function CutOff({ sheet }: { sheet: Sheet }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = window.setInterval(() => tick((n) => n + 1), 30_000)
    return () => window.clearInterval(timer)
  }, [])
  if (!sheet.cut_off) return <span>本周没有工作日，不必交</span>
  if (sheet.is_past_cut_off) return <span><b className="late">已过截止 {until(sheet.cut_off)}，现在首次交计为迟报</b></span>
  const left = countdown(sheet.cut_off)
  return <span>{left && <>离截止 <b className="large">{left}</b>　</>}<b>{until(sheet.cut_off)} 截止</b><span className="ondesk muted">，之后修改另存一版，两版都留</span></span>
}

/** A table pasted anywhere on the page but into a dialog; from which row down, where that is known. */
function usePaste(take: (text: string, from: string | null) => void) {
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const paste = (e: globalThis.ClipboardEvent) => {
      if (document.querySelector('dialog[open]')) return
      const found = pasted(e.clipboardData)
      const isMore = found.text.includes('\t') || found.text.trim().includes('\n')
      if (!found.isTable || !isMore) return
      e.preventDefault()
      const target = e.target instanceof Element ? e.target : null
      latest.current(found.text, target?.closest<HTMLElement>('[data-task]')?.dataset.task ?? null)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [])
}
