// One thing a meeting resolved: what, by whom, until when; its owner reports it done, the office accepts or returns.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, download, get, post, upload } from '../api/client'
import { may } from '../meetings/act'
import { useSession } from '../session'
import '../styles/meetings.css'
import { FileField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

type Place = Schemas['ResolutionPlace']

export function ResolutionPage() {
  const { id } = useParams({ from: '/resolutions/$id' })
  const query = useQuery({ queryKey: ['resolution', id], queryFn: () => get(client.GET('/api/v1/resolutions/{id}', { params: { path: { id } } })) })
  return <Loaded query={query}>{(place) => <Whole place={place} />}</Loaded>
}

function useKept(place: Place) {
  const queries = useQueryClient()
  return (after: Place) => {
    queries.setQueryData(['resolution', place.resolution.id], after)
    for (const key of ['todo', 'resolutions', 'meeting', 'meetings']) void queries.invalidateQueries({ queryKey: [key] })
  }
}

function Whole({ place }: { place: Place }) {
  useTitle('议定事项')
  const { chooseRound } = useSession()
  const r = place.resolution
  return (
    <section className="card resolutionpage">
      <div className="titleline"><h1>议定事项</h1><State label={r.standing_label} /></div>
      <p className="words resolutiontext">{r.text}</p>
      <dl>
        <dt>责任</dt><dd>{[r.unit?.name, r.person?.name].filter(Boolean).join('、')}</dd>
        <dt>时限</dt><dd>{day(r.due_on)}</dd>
        <dt>会议</dt><dd>{place.sees_meeting ? <Link to="/meetings/$id" params={{ id: place.meeting_id }}>{place.meeting}</Link> : place.meeting}，{day(place.held_on)}{place.number && `，${place.number}`}</dd>
        {place.task_id && <><dt>任务</dt><dd><Link to="/tasks/$id" params={{ id: place.task_id }} search={{}}><span className="number">{place.task_number}</span>{place.task_title}</Link></dd></>}
        {r.report && <><dt>办结情况</dt><dd className="words">{r.report}<br /><small className="muted">{r.reported_by} {moment(r.reported_at)}</small>{r.files.map((f) => <FileLink key={f.id} file={f} />)}</dd></>}
        {r.returned && <><dt>退回</dt><dd className="amber">{r.returned}</dd></>}
      </dl>
      {may(place, 'report_resolution') && <Report place={place} />}
      {place.may_draft_slip && <p><Link to="/slips" search={{ new: '1', resolution: r.id, ...(place.task_id ? { task: place.task_id } : {}) }} className="button" onClick={() => chooseRound(place.round_id)}>发督办单</Link></p>}
      {(may(place, 'accept_resolution') || may(place, 'return_resolution')) && <Answer place={place} />}
    </section>
  )
}

function FileLink({ file }: { file: Schemas['ReportFileView'] }) {
  const fetching = useSend(() => download(file.id))
  return <><button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>{file.filename}</button><Refused error={fetching.error} /></>
}

function Report({ place }: { place: Place }) {
  const keep = useKept(place)
  const { values, change, forget } = useDraft('report-resolution', place.resolution.id, { words: '' })
  const [files, setFiles] = useState<File[]>([])
  const form = useSend(async () => {
    const ids: string[] = []
    for (const file of files) ids.push((await upload<Schemas['ReportFileView']>(`/resolutions/${place.resolution.id}/files`, { filename: file.name }, file, 'evidence')).id)
    keep(await post<Place>(`/resolutions/${place.resolution.id}/report`, { words: values.words, files: ids }))
    forget()
  }, () => blank({ '/words': values.words }))
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }} aria-label="报办结">
      <TextField label="办结情况" rows={3} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} />
      <FileField label="佐证材料（可不传）" accept=".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.txt" multiple chosen={files} onChoose={setFiles} />
      <Refused error={form.error} shown={['/words']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在报送…' : '报办结'}</button></div>
    </form>
  )
}

function Answer({ place }: { place: Place }) {
  const keep = useKept(place)
  const [reason, setReason] = useState('')
  const path = `/resolutions/${place.resolution.id}`
  const accept = useSend(async () => keep(await post<Place>(`${path}/accept`, {}, place.version)))
  const giveBack = useSend(async () => keep(await post<Place>(`${path}/return`, { reason }, place.version)), () => blank({ '/reason': reason }))
  return (
    <div className="stack actform">
      {may(place, 'accept_resolution') ? <div className="send"><button type="button" className="main" disabled={accept.busy} onClick={() => void accept.submit()}>认可办结</button></div> : <p className="muted">办结由您代报，请另一位办公室人员认可。</p>}
      <TextField label="退回的理由" rows={2} value={reason} onChange={setReason} error={giveBack.at('/reason')} />
      <div className="send"><button type="button" disabled={giveBack.busy} onClick={() => void giveBack.submit()}>退回</button></div>
      <Refused error={accept.error ?? giveBack.error} shown={['/reason']} />
    </div>
  )
}
