// A plan or a ledger: dropped, looked at cell by cell, corrected, then taken in whole or not at all.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type DragEvent, useRef, useState } from 'react'
import { type Schemas, client, get, post, upload } from '../api/client'
import { AlikeToEarlier } from '../imports/alike'
import { Doubts } from '../imports/doubts'
import { Grid } from '../imports/grid'
import '../imports/imports.css'
import { NoRound, useRound, useSession } from '../session'
import { useSend } from '../ui/form'
import { Ask, Empty, Refused } from '../ui/parts'
import { day, moment } from '../ui/words'

type Preview = Schemas['ImportPreview']
type Done = Schemas['PlanImportView']

/** The answers with a new one; a later answer to the same question takes the place of the earlier. */
function answered(said: Schemas['Corrections'], added: Schemas['Answer'][]): Schemas['Corrections'] {
  const key = (a: Schemas['Answer']) => `${a.kind} ${a.sheet ?? ''} ${a.cell ?? ''}`
  const fresh = new Set(added.map(key))
  return { ...said, answers: [...(said.answers ?? []).filter((a) => !fresh.has(key(a))), ...added] }
}

function meant(said: Schemas['Corrections'], sheet: string, column: number, meaning: Schemas['Meaning']): Schemas['Corrections'] {
  const sheets = said.sheets ?? []
  const known = sheets.find((s) => s.sheet === sheet) ?? { sheet }
  const columns = [...(known.columns ?? []).filter((c) => c.column !== column), { column, meaning }]
  return { ...said, sheets: [...sheets.filter((s) => s.sheet !== sheet), { ...known, columns }] }
}

