// One look at all that is about to be handed in, before it is.
import type { Schemas } from '../api/client'
import { Dialog } from '../ui/parts'
import { until, week } from '../ui/words'
import type { Look } from './row'
import type { Line } from './values'

export type Looked = { line: Line; look: Look }

const says: Record<string, string> = { new: '首次交', changed: '改后再交' }

export function LookDialog({ sheet, looked, sending, onYes, onNo }: {
  sheet: Schemas['WeekSheet']
  looked: Looked[]
  /** How many have gone while they are being sent. */
  sending: number | null
  onYes: () => void
  onNo: () => void
}) {
  const going = looked.filter((x) => x.look.state === 'new' || x.look.state === 'changed')
  const lacking = looked.filter((x) => x.look.state === 'lacking')
  const empty = looked.filter((x) => x.look.state === 'empty' && x.line.is_owed)
  const there = looked.filter((x) => x.look.state === 'same')
  const numbers = (of: Looked[]) => of.map((x) => x.line.number).join('、')
  return (
    <Dialog isWide title={`交${week(sheet.week)}写实 ${going.length} 项`} onClose={sending === null ? onNo : undefined}>
      <div className="difference">
        {sheet.is_past_cut_off && sheet.cut_off && <p className="note">已过截止 {until(sheet.cut_off)}：首次交的计为迟报，已交的另存一版，两版都留。</p>}
        {going.length > 0 ? (
          <div className="scroll">
            <table>
              <thead><tr><th>任务</th><th>本周写实</th><th>佐证</th><th>方式</th></tr></thead>
              <tbody>
                {going.map(({ line, look }) => (
                  <tr key={line.task_id}>
                    <td><span className="number">{line.number}</span>{line.title}</td>
                    <td>{look.words}{look.copy && <p className="copied">{look.copy}</p>}</td>
                    <td className="nowrap">{look.n_files} 份</td>
                    <td className="nowrap">{says[look.state]}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : <p>没有要交的新内容。</p>}
        <ul className="leftout">
          {lacking.length > 0 && <li className="amber">缺本周进展，不交：{numbers(lacking)}</li>}
          {empty.length > 0 && <li className="amber">必报而未填 {empty.length} 项：{numbers(empty)}</li>}
          {there.length > 0 && <li className="muted">已交且未改 {there.length} 项</li>}
        </ul>
      </div>
      <div className="send">
        <button type="button" className="main" data-focus disabled={going.length === 0 || sending !== null} onClick={onYes}>{sending !== null ? `正在提交 ${sending} / ${going.length}…` : `确认提交 ${going.length} 项`}</button>
        <button type="button" disabled={sending !== null} onClick={onNo}>再看看</button>
      </div>
    </Dialog>
  )
}
