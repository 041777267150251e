// The form by which a slip is drafted, and changed while it is a draft; what the product knows is there already.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import { urgencies } from '../labels.gen'
import { Ordered, useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'
import { day } from '../ui/words'
import type { Slip } from './words'

type Proposal = Schemas['SlipProposal']
type Values = { level: string; urgency: string; matter: string; basis: string; gap: string; asked: string; unit: string; supporting: string[]; due_on: string }

export function DraftForm({ round, task, check, resolution, slip, onClose }: { round: string; task?: string; check?: string; resolution?: string; slip?: Slip; onClose: () => void }) {
  const about = slip ? slip.task?.id : task
  const query = useQuery({
    queryKey: ['slip-proposal', round, about, check, resolution],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/slip-proposal', { params: { path: { id: round }, query: { task: about, check, resolution } } })),
  })
  return <Loaded query={query}>{(known) => <Whole key={slip?.id ?? resolution ?? about ?? round} round={round} known={known} slip={slip} onClose={onClose} />}</Loaded>
}

function before(known: Proposal, slip?: Slip): Values {
  if (slip) return { level: slip.level, urgency: slip.urgency, matter: slip.title, basis: slip.basis, gap: slip.gap, asked: slip.asked, unit: slip.unit.id, supporting: slip.supporting.map((u) => u.id), due_on: slip.asked_due_on ?? '' }
  return { level: known.levels[0]?.level ?? '', urgency: Object.keys(urgencies)[0] ?? '', matter: known.matter, basis: known.basis, gap: known.gap, asked: '', unit: known.unit ?? '', supporting: [], due_on: '' }
}

function Whole({ round, known, slip, onClose }: { round: string; known: Proposal; slip?: Slip; onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const every = useUnits()
  const { values, change, forget, kept } = useDraft<Values>(slip ? 'revise-slip' : 'draft-slip', slip?.id ?? known.basis_id ?? round, before(known, slip))
  const units = known.task_id ? known.units.map((u) => ({ value: u.id, label: u.name })) : every
  const level = known.levels.find((l) => l.level === values.level)
  const form = useSend(async () => {
    const body = {
      ...values, level: values.level as Schemas['SlipForm']['level'], urgency: values.urgency as Schemas['SlipForm']['urgency'], due_on: values.due_on || null, task: known.task_id,
      basis_kind: (slip?.basis_kind ?? known.basis_kind) as Schemas['SlipForm']['basis_kind'], basis_id: slip ? slip.basis_id : known.basis_id,
    }
    if (slip) {
      const now = await get(client.PUT('/api/v1/slips/{id}', { params: { path: { id: slip.id }, header: { 'If-Match': `"${slip.version}"` } }, body }))
      queries.setQueryData(['slip', slip.id], now)
      forget()
      onClose()
      return
    }
    const made = await get(client.POST('/api/v1/rounds/{id}/slips', { params: { path: { id: round } }, body }))
    forget()
    for (const key of ['slips', 'task', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    await navigate({ to: '/slips/$id', params: { id: made.id }, search: {} })
  }, () => blank({ '/matter': values.matter, '/basis': values.basis, '/gap': values.gap, '/asked': values.asked, '/unit': values.unit }))
  return (
    <form className="card stack slipform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>{slip ? '修改督办单' : '拟制督办单'}{known.task_id && <span>任务 <Link to="/tasks/$id" params={{ id: known.task_id }} search={{}}>{known.task_number}</Link></span>}</h2>
      <fieldset className={form.at('/level') ? 'wrong' : ''}>
        <legend>督办等级</legend>
        <div className="choicecards levels">
          {known.levels.map((l) => (
            <label key={l.level} className={values.level === l.level ? 'choicecard on' : 'choicecard'}>
              <input type="radio" name="level" value={l.level} checked={values.level === l.level} onChange={() => change({ level: l.level })} />
              <span><b>{l.name}</b><small>{l.is_referral ? `移交纪委，${l.answer_working_days} 个工作日内` : `${l.answer_working_days} 个工作日内答复`}，{l.signers.join('、')}</small></span>
            </label>
          ))}
        </div>
        {form.at('/level') && <p className="fault" role="alert">{form.at('/level')}</p>}
      </fieldset>
      {level?.is_referral && <p className="note">只有整改办、主要负责人和领导组组长看得到，单位和督导组看不到，不影响任务销号。</p>}
      <TextField label="事项（一单一事）" value={values.matter} onChange={(matter) => change({ matter })} error={form.at('/matter')} />
      <div className="pair">
        <TextField label="依据" value={values.basis} onChange={(basis) => change({ basis })} error={form.at('/basis')} hint="问题编号、检查或会议纪要" />
        <SelectField label="缓急" value={values.urgency} onChange={(urgency) => change({ urgency })} options={Object.entries(urgencies).map(([value, label]) => ({ value, label }))} />
      </div>
      <TextField label="存在差距" rows={3} value={values.gap} onChange={(gap) => change({ gap })} error={form.at('/gap')} hint="差在哪里，差多少" />
      <TextField label="办理要求" rows={3} value={values.asked} onChange={(asked) => change({ asked })} error={form.at('/asked')} hint="要做到什么，以什么答复" />
      <div className="pair">
        <PickField label={level?.is_referral ? '涉及单位' : '发往单位'} value={values.unit} onChange={(unit) => change({ unit, supporting: values.supporting.filter((u) => u !== unit) })} options={units} error={form.at('/unit')} empty="输入单位名称查找" />
        <DayField label="办结时限（可不填）" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/due_on')} hint={level && `不填则自签发之日起 ${level.answer_working_days} 个工作日；今天签发为${day(level.due_on)}`} />
      </div>
      {!level?.is_referral && <Ordered label="配合单位" value={values.supporting} options={units.filter((u) => u.value !== values.unit)} onChange={(supporting) => change({ supporting })} error={form.at('/supporting/0')} />}
      {!known.task_id && !slip && <p className="muted">督办某项整改任务的，请从任务页右侧“发督办单”，编号、单位和差距会自动带入。</p>}
      <Refused error={form.error} shown={['/level', '/matter', '/basis', '/gap', '/asked', '/unit', '/due_on', '/supporting/0']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在保存…' : '保存'}</button>
        <button type="button" onClick={onClose}>取消</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}
