// One meeting that decided on many requests: its body, its minutes, the scan of them, and one verdict for all that were chosen.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, post, upload } from '../api/client'
import { verdicts } from '../labels.gen'
import { DayField } from '../ui/dayfield'
import { FileField, SelectField, TextField, blank, useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { said, today } from '../ui/words'

type Waiting = Schemas['WaitingView']
const verdictOptions = Object.entries(verdicts).map(([value, label]) => ({ value, label }))

export function MeetingOverMany({ picked, onClose, onDone }: { picked: Waiting[]; onClose: () => void; onDone: (refused: string[]) => void }) {
  const queries = useQueryClient()
  const [values, setValues] = useState({ body: '', minutes_number: '', signed_on: today(), verdict: 'approve', words: '' })
  const [file, setFile] = useState<File | null>(null)
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const form = useSend(async () => {
    const first = picked[0]
    if (!file || !first) return
    const scan = await upload<Schemas['ScanView']>(`/tasks/${first.task_id}/scans`, { filename: file.name }, file, 'scan')
    const results = await post<Schemas['BatchResult'][]>('/sign-batches', {
      items: picked.map((w) => ({ request: w.id, task_id: w.task_id, version: w.version })), verdict: values.verdict, words: values.words.trim() || null,
      meeting: { signed_on: values.signed_on, scan: scan.sha256, content_hash: null, body: values.body, minutes_number: values.minutes_number },
    })
    onDone(results.flatMap((r) => (r.problem ? [`${picked.find((w) => w.task_id === r.id)?.task_number}：${said(r.problem.title)}`] : [])))
    await queries.invalidateQueries()
  }, () => [
    ...blank({ '/meeting/body': values.body, '/meeting/minutes_number': values.minutes_number, '/meeting/signed_on': values.signed_on }),
    ...(file ? [] : ['/meeting/scan']),
    ...(values.verdict === 'approve' ? [] : blank({ '/words': values.words })),
  ])
  const shown = ['/meeting/body', '/meeting/minutes_number', '/meeting/signed_on', '/meeting/scan', '/words']
  return (
    <Dialog title={`登记会议审定 ${picked.length} 项`} onClose={onClose} isWide>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <ul className="picked">{picked.map((w) => <li key={w.id}><span className="number">{w.task_number}</span>{w.kind_label}：{w.title}</li>)}</ul>
        <div className="pair">
          <TextField label="会议" value={values.body} onChange={(body) => change({ body })} hint="如：整改工作领导组会议" error={form.at('/meeting/body')} />
          <TextField label="纪要文号" value={values.minutes_number} onChange={(minutes_number) => change({ minutes_number })} error={form.at('/meeting/minutes_number')} />
          <DayField label="会议日期" lies="behind" value={values.signed_on} onChange={(signed_on) => change({ signed_on })} error={form.at('/meeting/signed_on')} />
          <SelectField label="结论" value={values.verdict} onChange={(verdict) => change({ verdict })} options={verdictOptions} />
        </div>
        <TextField label="意见（退回时必填）" rows={2} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} />
        <FileField label="会议纪要扫描件（PDF 或图片）" accept=".pdf,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([chosen]) => setFile(chosen ?? null)} error={form.at('/meeting/scan')} />
        <p className="muted">逐项登记，一项不成不影响其他各项；登记后记入各项任务的签批，不能撤回。</p>
        <Refused error={form.error} shown={shown} />
        <div className="send">
          <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在登记…' : `登记 ${picked.length} 项`}</button>
          <button type="button" onClick={onClose}>取消</button>
        </div>
      </form>
    </Dialog>
  )
}
