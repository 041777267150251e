// Entering an act of a personal duty, made for a thumb: which of the four, what was done, which tasks; the day is today unless another is given.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { shown } from '../duties/acts'
import { Suggestions } from '../duties/suggestions'
import { NoRound, useRound } from '../session'
import '../styles/duties.css'
import { DayField } from '../ui/dayfield'
import { Field, SelectField, useDraft, useSend } from '../ui/form'
import { Empty, Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'

type Form = Schemas['DutyForm']

/** So many tasks are offered at first; key problems stand before the others. */
const few = 6

interface Values {
  duty: string
  /** Empty for today, so that what was left unsent yesterday is of today when it is sent. */
  on: string
  words: string
  tasks: string[]
}

export function NewDuty() {
  useTitle('记四个亲自')
  const round = useRound()
  const { head = '' } = useSearch({ from: '/duties/new' })
  const query = useQuery({
    queryKey: ['duty-form', round, head],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/personal-duties/form', { params: { path: { id: round }, query: { head: head || undefined } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="记四个亲自" />
  return (
    <>
      <div className="head dutyhead">
        <h1>{query.data && !query.data.is_own ? '代填四个亲自' : '记四个亲自'}</h1>
        <p><Link to="/duties" search={{}}>返回登记表</Link></p>
      </div>
      <Loaded query={query}>{(form) => (form.head ? <Whole key={form.head.id} form={form} head={form.head} /> : <Empty>您没有可以填写的对象：四个亲自由单位正职本人填写，或由本单位代填后本人确认。</Empty>)}</Loaded>
    </>
  )
}

function Whole({ form: offered, head }: { form: Form; head: Schemas['DutyEnterable'] }) {
  const round = useRound()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const words = useRef<HTMLTextAreaElement | null>(null)
  const [isAll, setAll] = useState(false)
  const { values, change, forget } = useDraft<Values>('personal-duty', `${round}.${head.id}`, { duty: '', on: '', words: '', tasks: [] })
  const send = useSend(async () => {
    await post(`/rounds/${round}/personal-duties`, { head: head.id, duty: values.duty, on: values.on || offered.today, words: values.words, tasks: values.tasks })
    forget()
    for (const key of shown) void queries.invalidateQueries({ queryKey: [key] })
    await navigate({ to: '/duties', search: {} })
  }, () => [...(values.duty === '' ? ['/duty'] : []), ...(values.words.trim() === '' ? ['/words'] : [])])
  const tasks = isAll ? offered.tasks : offered.tasks.filter((t, i) => i < few || values.tasks.includes(t.id))
  const toggle = (id: string) => change({ tasks: values.tasks.includes(id) ? values.tasks.filter((t) => t !== id) : [...values.tasks, id] })
  return (
    <div className="newduty">
      <form className="card stack dutyform" noValidate onSubmit={(e) => { e.preventDefault(); void send.submit() }}>
        {(offered.heads.length > 1 || !offered.is_own) && (
          <SelectField label="谁的" value={head.id} options={offered.heads.map((h) => ({ value: h.id, label: [h.name, h.units.map((u) => u.name).join('、')].filter(Boolean).join('　') }))} onChange={(id) => void navigate({ to: '/duties/new', search: { head: id } })} />
        )}
        <div className={send.at('/duty') ? 'field wrong' : 'field'}>
          <span id="whichduty" className="label">做的是哪一件</span>
          <div className="four" role="radiogroup" aria-labelledby="whichduty">
            {offered.duties.map((d) => (
              <button key={d.duty} type="button" role="radio" aria-checked={values.duty === d.duty} aria-invalid={Boolean(send.at('/duty'))} onClick={() => { change({ duty: d.duty }); words.current?.focus() }}>{d.label}</button>
            ))}
          </div>
          {send.at('/duty') && <p className="fault" role="alert">请选一件</p>}
        </div>
        <Field label="做了什么" error={send.at('/words')} hint="一两句话，500 字以内">
          {(id, invalid) => <textarea ref={words} id={id} rows={3} maxLength={500} value={values.words} aria-invalid={invalid} onChange={(e) => change({ words: e.target.value })} />}
        </Field>
        <DayField label="哪一天" value={values.on || offered.today} lies="behind" onChange={(on) => change({ on: on === offered.today ? '' : on })} error={send.at('/on')} />
        {offered.tasks.length > 0 && (
          <div className="field">
            <span id="whichtasks" className="label">关于哪些任务（可不选，关键问题在前）</span>
            <div className="dutychoices" role="group" aria-labelledby="whichtasks">
              {tasks.map((t) => (
                <button key={t.id} type="button" aria-pressed={values.tasks.includes(t.id)} onClick={() => toggle(t.id)}>
                  <b>{t.number}</b>{t.is_key && <span className="tag">关键</span>}<span>{t.title}</span>
                </button>
              ))}
            </div>
            {tasks.length < offered.tasks.length && <button type="button" className="plain" onClick={() => setAll(true)}>看全部 {offered.tasks.length} 项</button>}
          </div>
        )}
        {!offered.is_own && <p className="muted">提交后由 {head.name} 本人确认，确认前不计入。</p>}
        <Refused error={send.error} shown={['/duty', '/words', '/on']} />
        <div className="send thumb">
          <button type="submit" className="main huge" disabled={send.busy}>{send.busy ? '正在保存…' : offered.is_own ? '记入' : '提交本人确认'}</button>
        </div>
      </form>
      {offered.is_own && <Suggestions list={offered.suggestions} />}
    </div>
  )
}
