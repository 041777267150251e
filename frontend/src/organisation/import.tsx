// Units and people come as tables.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'

export function ImportTable({ kind }: { kind: 'units' | 'people' }) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [done, setDone] = useState<(Schemas['OrganisationImport'] & { isDry: boolean }) | null>(null)
  const send = (isDry: boolean) => async () => {
    if (!file) return
    const body = await file.text()
    const answer = client.POST('/api/v1/organisation/imports', { params: { query: { kind, dry_run: isDry } }, body, bodySerializer: (text: string) => text, headers: { 'content-type': 'text/csv' } })
    setDone({ ...(await get(answer)), isDry })
    if (!isDry) await queries.invalidateQueries()
  }
  const look = useSend(send(true))
  const commit = useSend(send(false))
  return (
    <div className="card stack">
      <label className="field"><span>导入{kind === 'units' ? '单位' : '人员'}（CSV，UTF-8）</span><input type="file" accept=".csv" onChange={(e) => { setFile(e.target.files?.[0] ?? null); setDone(null) }} /></label>
      <Refused error={look.error ?? commit.error} />
      {done && <p role="status">{done.isDry ? '将' : '已'}新增 {done.created}，更新 {done.updated}，未变 {done.unchanged}</p>}
      <div className="send">
        <button type="button" disabled={!file || look.busy} onClick={() => void look.submit()}>预览</button>
        <button type="button" className="main" disabled={!done?.isDry || commit.busy} onClick={() => void commit.submit()}>导入</button>
      </div>
    </div>
  )
}
