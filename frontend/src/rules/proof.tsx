// Files that show how a rule is used: sent as they are chosen or photographed, named in the answer or the judgement.
import { useState } from 'react'
import { type Schemas, download, upload } from '../api/client'
import { accepted, named, unfit } from '../task/attach'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'

export type Sent = { id: string; name: string }

export function Proof({ rule, files, onChange, error, onBusy }: { rule: string; files: Sent[]; onChange: (files: Sent[]) => void; error?: string; onBusy: (is: boolean) => void }) {
  const [fault, setFault] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const add = async (list: FileList | null) => {
    setFault(null)
    setSending(true)
    onBusy(true)
    let all = files
    for (const given of Array.from(list ?? [])) {
      const file = named(given)
      const why = unfit(file)
      if (why) {
        setFault(`${file.name}：${why}`)
        continue
      }
      try {
        const sent = await upload<Schemas['RuleFileView']>(`/rules/${rule}/files`, { filename: file.name, purpose: 'proof' }, file, 'evidence')
        all = [...all, { id: sent.id, name: sent.filename }]
        onChange(all)
      } catch {
        setFault(`${file.name} 没有传上去，请重试`)
      }
    }
    setSending(false)
    onBusy(false)
  }
  return (
    <div>
      <label className="button"><input type="file" className="hidden" multiple accept={accepted} aria-label="添加证明材料" onChange={(e) => { void add(e.target.files); e.target.value = '' }} />{isSending ? '正在上传…' : '添加证明材料（可拍照）'}</label>
      {files.length > 0 && (
        <ul className="answerfiles">
          {files.map((f) => <li key={f.id}><span>{f.name}</span><button type="button" className="plain" aria-label={`移除 ${f.name}`} onClick={() => onChange(files.filter((o) => o.id !== f.id))}>✕</button></li>)}
        </ul>
      )}
      {(fault ?? error) && <p className="fault" role="alert">{fault ?? error}</p>}
    </div>
  )
}

export function RuleFile({ file }: { file: Schemas['RuleFileView'] }) {
  const fetching = useSend(() => download(file.id))
  return <><button type="button" className="plain" disabled={fetching.busy} onClick={() => void fetching.submit()}>{file.filename}</button><Refused error={fetching.error} /></>
}
