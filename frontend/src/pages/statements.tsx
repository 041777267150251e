// A unit's week: one row per task, last week beside it, handed in all at once.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { NoRound, useRound } from '../session'
import { Row, type Rows } from '../statements/row'
import { useSend } from '../ui/form'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, until, week } from '../ui/words'

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
  return <Loaded query={query}>{(sheet) => <Whole key={sheet.week} sheet={sheet} />}</Loaded>
}

function Whole({ sheet }: { sheet: Sheet }) {
  const navigate = useNavigate({ from: '/statements' })
  const queries = useQueryClient()
  const rows = useRef<Rows>(new Map())
  const [written, setWritten] = useState<Record<string, boolean>>({})
  const [open, setOpen] = useState<string | null>(sheet.lines.find((l) => l.is_owed && !l.this)?.task_id ?? null)
  const [outcome, setOutcome] = useState('')
  const owed = sheet.lines.filter((l) => l.is_owed)
  const may = sheet.lines.filter((l) => !l.is_owed)
  const isFilled = (l: Schemas['WeekLine']) => written[l.task_id] ?? Boolean(l.this)
  const lacking = owed.filter((l) => !isFilled(l))
  const all = useSend(async () => {
    const count = { sent: 0, same: 0, empty: 0, refused: 0 }
    for (const row of rows.current.values()) count[await row()] += 1
    setOutcome(count.sent + count.refused === 0 ? '没有要交的新内容' : `已交 ${count.sent} 项${count.refused > 0 ? `，${count.refused} 项有误，见各行提示` : ''}`)
    await queries.invalidateQueries()
  })
  const section = (title: string, lines: Schemas['WeekLine'][], note: string) =>
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
            onOpen={() => setOpen(line.task_id)}
            onWritten={(is) => setWritten((now) => (now[line.task_id] === is ? now : { ...now, [line.task_id]: is }))}
          />
        ))}
      </section>
    )
  return (
    <>
      <div className="head">
        <h1>每周写实</h1>
        <p>{week(sheet.week)}（{day(sheet.monday)}至{day(sheet.sunday)}），必报 {owed.length} 项，已交 {owed.filter((l) => l.this).length} 项</p>
        <div className="acts">
          <button type="button" onClick={() => void navigate({ search: { week: sheet.previous } })}>‹ 上一周</button>
          {sheet.next && <button type="button" onClick={() => void navigate({ search: { week: sheet.next ?? undefined } })}>下一周 ›</button>}
        </div>
      </div>
      {sheet.lines.length === 0 ? (
        <Empty>本周没有要写的任务。认领并审定方案后，任务会出现在这里。</Empty>
      ) : (
        <>
          <div className="sheet card">
            <div className="sheetcols" aria-hidden="true"><span>任务</span><span>上周写了什么（只供对照，不自动带入）</span><span>本周进展</span><span>保存与佐证</span></div>
            {section('必报', owed, '')}
            {section('可补充', may, '不报不计漏报')}
          </div>
          <div className="batch card" role="region" aria-label="提交">
            <span>{sheet.cut_off && <>{sheet.is_past_cut_off ? <b className="late">已过截止 {until(sheet.cut_off)}，现在交计为迟报</b> : <b>{until(sheet.cut_off)} 截止</b>}</>}</span>
            <span role="status">{outcome || (lacking.length > 0 ? <>还差 {lacking.length} 项<span className="ondesk">：{lacking.slice(0, 6).map((l) => l.number).join('、')}{lacking.length > 6 && ' 等'}</span></> : '必报的都填了')}</span>
            <button type="button" className="main" disabled={all.busy} onClick={() => void all.submit()}>{all.busy ? '正在提交…' : lacking.length > 0 ? '先交已填的' : '全部提交'}</button>
          </div>
        </>
      )}
    </>
  )
}