export function Imports() {
  const round = useRound()
  const { round: mine } = useSession()
  const queries = useQueryClient()
  const [preview, setPreview] = useState<Preview | null>(null)
  const [name, setName] = useState('')
  const [done, setDone] = useState<Done | null>(null)
  const isOffice = Boolean(mine?.is_office)
  const kept = useQuery({
    queryKey: ['import-previews', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/import-previews', { params: { path: { id: round } } })),
    enabled: isOffice && round !== '',
  })
  const file = useRef<File | null>(null)
  const look = useSend(async () => {
    if (!file.current) return
    setPreview(await upload<Preview>(`/rounds/${round}/import-previews`, { filename: file.current.name }, file.current, 'workbook'))
    await queries.invalidateQueries({ queryKey: ['import-previews'] })
  })
  const choose = (next: File | undefined) => {
    if (!next) return
    file.current = next
    setName(next.name)
    setDone(null)
    setPreview(null)
    void look.submit()
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    choose(e.dataTransfer.files[0])
  }
  const goOn = useSend(async () => {
    const line = kept.data?.[0]
    if (!line) return
    setName(line.filename)
    setPreview(await get(client.GET('/api/v1/import-previews/{id}', { params: { path: { id: line.id } } })))
  })
  if (round === '') return <NoRound title="导入台账" />
  if (!isOffice) return <Empty>导入由本轮次的整改办办理。</Empty>
  if (done) {
    return (
      <>
      <div className="card stack" role="status">
        <p><b>“{name}”已入账</b>：新增 {done.created}，更新 {done.updated}，未变 {done.unchanged}{done.kept > 0 && `，已下发保持原样 ${done.kept}`}。</p>
        <p className="acts"><Link to="/ledger" search={{ state: 'draft' }} className="button">去下发</Link> <button type="button" onClick={() => { setDone(null); setPreview(null); setName('') }}>再导入一个</button></p>
      </div>
      <AlikeToEarlier round={round} />
      </>
    )
  }
  if (preview) return <Look preview={preview} setPreview={setPreview} onDone={setDone} />
  return (
    <>
      <div className="head"><h1>导入台账</h1><p>整改方案的三张清单，或单位手工记的台账；先看清楚，再整体入账。不得上传涉及国家秘密的文件</p></div>
      <div className="card drop" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <label>
          <span>把 Excel 文件（xlsx）拖到这里，或</span> <span className="button">选择文件</span>
          <input type="file" className="hidden" accept=".xlsx" onChange={(e) => { choose(e.target.files?.[0]); e.target.value = '' }} />
        </label>
        {name && <p><b>{name}</b>{look.busy && <> <span className="spinner" />正在读取…</>}</p>}
        {look.busy && <progress aria-label="正在读取" />}
        {!name && kept.data?.[0] && <p className="muted">上次看到一半：{kept.data[0].filename}（{moment(kept.data[0].updated_at)}） <button type="button" disabled={goOn.busy} onClick={() => void goOn.submit()}>接着看</button></p>}
      </div>
      <Refused error={look.error ?? goOn.error} />
    </>
  )
}

/** A plan's three lists are linked by number, so what is shown is what they come to. */
function PlanTasks({ tasks }: { tasks: Preview['tasks'] }) {
  return (
    <div className="scroll">
      <table>
        <thead><tr><th>编号</th><th>具体问题</th><th>类型</th><th>时限</th><th>措施</th><th>疑点</th></tr></thead>
        <tbody>
          {tasks.map((t) => (
            <tr key={t.number}>
              <td className="number">{t.number}</td>
              <td>{t.title}</td>
              <td className="nowrap">{t.disposition_label ?? '—'}</td>
              <td className="nowrap">{t.due_on ? day(t.due_on) : t.review_on ? `${day(t.review_on)} 评估` : '—'}</td>
              <td>{t.n_measures} 条</td>
              <td>{t.n_doubts > 0 ? `${t.n_doubts} 处` : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Look({ preview, setPreview, onDone }: { preview: Preview; setPreview: (preview: Preview | null) => void; onDone: (done: Done) => void }) {
  const queries = useQueryClient()
  const shown = preview.sheets.map((s, i) => ({ sheet: s, number: i + 1 })).filter((s) => !s.sheet.is_hidden)
  const [number, setNumber] = useState(shown[0]?.number ?? 1)
  const [cell, setCell] = useState<string | null>(null)
  const [said, setSaid] = useState<Schemas['Corrections'] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const say = async (next: Schemas['Corrections']) => {
    setBusy(true)
    setError(null)
    setSaid(next)
    try {
      setPreview(await get(client.PUT('/api/v1/import-previews/{id}', { params: { path: { id: preview.id } }, body: next })))
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  const take = (what: Schemas['Take']) => async () => {
    const done = await post<Done>(`/import-previews/${preview.id}/commit`, { take: what })
    await queries.invalidateQueries()
    onDone(done)
  }
  const [asked, setAsked] = useState<Schemas['Take'] | null>(null)
  const clear = useSend(take('clear'))
  const all = useSend(take('all'))
  const current = shown.find((s) => s.number === number)
  const now = said ?? preview.corrections
  const { report } = preview
  const closed = preview.tasks.filter((t) => t.is_closed).length
  const skipped = report.skipped.filter((s) => s.row !== null && s.row !== undefined).length
  const hidden = preview.sheets.filter((s) => s.is_hidden).map((s) => s.name)
  const go = (doubt: Schemas['OpenDoubt']) => {
    const there = shown.find((s) => s.sheet.name === doubt.sheet)
    if (there) setNumber(there.number)
    setCell(doubt.cell)
  }
  if (preview.is_classified) {
    return (
      <>
        <div className="head"><h1>导入台账</h1></div>
        <div className="refused" role="alert"><strong>文件带有密级标志，整个文件不予导入，也没有保存。</strong>
          <ul>{report.doubts.map((d, i) => <li key={i}>{d.sheet} {d.cell}</li>)}</ul></div>
        <p><button type="button" onClick={() => setPreview(null)}>换文件</button></p>
      </>
    )
  }
  return (
    <div className="looking">
      <div className="head">
        <h1>导入台账</h1><p>{preview.filename}{hidden.length > 0 && `；隐藏的 ${hidden.join('、')} 不导入`}</p>
        <div className="acts">{busy && <span role="status"><span className="spinner" />正在重算…</span>}<button type="button" onClick={() => setPreview(null)}>换文件</button></div>
      </div>
      <Refused error={error ?? clear.error ?? all.error} />
      <div className={preview.doubts.length ? 'lookgrid' : ''}>
        <section className="card sheetcard">
          {shown.length > 0 && <div className="sheetbar">
            <div className="tabs" role="tablist">
              {shown.map((s) => <button key={s.number} type="button" role="tab" aria-selected={s.number === number} onClick={() => { setNumber(s.number); setCell(null) }}>{s.sheet.name}</button>)}
            </div>
            {current && !preview.is_plan && (
              <span>
                <i className="doubt" /> 要您定　没写年份的按 {current.sheet.year} 年
                <label className="check"><input type="checkbox" checked={current.sheet.is_ignored} onChange={(e) => void say({ ...now, sheets: [...(now.sheets ?? []).filter((s) => s.sheet !== current.sheet.name), { ...(now.sheets ?? []).find((s) => s.sheet === current.sheet.name), sheet: current.sheet.name, is_ignored: e.target.checked }] })} /><span>不导入此表</span></label>
              </span>
            )}
          </div>}
          {current ? <Grid preview={preview} sheet={current.sheet} number={number} chosen={cell} onCell={setCell} onMeaning={(column, meaning) => void say(meant(now, current.sheet.name, column, meaning))} /> : <PlanTasks tasks={preview.tasks} />}
        </section>
        {preview.doubts.length > 0 && <Doubts doubts={preview.doubts} sheet={current?.sheet.name ?? ''} chosen={cell} busy={busy} onChoose={go} onAnswer={(answers) => void say(answered(now, answers))} />}
      </div>
      <div className="exits">
        <div className="counts">
          <span>方面 <b>{report.aspects}</b></span><span>问题 <b>{report.findings}</b></span><span>任务 <b>{report.tasks}</b></span><span>措施 <b>{report.measures}</b></span>
          <small>{[closed > 0 && `其中存量办结 ${closed}`, skipped > 0 && `略过 ${skipped} 行`, report.units > 0 && `涉及单位 ${report.units}`].filter(Boolean).join('；')}</small>
        </div>
        {preview.doubts.length > 0 && <span className="open">还有 {preview.doubts.length} 个疑点未定</span>}
        {preview.doubts.length > 0 && <button type="button" className="main" disabled={clear.busy || all.busy || busy || preview.n_clear === 0} onClick={() => setAsked('clear')}>{clear.busy ? '正在入账…' : `只入已清楚的 ${preview.n_clear} 项`}</button>}
        <button type="button" className={preview.doubts.length ? '' : 'main'} disabled={clear.busy || all.busy || busy || report.tasks === 0} onClick={() => setAsked('all')}>{all.busy ? '正在入账…' : '全部入账为草稿'}</button>
      </div>
      {asked && (
        <Ask title="整体入账" verb="入账" busy={clear.busy || all.busy} onNo={() => setAsked(null)} onYes={() => void (asked === 'clear' ? clear : all).submit().then(() => setAsked(null))}>
          <p>{asked === 'clear' ? `只入已清楚的 ${preview.n_clear} 项任务，其余不入。` : `任务 ${report.tasks} 项、措施 ${report.measures} 条全部入账为草稿${preview.doubts.length > 0 ? `，未定的 ${preview.doubts.length} 个疑点留在各自的草稿上，定完才能下发` : ''}。`}要么全部成功，要么一项不入；已下发的任务不改动。</p>
        </Ask>
      )}
    </div>
  )
}
