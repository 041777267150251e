// Why the problem came about, as the unit says it; and whether it is one unit's or that of many, as the records propose and the office decides.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { causeCategories, findingScopes } from '../labels.gen'
import '../styles/alike.css'
import { Check, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { moment } from '../ui/words'
import { ActForm, type FormProps, useAct } from './act'

type Task = Schemas['TaskView']
type Scope = Schemas['FindingScopeView']

const kinds = Object.entries(causeCategories)

/** The analysis of the causes, begun from what was said last. */
export function CauseForm({ task, done, open }: FormProps) {
  const last = task.causes[0]
  const { values, change, forget, kept } = useDraft('analyse-cause', task.id, { categories: last?.categories ?? ([] as string[]), text: last?.text ?? '' })
  const form = useAct(task, 'analyse-cause', () => values, () => { forget(); done() }, () => [...blank({ '/text': values.text }), ...(values.categories.length === 0 ? ['/categories'] : [])])
  const turn = (kind: string, isOn: boolean) => change({ categories: isOn ? [...values.categories, kind] : values.categories.filter((k) => k !== kind) })
  return (
    <ActForm form={form} verb={last ? '保存新的剖析' : '保存剖析'} disabled={!open.is_possible} shown={['/categories', '/text']} kept={kept}>
      {task.is_cause_required && !last && <p>本轮次要求先剖析原因，再报送方案。</p>}
      <fieldset>
        <legend>原因类别（可多选）</legend>
        <div className="checks">{kinds.map(([kind, label]) => <Check key={kind} label={label} value={values.categories.includes(kind)} onChange={(isOn) => turn(kind, isOn)} />)}</div>
        {form.at('/categories') && <p className="fault" role="alert">{form.at('/categories')}</p>}
      </fieldset>
      <TextField label="根本原因" rows={5} value={values.text} onChange={(text) => change({ text })} error={form.at('/text')} hint="写清为什么会发生、为什么没有早发现，不复述问题" />
    </ActForm>
  )
}

/** What was said of the causes, the newest first. */
export function Causes({ task }: { task: Task }) {
  const [all, setAll] = useState(false)
  if (task.causes.length === 0) return null
  const shown = all ? task.causes : task.causes.slice(0, 1)
  return (
    <section className="card" aria-label="原因剖析">
      <h2>原因剖析</h2>
      {shown.map((cause) => (
        <div key={cause.at}>
          <p>{cause.labels.map((label) => <span key={label} className="tag">{label}</span>)} <small className="muted">{cause.by.name} {moment(cause.at)}</small></p>
          <p className="words">{cause.text}</p>
        </div>
      ))}
      {shown.length < task.causes.length && <button type="button" className="plain" onClick={() => setAll(true)}>以前的 {task.causes.length - shown.length} 次剖析</button>}
    </section>
  )
}

/** The last analysis beside a closure, so that cause and measures are seen together; nothing to write. */
export function LastCause({ task }: { task: Task }) {
  const last = task.causes[0]
  if (!last) return null
  return (
    <section className="lastcause" aria-label="原因剖析">
      <p><b>原因剖析</b> {last.labels.map((label) => <span key={label} className="tag">{label}</span>)} <small className="muted">{last.by.name} {moment(last.at)}</small></p>
      <p className="words">{last.text}</p>
    </section>
  )
}

/** The kind of the task's finding: proposed with its reasons, decided by who may. */
export function ScopeOf({ finding }: { finding: string }) {
  const query = useQuery({ queryKey: ['scope', finding], queryFn: () => get(client.GET('/api/v1/findings/{id}/scope', { params: { path: { id: finding } } })) })
  const [isOpen, setOpen] = useState(false)
  if (!query.data) return null
  const { decided, proposed_label, grounds, advice, may_decide } = query.data
  return (
    <section className="card alike" aria-label="个性还是共性">
      <h2>个性还是共性 <span>{decided ? decided.scope_label : '待认定'}</span></h2>
      {decided && (
        <div className="known">
          <p>认定为 <b>{decided.scope_label}</b>{decided.reason && `：${decided.reason}`}</p>
          <small className="muted">{decided.decided_by} {moment(decided.decided_at)} 认定；当时建议{decided.proposed_label}（{decided.grounds.join('；')}）</small>
        </div>
      )}
      <div className="proposal">
        <p>按记录建议：<b>{proposed_label}</b></p>
        <p className="why muted">{grounds.join('；')}</p>
        <p className="why muted">{advice}</p>
        {may_decide && !isOpen && <p className="acts"><button type="button" className="plain" onClick={() => setOpen(true)}>{decided ? '改变认定' : '认定'}</button></p>}
        {isOpen && <DecideScope finding={finding} scope={query.data} onClose={() => setOpen(false)} />}
      </div>
    </section>
  )
}

function DecideScope({ finding, scope, onClose }: { finding: string; scope: Scope; onClose: () => void }) {
  const queries = useQueryClient()
  const [kind, setKind] = useState<string>(scope.proposed)
  const [reason, setReason] = useState('')
  const isOther = kind !== scope.proposed
  const form = useSend(async () => {
    const now = await post<Scope>(`/findings/${finding}/scope`, { scope: kind, reason })
    queries.setQueryData(['scope', finding], now)
    await queries.invalidateQueries({ queryKey: ['task'] })
    onClose()
  }, () => (isOther ? blank({ '/reason': reason }) : []))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <SelectField label="认定为" value={kind} options={Object.entries(findingScopes).map(([value, label]) => ({ value, label }))} onChange={setKind} />
      <TextField label={isOther ? '与建议不同的理由' : '理由（可不填）'} rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <p className="send">
        <button type="submit" className="main" disabled={form.busy}>认定</button>
        <button type="button" className="plain" onClick={onClose}>取消</button>
      </p>
    </form>
  )
}
