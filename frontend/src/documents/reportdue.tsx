// The written report: how long there is, and what is missing for it.
import { Link } from '@tanstack/react-router'
import type { Schemas } from '../api/client'
import '../styles/documents.css'
import { day, left } from '../ui/words'

/** So many of what is missing are named; the document names all of it. */
const named = 6

export function ReportDue({ report, isAmongDocuments }: { report: Schemas['ReportDueView']; isAmongDocuments?: boolean }) {
  const isLate = report.working_days_left < 0
  return (
    <section className={isLate ? 'card due late' : 'card due'} aria-label="书面报告">
      <div>
        <p>整改落实情况报告</p>
        <p className="days"><b>{left(report.working_days_left)}</b><small className="muted">{day(report.due_on)}前报送{report.due_text && `（${report.due_text}）`}</small></p>
      </div>
      <div>
        {report.missing.length === 0 ? <p>已送签，等签发。</p> : <><p>还差：</p><ul>{report.missing.slice(0, named).map((m) => <li key={m}>{m}</li>)}{report.missing.length > named && <li>另有 {report.missing.length - named} 项</li>}</ul></>}
      </div>
      {report.document_id ? <Link to="/documents/$id" params={{ id: report.document_id }} className="button">打开</Link> : !isAmongDocuments && <Link to="/documents" className="button">文书</Link>}
    </section>
  )
}
