// The meeting while it is held, for one who types: what was resolved on each item, kept as it is typed; closures ratified in one go; the end.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, type Schemas, client, get, upload } from '../api/client'
import { DayField } from '../ui/dayfield'
import { Check, FileField, OvertakenFields, PickField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, said } from '../ui/words'
import { About, AddItem } from './agenda'
import { type Item, type Meeting, fetchMeeting, may, useMeetingAct } from './act'

/** How long one pauses before what was typed is kept, milliseconds. */
const PAUSE = 1_500

export function Held({ meeting }: { meeting: Meeting }) {
  const mayWrite = may(meeting, 'decide_item')
  const decided = meeting.items.filter((i) => i.outcome).length
  return (
    <section className="part">
      <header><h2>议题 <span>{decided} / {meeting.items.length} 已记录</span></h2></header>
      {may(meeting, 'ratify_closures') && <Ratify meeting={meeting} />}
      <ol className="card lines agenda">
        {meeting.items.map((item, i) => (
          <li key={item.key}>
            <div className="line"><b className="nth">{i + 1}</b><div className="what"><About item={item} /></div>{item.outcome_label && <span className="state">{item.outcome_label}</span>}</div>
            {mayWrite && item.outcome !== 'ratified' ? <Write meeting={meeting} item={item} /> : <Outcome item={item} />}
          </li>
        ))}
      </ol>
      {may(meeting, 'add_item') && <AddItem meeting={meeting} />}
      {may(meeting, 'conclude_meeting') && <Conclude meeting={meeting} />}
    </section>
  )
}

export function Outcome({ item }: { item: Item }) {
  const r = item.resolution
  if (!r) return null
  return <p className="resolved"><b>议定</b> {r.text} <span className="muted">{[r.unit?.name, r.person?.name].filter(Boolean).join('、')}，{day(r.due_on)} 前，{r.standing_label}</span></p>
}

interface Written { text: string; unit: string; person: string; due_on: string }

function Write({ meeting, item }: { meeting: Meeting; item: Item }) {
  const queries = useQueryClient()
  const units = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')) })
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  const r = item.resolution
  const saved: Written = { text: r?.text ?? '', unit: r?.unit?.id ?? '', person: r?.person?.id ?? '', due_on: r?.due_on ?? '' }
  const draft = useDraft<Written>('resolution', item.id ?? '', saved)
  const { values, change, forget, kept } = draft
  const revision = useRef(item.revision)
  revision.current = Math.max(revision.current, item.revision)
  const put = async (body: Omit<Schemas['DecideItem'], 'revision'>) => {
    try {
      const after = await get(client.PUT('/api/v1/meetings/{id}/items/{item}', { params: { path: { id: meeting.id, item: item.id ?? '' } }, body: { ...body, revision: revision.current } }))
      queries.setQueryData(['meeting', meeting.id], after)
    } catch (error) {
      // What somebody else wrote is fetched; what is typed here stays.
      if (error instanceof ApiError && error.problem.code === 'item-overtaken') queries.setQueryData(['meeting', meeting.id], await fetchMeeting(meeting.id))
      throw error
    }
  }
  const save = useSend(async () => {
    await put({ is_noted: false, text: values.text, unit: values.unit || null, person: values.person || null, due_on: values.due_on || null })
    forget(values)
  })
  const note = useSend(async () => { await put({ is_noted: true, text: '' }); forget() })
  const isChanged = values.text !== saved.text || values.unit !== saved.unit || values.person !== saved.person || values.due_on !== saved.due_on
  const isWhole = values.text.trim() !== '' && (values.unit !== '' || values.person !== '') && values.due_on !== ''
  const isOvertaken = draft.overtaken.length > 0
  const submit = useRef(save.submit)
  useEffect(() => { submit.current = save.submit })
  useEffect(() => {
    if (!isChanged || !isWhole || isOvertaken) return
    const timer = window.setTimeout(() => void submit.current(), PAUSE)
    return () => window.clearTimeout(timer)
  }, [values, isChanged, isWhole, isOvertaken])
  const unitOptions = (units.data ?? []).map((u) => ({ value: u.id, label: u.name }))
  const personOptions = (people.data ?? []).map((p) => ({ value: p.id, label: `${p.name}　${p.posts[0]?.unit ?? ''}` }))
  const choices: Partial<Record<keyof Written, { value: string; label: string }[]>> = { unit: unitOptions, person: personOptions }
  const said = (value: unknown, name: keyof Written) => choices[name]?.find((o) => o.value === value)?.label.trim() ?? String(value)
  return (
    <form className="stack writes" noValidate onSubmit={(e) => { e.preventDefault(); void save.submit() }}>
      <OvertakenFields draft={draft} initial={saved} labels={{ text: '议定事项', unit: '责任单位', person: '责任人', due_on: '完成时限' }} said={said} />
      <TextField label="议定事项" rows={2} value={values.text} onChange={(text) => change({ text, ...(values.unit === '' && values.person === '' && item.unit_id ? { unit: item.unit_id } : {}) })} error={save.at('/text')} />
      <div className="pair">
        <PickField label="责任单位" value={values.unit} options={unitOptions} empty="未定" onChange={(unit) => change({ unit })} error={save.at('/unit')} />
        <PickField label="责任人" value={values.person} options={personOptions} empty="未定" onChange={(person) => change({ person })} error={save.at('/person')} />
        <DayField label="完成时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={save.at('/due_on')} />
      </div>
      <Refused error={save.at('/unit') ? null : (save.error ?? note.error)} shown={['/text', '/unit', '/person', '/due_on']} />
      <div className="send">
        <button type="submit" disabled={save.busy || !isChanged}>{save.busy ? '正在保存…' : '保存议定事项'}</button>
        {item.outcome !== 'noted' && <button type="button" className="plain" disabled={note.busy} onClick={() => void note.submit()}>记为知悉</button>}
        <small className="muted" role="status">{isChanged ? (isWhole ? '稍停即自动保存' : kept ? '已存草稿；写明内容、责任单位或责任人、时限后自动保存' : '') : item.outcome === 'resolved' ? `已保存（第 ${item.revision} 次）` : ''}</small>
      </div>
    </form>
  )
}

