// What a filled workbook or a pasted table would change, old beside new, before anything is taken over.
import { useState } from 'react'
import { Dialog } from '../ui/parts'
import { type Changed, labels } from './values'

export type Difference = { title: string; rows: Changed[]; faults: string[] }

/** Takes over what is chosen; what was overtaken by somebody else's version is chosen by the person alone. */
export function DifferenceDialog({ difference, onTake, onClose }: { difference: Difference; onTake: (rows: Changed[]) => void; onClose: () => void }) {
  const { title, rows, faults } = difference
  const [chosen, setChosen] = useState(new Set(rows.filter((r) => !r.isStale).map((r) => r.task)))
  const taken = rows.filter((r) => chosen.has(r.task))
  const toggle = (task: string) => {
    const next = new Set(chosen)
    if (!next.delete(task)) next.add(task)
    setChosen(next)
  }
  return (
    <Dialog isWide title={title} onClose={onClose}>
      <div className="difference">
        {faults.length > 0 && (
          <div className="missing">
            <p><b>有 {faults.length} 处没有采用</b></p>
            <ul>{faults.map((f, i) => <li key={i}>{f}</li>)}</ul>
          </div>
        )}
        {rows.length === 0 ? (
          <p className="muted">{faults.length === 0 ? '与页面上的内容一样，没有要改的。' : '没有可以采用的内容，请改好后再来。'}</p>
        ) : (
          <>
            <p className="muted">放入后仍是草稿，核对无误再提交。</p>
            <div className="scroll">
              <table>
                <thead><tr><th><span className="unseen">选择</span></th><th>任务</th><th>填写项</th><th>现在</th><th>改为</th></tr></thead>
                <tbody>
                  {rows.map((row) => row.changes.map((c, i) => (
                    <tr key={`${row.task}.${c.field}`}>
                      {i === 0 && <td className="tick" rowSpan={row.changes.length}><input type="checkbox" aria-label={`采用 ${row.number}`} checked={chosen.has(row.task)} onChange={() => toggle(row.task)} /></td>}
                      {i === 0 && <td rowSpan={row.changes.length}><span className="number">{row.number}</span>{row.title}{row.isStale && <small className="late">下载以后又交过一版，请核对后再选</small>}</td>}
                      <td className="nowrap">{labels[c.field]}</td>
                      <td>{c.before ? <del>{c.before}</del> : <span className="muted">空</span>}</td>
                      <td>{c.after ? <ins>{c.after}</ins> : <span className="muted">清空</span>}</td>
                    </tr>
                  )))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </div>
      <div className="send">
        {rows.length > 0 && <button type="button" className="main" disabled={taken.length === 0} data-focus onClick={() => onTake(taken)}>放入 {taken.length} 项</button>}
        <button type="button" onClick={onClose}>{rows.length > 0 ? '不采用' : '关闭'}</button>
      </div>
    </Dialog>
  )
}
