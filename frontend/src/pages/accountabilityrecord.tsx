// One record of accountability, for those it names.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, download, get, post, upload } from '../api/client'
import '../styles/appraisals.css'
import { FileField, TextField, blank, useSend } from '../ui/form'
import { Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'
import { Readers } from './accountability'

type Record = Schemas['AccountabilityView']

export function AccountabilityRecord() {
  useTitle('问责记录')
  const { id } = useParams({ from: '/accountability/$id' })
  const query = useQuery({ queryKey: ['accountability-record', id], queryFn: () => get(client.GET('/api/v1/accountability/{id}', { params: { path: { id } } })) })
  return <Loaded query={query}>{(of) => <Whole key={of.version} of={of} />}</Loaded>
}

function useAgain() {
  const queries = useQueryClient()
  return () => Promise.all(['accountability', 'accountability-record', 'notices'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

function Whole({ of }: { of: Record }) {
  const may = (action: string) => of.open_actions.some((a) => a.action === action)
  return (
    <>
      <div className="head"><h1>{of.subject.name}　{of.form_label}{of.withdrawn && <State label="已撤销" />}</h1><p>{of.entered_by.name} 于 {moment(of.entered_at)} 登记，只有下列人员可以看到</p><div className="acts"><Link to="/accountability" className="button">全部记录</Link></div></div>
      {of.withdrawn && <p className="note">撤销理由：{of.withdrawn}</p>}
      <section className="card">
        <dl className="recordwords">
          <dt>依据</dt><dd>{of.basis}</dd>
          <dt>决定机关</dt><dd>{of.decided_by}</dd>
          <dt>决定日期</dt><dd>{day(of.decided_on)}</dd>
          {of.document && <><dt>文号</dt><dd>{of.document}</dd></>}
          {of.note && <><dt>说明</dt><dd>{of.note}</dd></>}
          <dt>阅看人</dt><dd>{of.readers.map((r) => r.name).join('、')}</dd>
          {of.files.length > 0 && <><dt>文件</dt><dd>{of.files.map((f) => <button key={f.id} type="button" className="plain" onClick={() => void download(f.id)}>{f.filename}</button>)}</dd></>}
        </dl>
      </section>
      <div className="noprint acting">
        {may('attach_accountability_file') && <Attach of={of} />}
        {may('set_readers') && <SetReaders of={of} />}
        {may('withdraw_accountability') && <Withdraw of={of} />}
      </div>
    </>
  )
}

function Attach({ of }: { of: Record }) {
  const again = useAgain()
  const [file, setFile] = useState<File | null>(null)
  const form = useSend(async () => {
    if (file) await upload<Schemas['ScanView']>(`/accountability/${of.id}/files`, { filename: file.name }, file, 'scan')
    setFile(null)
    await again()
  })
  return (
    <form className="card stack" noValidate aria-label="上传文件" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <FileField label="决定文件（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} />
      <Refused error={form.error} />
      <div className="send"><button type="submit" disabled={form.busy || !file}>上传</button></div>
    </form>
  )
}

function SetReaders({ of }: { of: Record }) {
  const again = useAgain()
  const [isOpen, setOpen] = useState(false)
  const [readers, setReaders] = useState(of.readers.map((r) => r.id))
  const form = useSend(async () => {
    await post(`/accountability/${of.id}/readers`, { readers }, of.version)
    await again()
  }, () => (readers.length === 0 ? ['/readers'] : []))
  if (!isOpen) return <p><button type="button" className="plain" onClick={() => setOpen(true)}>调整阅看人</button></p>
  return (
    <form className="card stack" noValidate aria-label="调整阅看人" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <Readers value={readers} onChange={setReaders} error={form.at('/readers')} />
      <Refused error={form.error} shown={['/readers']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>保存</button><button type="button" onClick={() => setOpen(false)}>取消</button></div>
    </form>
  )
}

function Withdraw({ of }: { of: Record }) {
  const again = useAgain()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const form = useSend(async () => {
    await post(`/accountability/${of.id}/withdraw`, { reason }, of.version)
    await again()
  }, () => blank({ '/reason': reason }))
  if (!isOpen) return <p><button type="button" className="plain danger" onClick={() => setOpen(true)}>撤销记录</button></p>
  return (
    <form className="card stack" noValidate aria-label="撤销记录" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>撤销记录</button><button type="button" onClick={() => setOpen(false)}>取消</button></div>
    </form>
  )
}
