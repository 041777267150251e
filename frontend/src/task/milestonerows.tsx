// One milestone of a plan as it is typed, with what is to be said about it; and those of a pasted table before they are taken.
import type { Schemas } from '../api/client'
import '../styles/statements.css'
import { DayInput } from '../ui/dayfield'
import { Dialog } from '../ui/parts'
import { day, said } from '../ui/words'
import type { Milestone, ReadMilestones } from './milestones'

export function MilestoneRow({ n, milestone: m, task, below, notes, faults, since, onSet, onDrop }: {
  n: number
  milestone: Milestone
  task: Schemas['TaskView']
  below: { value: string; label: string }[]
  notes: string[]
  faults: string[]
  since: string | null
  onSet: (part: Partial<Milestone>) => void
  onDrop: () => void
}) {
  return (
    <div className="milestone numbered">
      <span className="nth" aria-hidden="true">{n}</span>
      <input aria-label={`节点 ${n}`} placeholder="做到什么" value={m.title} onChange={(e) => onSet({ title: e.target.value })} />
      <DayInput label={`节点 ${n} 时间`} lies="ahead" value={m.due_on} invalid={faults.length > 0 && m.due_on === ''} onChange={(due_on) => onSet({ due_on })} />
      <button type="button" className="plain" aria-label={`删去节点 ${n}`} onClick={onDrop}>✕</button>
      <select aria-label={`节点 ${n} 所属措施`} value={m.measure ?? ''} onChange={(e) => onSet({ measure: e.target.value || null })}>
        <option value="">整项任务</option>
        {task.measures.map((x) => <option key={x.id} value={x.id}>{x.number} {x.text.slice(0, 18)}</option>)}
      </select>
      <input aria-label={`节点 ${n} 佐证`} placeholder="以什么为证" value={m.proof} onChange={(e) => onSet({ proof: e.target.value })} />
      {below.length > 0 && (
        <select aria-label={`节点 ${n} 承担单位`} value={m.unit ?? ''} onChange={(e) => onSet({ unit: e.target.value || null })}>
          <option value="">本单位承担</option>
          {below.map((u) => <option key={u.value} value={u.value}>{u.label}</option>)}
        </select>
      )}
      <div className="about">
        {since && <small className={since === '退回后未改' ? 'muted' : 'ok'}>{since}</small>}
        {notes.map((text) => <small key={text} className="warning">{text}</small>)}
        {faults.map((text) => <p key={text} className="fault" role="alert">{said(text)}</p>)}
      </div>
    </div>
  )
}

/** What a pasted table would put in: new ones, and new dates of those that are there. */
export function PastedMilestones({ read, now, measures, onTake, onClose }: {
  read: ReadMilestones
  now: Milestone[]
  measures: { id: string; number: string }[]
  onTake: () => void
  onClose: () => void
}) {
  const before = (m: Milestone) => now.find((x) => (x.measure ?? null) === (m.measure ?? null) && x.title.trim() === m.title)
  return (
    <Dialog isWide title="核对粘贴的节点" onClose={onClose}>
      <div className="difference">
        {read.faults.length > 0 && <div className="missing"><ul>{read.faults.map((f, i) => <li key={i}>{f}</li>)}</ul></div>}
        {read.milestones.length > 0 && (
          <div className="scroll">
            <table>
              <thead><tr><th>节点</th><th>时间</th><th>以什么为证</th><th>所属措施</th><th>方式</th></tr></thead>
              <tbody>
                {read.milestones.map((m, i) => {
                  const was = before(m)
                  return (
                    <tr key={i}>
                      <td>{m.title}</td>
                      <td className="nowrap">{was && was.due_on !== m.due_on && m.due_on !== '' && <><del>{was.due_on ? day(was.due_on) : '未定'}</del> </>}{m.due_on ? day(m.due_on) : '未定'}</td>
                      <td>{was && m.proof !== '' && was.proof !== m.proof && <><del>{was.proof || '空'}</del> </>}{m.proof || was?.proof || '—'}</td>
                      <td className="nowrap">{measures.find((x) => x.id === m.measure)?.number ?? '整项任务'}</td>
                      <td className="nowrap">{was ? '改' : '新增'}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
        )}
      </div>
      <div className="send">
        {read.milestones.length > 0 && <button type="button" className="main" data-focus onClick={onTake}>放入 {read.milestones.length} 个节点</button>}
        <button type="button" onClick={onClose}>{read.milestones.length > 0 ? '不采用' : '关闭'}</button>
      </div>
    </Dialog>
  )
}
