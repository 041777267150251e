// Records of accountability: those that name the reader, what he is asked to have a look at, and a record to be entered.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { accountabilityForms } from '../labels.gen'
import { useSession } from '../session'
import '../styles/appraisals.css'
import { usePeople, useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, SelectField, TextField, blank, useSend } from '../ui/form'
import { Ask, Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, today } from '../ui/words'

export function Accountability() {
  useTitle('问责记录')
  const round = useSession().round?.id ?? ''
  const query = useQuery({ queryKey: ['accountability', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/accountability', { params: { path: { id: round } } })), enabled: round !== '' })
  return (
    <>
      <div className="head"><h1>问责记录</h1><p>由人决定后登记，只有记录写明的人可以看到；系统只列事实，不建议如何处理</p><div className="acts"><Link to="/appraisals" className="button">考评</Link></div></div>
      <Loaded query={query}>{(list) => <Whole list={list} round={round} />}</Loaded>
    </>
  )
}

function Whole({ list, round }: { list: Schemas['AccountabilityList']; round: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      {list.looks.length > 0 && (
        <section className="card stack" aria-label="建议有人看一看">
          <h2>建议有人看一看</h2>
          <p className="muted">下列事实达到考评方案写明的次数。是否处理、如何处理，由人决定。</p>
          {list.looks.map((l, i) => (
            <details key={i}>
              <summary><b>{l.subject.name}</b>　{l.rule}（现 {l.facts.length} 次）<small className="muted">　依据：{l.reason}</small></summary>
              <ul className="factlist">{l.facts.map((f, j) => <li key={j}>{day(f.on)}　{f.label}{f.days > 1 && ` ${f.days} 天`}　{f.task_id ? <Link to="/tasks/$id" params={{ id: f.task_id }} search={{}}>{f.task_number}</Link> : <span className="muted">（无权查看的任务）</span>}</li>)}</ul>
            </details>
          ))}
        </section>
      )}
      {list.may_record && !isOpen && <p className="noprint"><button type="button" onClick={() => setOpen(true)}>登记问责记录</button></p>}
      {isOpen && <RecordForm round={round} onClose={() => setOpen(false)} />}
      {list.items.length === 0
        ? <Empty>没有写明由您阅看的记录。{list.may_record && '决定作出后，由经办人在此登记并写明阅看人。'}</Empty>
        : <ul className="card lines" aria-label="记录">{list.items.map((r) => (
          <li key={r.id}>
            <div className="line">
              <div className="what"><p><b>{r.subject.name}</b>{r.is_withdrawn && <State label="已撤销" />}</p><p className="muted">{r.form_label}，{day(r.decided_on)}</p></div>
              <div className="do"><Link to="/accountability/$id" params={{ id: r.id }} className="button quiet">查看</Link></div>
            </div>
          </li>
        ))}</ul>}
    </>
  )
}

/** People chosen one after another. */
export function Readers({ value, onChange, error }: { value: string[]; onChange: (value: string[]) => void; error?: string }) {
  const people = usePeople()
  return (
    <>
      <PickField label="阅看人（登记人本人也可看）" value="" onChange={(id) => { if (id && !value.includes(id)) onChange([...value, id]) }} options={people.filter((p) => !value.includes(p.value))} error={error} />
      {value.length > 0 && <ul className="chosen">{value.map((id) => <li key={id}>{people.find((p) => p.value === id)?.label ?? id}　<button type="button" className="plain danger" onClick={() => onChange(value.filter((v) => v !== id))}>移除</button></li>)}</ul>}
    </>
  )
}

function RecordForm({ round, onClose }: { round: string; onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate({ from: '/accountability' })
  const [people, units] = [usePeople(), useUnits()]
  const [values, setValues] = useState({ isUnit: false, subject: '', form: '', basis: '', decided_by: '', decided_on: today(), document: '', note: '', readers: [] as string[] })
  const [isAsking, setAsking] = useState(false)
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const missing = () => [...blank({ '/subject': values.subject, '/form': values.form, '/basis': values.basis, '/decided_by': values.decided_by, '/decided_on': values.decided_on }), ...(values.readers.length === 0 ? ['/readers'] : [])]
  const form = useSend(async () => {
    const { isUnit, subject, document, note, ...rest } = values
    const made = await post<Schemas['EnteredAccountability']>(`/rounds/${round}/accountability`, { ...rest, subject: { kind: isUnit ? 'unit' : 'leader', id: subject }, document: document || null, note: note || null })
    await queries.invalidateQueries({ queryKey: ['accountability'] })
    void navigate({ to: '/accountability/$id', params: { id: made.id } })
  }, missing)
  return (
    <form className="card stack recordform" noValidate aria-label="登记问责记录" onSubmit={(e) => { e.preventDefault(); if (missing().length > 0) void form.submit(); else setAsking(true) }}>
      <div className="pair">
        <SelectField label="对象" value={values.isUnit ? 'whole' : 'one'} onChange={(of) => change({ isUnit: of === 'whole', subject: '' })} options={[{ value: 'one', label: '个人' }, { value: 'whole', label: '单位' }]} />
        <PickField label={values.isUnit ? '单位' : '姓名'} value={values.subject} onChange={(subject) => change({ subject })} options={values.isUnit ? units : people} error={form.at('/subject')} />
        <SelectField label="方式" empty="请选择" value={values.form} onChange={(chosen) => change({ form: chosen })} options={Object.entries(accountabilityForms).map(([value, label]) => ({ value, label }))} error={form.at('/form')} />
      </div>
      <TextField label="依据" rows={2} value={values.basis} onChange={(basis) => change({ basis })} error={form.at('/basis')} />
      <div className="pair">
        <TextField label="决定机关（会议）" value={values.decided_by} onChange={(decided_by) => change({ decided_by })} error={form.at('/decided_by')} />
        <DayField label="决定日期" lies="behind" value={values.decided_on} onChange={(decided_on) => change({ decided_on })} error={form.at('/decided_on')} />
        <TextField label="文号（选填）" value={values.document} onChange={(document) => change({ document })} error={form.at('/document')} />
      </div>
      <TextField label="说明（选填）" rows={2} value={values.note} onChange={(note) => change({ note })} error={form.at('/note')} />
      <Readers value={values.readers} onChange={(readers) => change({ readers })} error={form.at('/readers')} />
      <Refused error={form.error} shown={['/subject', '/form', '/basis', '/decided_by', '/decided_on', '/document', '/note', '/readers']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>登记</button><button type="button" onClick={onClose}>取消</button></div>
      {isAsking && <Ask title="登记问责记录" verb="登记" busy={form.busy} onYes={() => { setAsking(false); void form.submit() }} onNo={() => setAsking(false)}>登记后不能修改，只能写明理由撤销。阅看人会收到“有一件事项请到系统查看”，其他人看不到这条记录。</Ask>}
    </form>
  )
}
