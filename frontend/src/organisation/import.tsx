// Units and people come as tables.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { FileField, useSend } from '../ui/form'
import { Refused } from '../ui/parts'

/** What the first line of a table names. */
const columns = {
  units: 'unit_id（编号）、name（全称）、aliases（简称与别名，用“、”分开）、type（集团、部室、子公司、厂矿）、parent_id（上级编号）',
  people: 'person_id（编号）、name（姓名）、unit_id（单位编号）、title（职务）、role（leader 领导、unit 单位、supervisor 督导）、is_head（是否单位正职）',
}

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
      <FileField label={`导入${kind === 'units' ? '单位' : '人员'}（CSV，UTF-8）`} accept=".csv" chosen={file ? [file] : []} onChoose={([chosen]) => { setFile(chosen ?? null); setDone(null) }} />
      <p className="hint">首行为列名：{columns[kind]}。编号相同的更新，不删除。</p>
      <Refused error={look.error ?? commit.error} />
      {done && <p role="status">{done.isDry ? '将' : '已'}新增 {done.created}，更新 {done.updated}，未变 {done.unchanged}</p>}
      <div className="send">
        <button type="button" disabled={!file || look.busy} onClick={() => void look.submit()}>预览</button>
        <button type="button" className="main" disabled={!done?.isDry || commit.busy} onClick={() => void commit.submit()}>导入</button>
      </div>
    </div>
  )
}
