// The form by which a meeting is arranged, changed, or entered after it was held.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type Schemas, client, get, post } from '../api/client'
import { useRound } from '../session'
import { DayField } from '../ui/dayfield'
import { Check, Field, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Pick } from '../ui/pick'
import { Loaded, Refused } from '../ui/parts'
import { today } from '../ui/words'
import type { Meeting } from './act'

export const kinds = [
  { value: 'coordination', label: '协调会' },
  { value: 'mobilisation', label: '动员部署会' },
  { value: 'committee', label: '党委会专题研究' },
  { value: 'group', label: '领导组会' },
  { value: 'democratic', label: '专题民主生活会' },
]

interface Values {
  kind: string
  title: string
  on: string
  time: string
  place: string
  body: string
  chair: string
  chair_name: string
  attendees: string[]
  guests: string
  is_held: boolean
  number: string
  summary: string
}

const clock = (at: string, how: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', ...how }).format(new Date(at))

function before(meeting: Meeting | undefined, on: string | null): Values {
  const rest = { is_held: false, number: '', summary: '' }
  if (!meeting) return { kind: 'coordination', title: '整改工作协调会', on: on ?? today(), time: '15:00', place: '', body: '整改工作领导组', chair: '', chair_name: '', attendees: [], guests: '', ...rest }
  return {
    kind: meeting.kind, title: meeting.title, on: clock(meeting.at, { dateStyle: 'short' }), time: clock(meeting.at, { hour: '2-digit', minute: '2-digit' }), place: meeting.place, body: meeting.body,
    chair: meeting.chair?.id ?? '', chair_name: meeting.chair_name ?? '', attendees: meeting.attendees.map((p) => p.id), guests: meeting.guests.join('、'), ...rest,
  }
}

export function MeetingForm({ meeting, on = null, onClose }: { meeting?: Meeting; on?: string | null; onClose: () => void }) {
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  return <Loaded query={people}>{(all) => <Whole people={all} meeting={meeting} on={on} onClose={onClose} />}</Loaded>
}

function Whole({ people, meeting, on, onClose }: { people: Schemas['PersonView'][]; meeting?: Meeting; on: string | null; onClose: () => void }) {
  const round = useRound()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { values, change, forget, kept } = useDraft<Values>(meeting ? 'revise-meeting' : 'new-meeting', meeting?.id ?? round, before(meeting, on))
  const form = useSend(async () => {
    const body = {
      kind: values.kind as Schemas['MeetingForm']['kind'], title: values.title, at: new Date(`${values.on}T${values.time || '09:00'}:00+08:00`).toISOString(), place: values.place, body: values.body,
      chair: values.chair || null, chair_name: values.chair_name.trim() || null, attendees: values.attendees, guests: values.guests.split(/[、，,;；\n]/).map((g) => g.trim()).filter(Boolean),
    }
    if (meeting) {
      const now = await get(client.PUT('/api/v1/meetings/{id}', { params: { path: { id: meeting.id }, header: { 'If-Match': `"${meeting.version}"` } }, body }))
      queries.setQueryData(['meeting', meeting.id], now)
      forget()
      onClose()
      return
    }
    const held = values.is_held ? { number: values.number.trim() || null, summary: values.summary.trim() || null } : null
    const entered = await post<{ id: string }>(`/rounds/${round}/meetings`, { meeting: body, held })
    forget()
    for (const key of ['meetings', 'calendar']) void queries.invalidateQueries({ queryKey: [key] })
    await navigate({ to: '/meetings/$id', params: { id: entered.id } })
  }, () => blank({ '/title': values.title, '/at': values.on, '/place': values.place, '/body': values.body }))
  const options = people.map((p) => ({ value: p.id, label: `${p.name}　${p.posts[0] ? `${p.posts[0].unit} ${p.posts[0].post}` : ''}` }))
  const names = new Map(people.map((p) => [p.id, p.name]))
  return (
    <form className="card stack planform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>{meeting ? '修改会议安排' : '安排会议'}</h2>
      <div className="pair">
        <SelectField label="会议种类" value={values.kind} options={kinds} onChange={(kind) => change({ kind, ...(kinds.some((k) => k.label === values.title || `整改工作${k.label}` === values.title) ? { title: kind === kinds[0]?.value ? '整改工作协调会' : (kinds.find((k) => k.value === kind)?.label ?? '') } : {}) })} />
        <TextField label="会议名称" value={values.title} onChange={(title) => change({ title })} error={form.at('/title')} />
        <DayField label="日期" value={values.on} onChange={(next) => change({ on: next })} error={form.at('/at')} />
        <TextField label="时间" type="time" value={values.time} onChange={(time) => change({ time })} />
        <TextField label="地点" value={values.place} onChange={(place) => change({ place })} error={form.at('/place')} />
        <TextField label="会议名义" value={values.body} onChange={(body) => change({ body })} error={form.at('/body')} hint="审定销号时写入签批，如：整改工作领导组" />
        <PickField label="主持人" value={values.chair} options={options} empty="不在人员名册里" onChange={(chair) => change({ chair })} error={form.at('/chair')} />
        {values.chair === '' && <TextField label="主持人姓名" value={values.chair_name} onChange={(chair_name) => change({ chair_name })} error={form.at('/chair_name')} />}
      </div>
      <Field label="参加人员" error={form.at('/attendees')}>
        {(id, invalid) => (
          <>
            {values.attendees.length > 0 && <ul className="chips">{values.attendees.map((p) => <li key={p}><button type="button" className="soft" aria-label={`移除 ${names.get(p) ?? ''}`} onClick={() => change({ attendees: values.attendees.filter((q) => q !== p) })}>{names.get(p)} ✕</button></li>)}</ul>}
            <Pick id={id} invalid={invalid} clears value="" options={options.filter((o) => !values.attendees.includes(o.value))} onChange={(p) => change({ attendees: [...values.attendees, p] })} />
          </>
        )}
      </Field>
      <TextField label="其他参加人员（可不填，用顿号分开）" value={values.guests} onChange={(guests) => change({ guests })} error={form.at('/guests/0')} />
      {!meeting && <Check label="会议已经开过，只作登记" value={values.is_held} onChange={(is_held) => change({ is_held })} />}
      {values.is_held && (
        <>
          <TextField label="纪要文号（可不填）" value={values.number} onChange={(number) => change({ number })} error={form.at('/held/number')} />
          <TextField label="主要内容（可不填）" rows={3} value={values.summary} onChange={(summary) => change({ summary })} error={form.at('/held/summary')} />
        </>
      )}
      <Refused error={form.error} shown={['/title', '/at', '/place', '/body', '/chair', '/attendees']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在保存…' : '保存'}</button>
        <button type="button" onClick={onClose}>取消</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}
