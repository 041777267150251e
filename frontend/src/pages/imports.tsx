// The plan workbook: dropped, looked at, taken in whole or not at all.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type DragEvent, useEffect, useState } from 'react'
import { type Schemas, upload } from '../api/client'
import { useRound, useSession } from '../session'
import { Check, useSend } from '../ui/form'
import { Ask, Empty, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, said, size } from '../ui/words'

type View = Schemas['PlanImportView']
const steps = ['选文件', '核对', '入账'] as const

export function Imports() {
  useTitle('导入整改方案')
  const round = useRound()
  const { round: mine } = useSession()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [view, setView] = useState<View | null>(null)
  const [withDoubts, setWithDoubts] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [isOver, setOver] = useState(false)
  const send = (dryRun: boolean) => async () => {
    if (!file) return
    const query = { filename: file.name, dry_run: String(dryRun), with_doubts: String(withDoubts) }
    setView(await upload<View>(`/rounds/${round}/imports`, query, file))
    setAsking(false)
    if (!dryRun) await queries.invalidateQueries()
  }
  const look = useSend(send(true))
  const commit = useSend(send(false))
  const choose = (next: File | undefined) => {
    if (!next) return
    setFile(next)
    setView(null)
  }
  useEffect(() => {
    if (file) void look.submit()
    // Looks as soon as a file is there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [file])
  const drop = (e: DragEvent) => {
    e.preventDefault()
    setOver(false)
    choose(e.dataTransfer.files[0])
  }
  if (!mine?.is_office) return <><div className="head"><h1>导入整改方案</h1></div><Empty>导入由本轮次的整改办办理。</Empty></>
  const at = view?.is_committed ? 2 : view ? 1 : 0
  const doubts = view?.report.doubts.length ?? 0
  return (
    <>
      <div className="head">
        <h1>导入整改方案</h1>
        <ol className="steps">{steps.map((s, i) => <li key={s} className={i < at ? 'done' : i === at ? 'current' : ''} aria-current={i === at ? 'step' : undefined}>{s}</li>)}</ol>
      </div>
      <div className={isOver ? 'card drop over' : 'card drop'} onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <label>
          <span>{file ? <><b>{file.name}</b> <small className="muted">{size(file.size)}</small></> : '把三张清单（问题、整改、责任）的 Excel 文件拖到这里，或'}</span> <span className="button">{file ? '换文件' : '选择文件'}</span>
          <input type="file" className="hidden" accept=".xlsx" aria-label="整改方案文件" onChange={(e) => choose(e.target.files?.[0])} />
        </label>
        {look.busy && <p role="status"><span className="spinner" />正在读取…</p>}
        {!file && <p className="muted">先看结果，确认后整体入账；同一文件再次导入不会重复。</p>}
      </div>
      <Refused error={look.error} />
      {look.error !== null && file && <p><button type="button" onClick={() => void look.submit()}>再读一次</button></p>}
      {view && <Preview view={view} />}
      {view && !view.is_committed && (
        <div className="batch card" role="region" aria-label="入账">
          <span>将入账 <b>{view.report.tasks}</b> 项任务、<b>{view.report.measures}</b> 条措施{doubts > 0 && <>，<b className="amber">疑点 {doubts} 处</b></>}</span>
          {doubts > 0 && <Check label="有疑点的行也作为草稿入账，下发前再定" value={withDoubts} onChange={setWithDoubts} />}
          <button type="button" className="main" disabled={doubts > 0 && !withDoubts} onClick={() => setAsking(true)}>全部入账为草稿</button>
        </div>
      )}
      {isAsking && view && (
        <Ask title="全部入账为草稿？" verb="入账" busy={commit.busy} onYes={() => void commit.submit()} onNo={() => setAsking(false)}>
          <p>问题 {view.report.findings}、任务 {view.report.tasks}、措施 {view.report.measures} 一次入账，要么全部成功，要么一项不入。入账后是待下发的草稿，已下发的任务不改动。</p>
          <Refused error={commit.error} />
        </Ask>
      )}
      {view?.is_committed && (
        <div className="card stack" role="status">
          <p><b>已入账</b>：新增 {view.created}，更新 {view.updated}，未变 {view.unchanged}{view.kept > 0 && `，已下发保持原样 ${view.kept}`}。</p>
          <p><Link to="/ledger" search={{ state: 'draft' }} className="button">去下发</Link></p>
        </div>
      )}
    </>
  )
}

function Preview({ view }: { view: View }) {
  const { report } = view
  return (
    <>
      <div className="chain card" aria-label="将要产生的数">
        <span>方面 <b>{report.aspects}</b></span><span>问题 <b>{report.findings}</b></span><span>任务 <b>{report.tasks}</b></span><span>措施 <b>{report.measures}</b></span>
        <span className="end">疑点 <b>{report.doubts.length}</b><span>略过 {report.skipped.length} 行</span></span>
      </div>
      {report.doubts.length > 0 && (
        <section className="card">
          <h2>要您定的疑点 <span>{report.doubts.length} 处，按文件里的位置改好后再导入，或作为草稿入账后逐项定</span></h2>
          <ul className="doubts">{report.doubts.map((d, i) => <li key={i}><b>{d.sheet} {d.cell}</b><span>{said(d.message)}</span>{d.text && <span className="muted">写的是“{d.text}”</span>}</li>)}</ul>
        </section>
      )}
      {report.skipped.length > 0 && (
        <details className="card folded">
          <summary>略过的 {report.skipped.length} 行</summary>
          <ul className="doubts">{report.skipped.map((d, i) => <li key={i}><b>{d.sheet}{d.row ? ` 第 ${d.row} 行` : ''}</b><span>{said(d.reason)}</span></li>)}</ul>
        </details>
      )}
      <div className="ledgerbox card" tabIndex={0} role="region" aria-label="将入账的任务">
        <table className="ledger">
          <thead><tr><th className="fixed">编号</th><th>具体问题</th><th>责任领导</th><th>责任单位</th><th>责任人</th><th>类型</th><th>时限</th><th>措施</th><th>节点</th></tr></thead>
          <tbody>
            {view.tasks.map((t) => (
              <tr key={t.number} className={t.doubts > 0 ? 'doubtful' : ''}>
                <td className="fixed"><span className="number">{t.number}</span></td>
                <td className="title"><span title={t.title}>{t.title}</span>{t.doubts > 0 && <span className="tag amber">疑点 {t.doubts}</span>}</td>
                <td>{t.leaders.join('、') || '—'}</td><td>{t.units.join('、') || '—'}</td><td>{t.persons.join('、') || '—'}</td>
                <td className="nowrap">{t.disposition ?? '—'}</td><td className="nowrap">{t.due_on ? day(t.due_on) : t.review_on ? `${day(t.review_on)} 评估` : '—'}</td><td>{t.measures.length}</td><td>{t.n_milestones || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