function Ratify({ meeting }: { meeting: Meeting }) {
  const queries = useQueryClient()
  const closures = meeting.items.filter((i) => i.is_closure && !i.outcome)
  const [without, setWithout] = useState<string[]>([])
  const [number, setNumber] = useState(meeting.number ?? '')
  const [file, setFile] = useState<File | null>(null)
  const [refused, setRefused] = useState<Schemas['RefusedItem'][]>([])
  const picked = closures.filter((i) => !without.includes(i.key))
  const form = useSend(async () => {
    if (!file) return
    const scan = await upload<Schemas['ScanView']>(`/meetings/${meeting.id}/scans`, { filename: file.name }, file, 'scan')
    const now = await fetchMeeting(meeting.id)
    const after = await get(client.POST('/api/v1/meetings/{id}/ratify', { params: { path: { id: meeting.id }, header: { 'If-Match': `"${now.version}"` } }, body: { items: picked.map((i) => i.id ?? ''), number, scan: scan.sha256 } }))
    setRefused(after.refused)
    queries.setQueryData(['meeting', meeting.id], after.meeting)
    void queries.invalidateQueries({ queryKey: ['task'] })
  }, () => [...blank({ '/number': number }), ...(file ? [] : ['/scan'])])
  return (
    <form className="card stack ratify" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }} aria-label="审定销号">
      <h3>审定销号 <span className="muted">一次办理，逐项写入签批：{meeting.body}</span></h3>
      {closures.map((i) => <Check key={i.key} label={`${i.number ?? ''} ${i.title}`} value={!without.includes(i.key)} onChange={(on) => setWithout(on ? without.filter((k) => k !== i.key) : [...without, i.key])} />)}
      <div className="pair">
        <TextField label="纪要文号" value={number} onChange={setNumber} error={form.at('/number')} />
        <FileField label="会议审定件扫描（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} error={form.at('/scan')} />
      </div>
      {refused.length > 0 && <div className="refused" role="alert"><strong>以下各项没有办成，其余已审定</strong><ul>{refused.map((r) => <li key={r.item}>{meeting.items.find((i) => i.id === r.item)?.number}：{said(r.reason)}</li>)}</ul></div>}
      <Refused error={form.error} shown={['/number', '/scan']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || picked.length === 0}>{form.busy ? '正在办理…' : `同意 ${picked.length} 项销号`}</button></div>
    </form>
  )
}

function Conclude({ meeting }: { meeting: Meeting }) {
  const rest = meeting.items.filter((i) => !i.outcome).length
  const [number, setNumber] = useState(meeting.number ?? '')
  const [notes, setNotes] = useState(false)
  useEffect(() => { if (meeting.number) setNumber(meeting.number) }, [meeting.number])
  const form = useMeetingAct(meeting, 'conclude', () => ({ number, notes_rest: notes }), { missing: () => blank({ '/number': number }) })
  return (
    <form className="card stack conclude" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }} aria-label="结束会议">
      <h3>结束会议，出纪要</h3>
      <TextField label="本次会议纪要文号" value={number} onChange={setNumber} error={form.at('/number')} />
      {rest > 0 && <Check label={`没有记录的 ${rest} 个议题记为知悉`} value={notes} onChange={setNotes} />}
      <p className="muted">结束后议定事项发给责任单位和责任人办理，会议记录不能再改。</p>
      <Refused error={form.error} shown={['/number']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在办理…' : '结束会议，出纪要'}</button></div>
    </form>
  )
}
