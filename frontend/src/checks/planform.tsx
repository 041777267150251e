// The form by which a check is planned, and changed while it is planned.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useRound } from '../session'
import { DayField } from '../ui/dayfield'
import { Check, TextField, blank, useDraft, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'
import { today } from '../ui/words'
import { type Check as CheckView, kinds, suggestions } from './words'

type Values = Omit<Schemas['CheckForm'], 'kind' | 'tasks' | 'questions'> & { kind: string; questions: string[]; tasks: { id: string; number: string; title: string }[] }

const inDays = (n: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now() + n * 864e5)

/** Kinds whose tasks are named and not drawn. */
const named = ['special', 'follow_up']

export function PlanForm({ check, onClose }: { check?: CheckView; onClose: () => void }) {
  const round = useRound()
  const people = useQuery({ queryKey: ['round', check?.round_id ?? round], queryFn: () => get(client.GET('/api/v1/rounds/{id}', { params: { path: { id: check?.round_id ?? round } } })) })
  return <Loaded query={people}>{(whole) => <Whole round={whole} check={check} onClose={onClose} />}</Loaded>
}

function before(check: CheckView | undefined): Values {
  if (!check) return { kind: 'spot', title: '', questions: [], from_on: today(), to_on: inDays(14), inspectors: [], tasks: [] }
  return {
    kind: check.kind, title: check.title, questions: check.questions, from_on: check.from_on, to_on: check.to_on,
    inspectors: check.inspectors.map((p) => p.id), tasks: check.targets.map((t) => ({ id: t.task_id, number: t.number, title: t.title })),
  }
}

function Whole({ round, check, onClose }: { round: Schemas['RoundView']; check?: CheckView; onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { values, change, forget, kept } = useDraft<Values>(check ? 'revise-check' : 'plan-check', check?.id ?? round.id, before(check))
  const isNamed = named.includes(values.kind)
  const form = useSend(async () => {
    const body = { ...values, kind: values.kind as Schemas['CheckForm']['kind'], questions: values.questions.filter((q) => q.trim() !== ''), tasks: isNamed ? values.tasks.map((t) => t.id) : [] }
    if (check) {
      const now = await get(client.PUT('/api/v1/checks/{id}', { params: { path: { id: check.id }, header: { 'If-Match': `"${check.version}"` } }, body }))
      queries.setQueryData(['check', check.id], now)
      forget()
      onClose()
      return
    }
    const planned = await get(client.POST('/api/v1/rounds/{id}/checks', { params: { path: { id: round.id } }, body }))
    forget()
    await queries.invalidateQueries({ queryKey: ['checks'] })
    await navigate({ to: '/checks/$id', params: { id: planned.id } })
  }, () => blank({ '/title': values.title, '/from_on': values.from_on, '/to_on': values.to_on }))
  const assigned = round.assignments.filter((a, i, all) => all.findIndex((b) => b.person_id === a.person_id) === i)
  const toggle = (id: string) => change({ inspectors: values.inspectors.includes(id) ? values.inspectors.filter((p) => p !== id) : [...values.inspectors, id] })
  return (
    <form className="card stack planform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>{check ? '修改检查' : '筹备检查'}</h2>
      <fieldset>
        <legend>种类</legend>
        <div className="choicecards">
          {kinds.map((k) => (
            <label key={k.value} className={values.kind === k.value ? 'choicecard on' : 'choicecard'}>
              <input type="radio" name="kind" value={k.value} checked={values.kind === k.value} onChange={() => change({ kind: k.value })} />
              <span><b>{k.label}</b><small>{k.hint}</small></span>
            </label>
          ))}
        </div>
      </fieldset>
      <TextField label="名称" value={values.title} onChange={(title) => change({ title })} error={form.at('/title')} hint="例：第三季度已销号任务随时抽查" />
      <div className="pair">
        <DayField label="自" lies="ahead" value={values.from_on} onChange={(from_on) => change({ from_on })} error={form.at('/from_on')} />
        <DayField label="至" lies="ahead" value={values.to_on} onChange={(to_on) => change({ to_on })} error={form.at('/to_on')} />
      </div>
      <Questions value={values.questions} onChange={(questions) => change({ questions })} />
      <fieldset className={form.at('/inspectors') ? 'wrong' : ''}>
        <legend>检查人员（整改办和督导组，二人一组，至少两人）</legend>
        <div className="people">
          {assigned.map((a) => <Check key={a.person_id} label={`${a.name}（${lines[a.kind]}）`} value={values.inspectors.includes(a.person_id)} onChange={() => toggle(a.person_id)} />)}
        </div>
        {assigned.length === 0 && <p className="muted">本轮还没有整改办和督导组人员，请先在轮次设置里编入。</p>}
        {assigned.length > 0 && values.inspectors.length < assigned.length && <button type="button" className="plain" onClick={() => change({ inspectors: assigned.map((a) => a.person_id) })}>全选</button>}
        {form.at('/inspectors') && <p className="fault" role="alert">{form.at('/inspectors')}</p>}
      </fieldset>
      {isNamed && <Tasks round={round.id} value={values.tasks} onChange={(tasks) => change({ tasks })} error={form.at('/tasks')} />}
      {!isNamed && <p className="muted">任务不在这里指定：保存后划定范围、冻结抽样框，再由各方共同抽取。</p>}
      <Refused error={form.error} shown={['/title', '/from_on', '/to_on', '/inspectors', '/tasks']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在保存…' : '保存'}</button>
        <button type="button" onClick={onClose}>取消</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}

const lines: Record<string, string> = { office: '整改办', team: '督导组' }

/** What is looked at, line by line, with what is asked most to be taken by a tap. */
function Questions({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const left = suggestions.filter((s) => !value.includes(s))
  return (
    <fieldset>
      <legend>检查内容</legend>
      <ol className="ordered">
        {value.map((q, i) => (
          <li key={i}>
            <input aria-label={`检查内容 ${i + 1}`} value={q} onChange={(e) => onChange(value.map((v, n) => (n === i ? e.target.value : v)))} />
            <button type="button" className="plain" aria-label={`移除检查内容 ${i + 1}`} onClick={() => onChange(value.filter((_, n) => n !== i))}>✕</button>
          </li>
        ))}
      </ol>
      <div className="chips">
        {left.map((s) => <button key={s} type="button" className="soft" onClick={() => onChange([...value, s])}>＋ {s}</button>)}
        <button type="button" onClick={() => onChange([...value, ''])}>＋ 另写一条</button>
      </div>
    </fieldset>
  )
}

/** The tasks that are named, found by number or word. */
function Tasks({ round, value, onChange, error }: { round: string; value: Values['tasks']; onChange: (value: Values['tasks']) => void; error?: string }) {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(text.trim()), 250)
    return () => window.clearTimeout(timer)
  }, [text])
  const found = useQuery({
    queryKey: ['search', round, asked],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/search', { params: { path: { id: round }, query: { text: asked } } })),
    enabled: asked.length >= 2,
  })
  const hits = asked.length >= 2 ? (found.data?.tasks ?? []).filter((t) => !value.some((v) => v.id === t.id)) : []
  return (
    <fieldset className={error ? 'wrong' : ''}>
      <legend>检查的任务</legend>
      <ol className="ordered">
        {value.map((t) => (
          <li key={t.id}><span><span className="number">{t.number}</span>{t.title}</span><button type="button" className="plain" aria-label={`移除 ${t.number}`} onClick={() => onChange(value.filter((v) => v.id !== t.id))}>✕</button></li>
        ))}
      </ol>
      <input type="search" aria-label="按编号或词语查找任务" placeholder="按编号或词语查找任务，至少两个字" value={text} onChange={(e) => setText(e.target.value)} />
      {hits.length > 0 && (
        <ul className="foundtasks">
          {hits.map((t) => <li key={t.id}><button type="button" onClick={() => { onChange([...value, { id: t.id, number: t.number, title: t.title }]); setText('') }}><span className="number">{t.number}</span>{t.title}<small className="muted">{t.lead_unit}　{t.state_label}</small></button></li>)}
        </ul>
      )}
      {asked.length >= 2 && found.data && hits.length === 0 && <p className="hint">没有相符的任务</p>}
      {error && <p className="fault" role="alert">{error}</p>}
    </fieldset>
  )
}
