// A confirmed problem is changed with a reason: title, measure, owner, day, and the days of self-checks that still wait.
import { useState } from 'react'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, TextField, blank } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Problem, useProblemAct } from './forms'

export function AmendForm({ of }: { of: Problem }) {
  const [isOpen, setOpen] = useState(false)
  if (!isOpen) return <p className="noprint amendbutton"><button type="button" onClick={() => setOpen(true)}>变更</button></p>
  return <Form of={of} onClose={() => setOpen(false)} />
}

function Form({ of, onClose }: { of: Problem; onClose: () => void }) {
  const units = useUnits()
  const [values, setValues] = useState({ title: of.title, measure: of.measure, owner: of.owner?.id ?? '', due_on: of.due_on ?? '', reason: '' })
  const [days, setDays] = useState<Record<string, string>>({})
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const movable = of.checks.filter((c) => c.may_be_moved)
  const moved = movable.flatMap((c) => { const on = days[c.unit.id]; return on && on !== c.due_on ? [{ unit: c.unit.id, due_on: on }] : [] })
  const at = (unit: string) => form.at(`/checks/${moved.findIndex((m) => m.unit === unit)}`)
  const form = useProblemAct(of, 'amend', () => ({ ...values, checks: moved }), () => blank({ '/title': values.title, '/measure': values.measure, '/owner': values.owner, '/due_on': values.due_on, '/reason': values.reason }))
  return (
    <form className="card stack asking" noValidate aria-label="变更共性问题" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>变更</h2>
      <p className="muted">已报的自查和措施不受影响；新的牵头部门和时限有变动的单位会收到通知。</p>
      <TextField label="共性问题" rows={2} value={values.title} onChange={(title) => change({ title })} error={form.at('/title')} />
      <TextField label="集团层面措施" rows={2} value={values.measure} onChange={(measure) => change({ measure })} error={form.at('/measure')} />
      <div className="pair">
        <PickField label="牵头部门" empty="请选择" value={values.owner} onChange={(owner) => change({ owner })} options={units} error={form.at('/owner')} />
        <DayField label="完成时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} />
      </div>
      {movable.map((c) => <DayField key={c.unit.id} label={`${c.unit.name}自查时限`} lies="ahead" value={days[c.unit.id] ?? c.due_on} onChange={(on) => setDays({ ...days, [c.unit.id]: on })} error={at(c.unit.id)} />)}
      <TextField label="变更理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/title', '/measure', '/owner', '/due_on', '/reason', ...moved.map((_, n) => `/checks/${n}`)]} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在变更…' : '变更'}</button>
        <button type="button" onClick={onClose}>取消</button>
      </div>
    </form>
  )
}
