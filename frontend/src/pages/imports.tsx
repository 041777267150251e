// The plan workbook: dropped, looked at, taken in whole or not at all.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type DragEvent, useState } from 'react'
import { type Schemas, upload } from '../api/client'
import { useRound, useSession } from '../session'
import { Check, useSend } from '../ui/form'
import { Empty, Refused } from '../ui/parts'
import { day } from '../ui/words'

type View = Schemas['PlanImportView']

export function Imports() {
  const round = useRound()
  const { round: mine } = useSession()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [view, setView] = useState<View | null>(null)
  const [withDoubts, setWithDoubts] = useState(false)
  const send = (dryRun: boolean) => async () => {
    if (!file) return
    const query = { filename: file.name, dry_run: String(dryRun), with_doubts: String(withDoubts) }
    setView(await upload<View>(`/rounds/${round}/imports`, query, file))
    if (!dryRun) await queries.invalidateQueries()
  }
  const look = useSend(send(true))
  const commit = useSend(send(false))
  const choose = (next: File | undefined) => {
    if (!next) return
    setFile(next)
    setView(null)
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    choose(e.dataTransfer.files[0])
  }
  if (!mine?.is_office) return <Empty>导入由本轮次的整改办办理。</Empty>
  return (
    <>
      <div className="head"><h1>导入整改方案</h1><p>三张清单（问题、整改、责任）的 Excel 文件；先预览，确认后整体入账</p></div>
      <div className="card drop" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
        <label>
          <span>把 Excel 文件拖到这里，或</span> <span className="button">选择文件</span>
          <input type="file" className="hidden" accept=".xlsx" onChange={(e) => choose(e.target.files?.[0])} />
        </label>
        {file && <p><b>{file.name}</b> <button type="button" className="main" disabled={look.busy} onClick={() => void look.submit()}>{look.busy ? '正在读取…' : '预览'}</button></p>}
      </div>
      <Refused error={look.error ?? commit.error} />
      {view && <Preview view={view} />}
      {view && !view.is_committed && (
        <div className="batch card">
          <span>将入账 <b>{view.report.tasks}</b> 项任务、<b>{view.report.measures}</b> 条措施{view.report.doubts.length > 0 && `，其中疑点 ${view.report.doubts.length} 处`}。</span>
          {view.report.doubts.length > 0 && <Check label="有疑点的行也作为草稿入账" value={withDoubts} onChange={setWithDoubts} />}
          <button type="button" className="main" disabled={commit.busy || (view.report.doubts.length > 0 && !withDoubts)} onClick={() => void commit.submit()}>{commit.busy ? '正在入账…' : '全部入账为草稿'}</button>
        </div>
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
      <div className="chain card">
        <span>方面 <b>{report.aspects}</b></span><span>问题 <b>{report.findings}</b></span><span>任务 <b>{report.tasks}</b></span><span>措施 <b>{report.measures}</b></span>
        <span className="lights">疑点 <b>{report.doubts.length}</b>　略过 <b>{report.skipped.length}</b> 行</span>
      </div>
      {report.doubts.length > 0 && (
        <section className="card">
          <h2>疑点</h2>
          <ul>{report.doubts.map((d, i) => <li key={i}><b>{d.sheet} {d.cell}</b> {d.message}{d.text && `：“${d.text}”`}</li>)}</ul>
        </section>
      )}
      <div className="scroll card">
        <table>
          <thead><tr><th>编号</th><th>具体问题</th><th>责任领导</th><th>责任单位</th><th>责任人</th><th>类型</th><th>时限</th><th>措施</th><th>节点</th></tr></thead>
          <tbody>
            {view.tasks.map((t) => (
              <tr key={t.number} className={t.doubts > 0 ? 'chosen' : ''}>
                <td className="number">{t.number}</td><td className="title">{t.title}</td><td>{t.leaders.join('、')}</td><td>{t.units.join('、')}</td><td>{t.persons.join('、')}</td>
                <td className="nowrap">{t.disposition}</td><td className="nowrap">{t.due_on ? day(t.due_on) : `${day(t.review_on)} 评估`}</td><td>{t.measures.length}</td><td>{t.n_milestones || ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
