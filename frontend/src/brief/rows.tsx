// Rows behind a figure of the brief; a statement can be answered right there.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, post } from '../api/client'
import { TextField, blank, useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { week as weekWords } from '../ui/words'
import type { Part } from './words'

type Row = Schemas['BriefRow']

/** Figures whose rows are about what happened to a task, not about a statement. */
const ofWork: Part[] = ['moved', 'milestones', 'states', 'closed', 'granted']

export function Rows({ part, week, items }: { part: Part; week: string; items: Row[] }) {
  const [returning, setReturning] = useState<Row | null>(null)
  return (
    <>
      <ul className="card lines briefrows">
        {items.map((row) => (
          <li key={`${row.task_id}${row.unit_id}`}>
            <div className="line">
              <div className="what">
                <p>{row.opens ? <Link to="/tasks/$id" params={{ id: row.task_id }} search={{}} className="number">{row.number}</Link> : <span className="number">{row.number}</span>}{row.title ?? '敏感事项'}</p>
                <p className="muted">{[row.unit, !ofWork.includes(part) && row.standing, row.moves.length > 0 && row.moves.join('，'), part === 'still' && `剩 ${row.milestones_left} 个节点`].filter(Boolean).join('　')}</p>
                {row.said && <p className="said">{row.said}</p>}
                {row.help_wanted && <p>请求协调：{row.help_wanted}</p>}
                {row.copy && <p className="amber">{row.copy.words}</p>}
                {row.return_reason && <p className="amber">退回：{row.return_reason}</p>}
              </div>
              {row.may_answer && <div className="do"><Read row={row} week={week} /><button type="button" onClick={() => setReturning(row)}>退回</button></div>}
            </div>
          </li>
        ))}
      </ul>
      {returning && <Return row={returning} week={week} onClose={() => setReturning(null)} />}
    </>
  )
}

function useAnswer(row: Row, week: string, reason: () => string | null, done: () => void) {
  const queries = useQueryClient()
  return useSend(async () => {
    await post(`/tasks/${row.task_id}/answer-statement`, { unit: row.unit_id, week, revision: row.revision, return_reason: reason() })
    done()
    await queries.invalidateQueries()
  }, () => (reason() === null ? [] : blank({ '/return_reason': reason() ?? '' })))
}

function Read({ row, week }: { row: Row; week: string }) {
  const read = useAnswer(row, week, () => null, () => undefined)
  return (
    <>
      <button type="button" disabled={read.busy} onClick={() => void read.submit()}>阅签</button>
      <Refused error={read.error} />
    </>
  )
}

function Return({ row, week, onClose }: { row: Row; week: string; onClose: () => void }) {
  const [reason, setReason] = useState(row.copy ? `${row.copy.words}，请写明本周做了什么` : '')
  const back = useAnswer(row, week, () => reason, onClose)
  return (
    <Dialog title={`退回 ${row.number} ${weekWords(week)}写实`} onClose={onClose}>
      <div className="stack">
        {row.said && <p className="muted">{row.said}</p>}
        <TextField label="退回理由" rows={3} value={reason} onChange={setReason} error={back.at('/return_reason')} />
        <Refused error={back.error} shown={['/return_reason']} />
      </div>
      <div className="send">
        <button type="button" className="main" disabled={back.busy} onClick={() => void back.submit()}>{back.busy ? '正在退回…' : '退回'}</button>
        <button type="button" onClick={onClose}>取消</button>
      </div>
    </Dialog>
  )
}
