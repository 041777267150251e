// One meeting: its agenda while it is planned, what is written down while it is held, and its minutes with what moved after it.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Agenda } from '../meetings/agenda'
import { type Meeting, fetchMeeting, may, useMeetingAct } from '../meetings/act'
import { MeetingForm } from '../meetings/form'
import { Held } from '../meetings/held'
import { Minutes } from '../meetings/minutes'
import '../styles/checks.css'
import '../styles/meetings.css'
import { TextField, blank } from '../ui/form'
import { Ask, Loaded, Refused, State } from '../ui/parts'
import { SaveFile } from '../ui/savefile'
import { useTitle } from '../ui/title'
import { moment } from '../ui/words'

export function MeetingPage() {
  const { id } = useParams({ from: '/meetings/$id' })
  const query = useQuery({ queryKey: ['meeting', id], queryFn: () => fetchMeeting(id) })
  return <Loaded query={query}>{(meeting) => <Whole meeting={meeting} />}</Loaded>
}

function Whole({ meeting }: { meeting: Meeting }) {
  useTitle(meeting.title)
  const [open, setOpen] = useState<string | null>(null)
  const close = () => setOpen(null)
  const toggle = (name: string) => setOpen(open === name ? null : name)
  return (
    <>
      <p className="pathline noprint"><Link to="/meetings">会议</Link> › {meeting.kind_label}</p>
      <section className="card aboutcheck noprint">
        <div className="titleline"><h1>{meeting.title}</h1><State label={meeting.state_label} /></div>
        <p className="facts"><span>{meeting.kind_label}</span><span>{moment(meeting.at)}</span><span>{meeting.place}</span><span>主持 {meeting.chair?.name ?? meeting.chair_name}</span><span>参加 {[...meeting.attendees.map((p) => p.name), ...meeting.guests].join('、') || '—'}</span></p>
        <div className="quietacts">
          {may(meeting, 'open_meeting') && <button type="button" className="main" onClick={() => setOpen('open_meeting')}>开始会议</button>}
          {may(meeting, 'revise_meeting') && <button type="button" aria-expanded={open === 'revise_meeting'} onClick={() => toggle('revise_meeting')}>修改或改期</button>}
          {may(meeting, 'cancel_meeting') && <button type="button" className="plain danger" aria-expanded={open === 'cancel_meeting'} onClick={() => toggle('cancel_meeting')}>取消会议</button>}
          {meeting.concluded_at && <button type="button" onClick={() => window.print()}>打印纪要</button>}
          {meeting.concluded_at && <SaveFile path={`/meetings/${meeting.id}/minutes`} label="下载纪要 Word" />}
        </div>
        {open === 'cancel_meeting' && <Cancel meeting={meeting} onClose={close} />}
      </section>
      {open === 'open_meeting' && <Start meeting={meeting} onClose={close} />}
      {open === 'revise_meeting' && <MeetingForm meeting={meeting} onClose={close} />}
      {meeting.is_live && <Agenda meeting={meeting} />}
      {meeting.is_open && <Held meeting={meeting} />}
      {meeting.concluded_at && <Minutes meeting={meeting} />}
    </>
  )
}

function Start({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const form = useMeetingAct(meeting, 'open', () => ({}), { done: onClose })
  return (
    <Ask title="开始会议？" verb="开始会议" busy={form.busy} onYes={() => void form.submit()} onNo={onClose}>
      <p>议程 {meeting.items.length} 项按现在的样子固定下来，会上可以增加议题，不再自动更新。</p>
      <Refused error={form.error} />
    </Ask>
  )
}

function Cancel({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const form = useMeetingAct(meeting, 'cancel', () => ({ reason }), { done: onClose, missing: () => blank({ '/reason': reason }) })
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>取消后不能恢复，参加人员会收到通知。</p>
      <TextField label="取消的理由" value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>取消会议</button><button type="button" onClick={onClose}>收起</button></div>
    </form>
  )
}
