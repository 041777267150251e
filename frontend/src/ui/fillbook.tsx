// A sheet that is filled in offline: fetched with its codes locked, brought back filled to be looked at.
import { useRef } from 'react'
import { save, upload } from '../api/client'
import { useSend } from './form'
import { Refused } from './parts'

export function FillBook<Preview>({ path, query, fetch, bring, onPreview }: {
  path: string
  query: Record<string, string>
  /** What the buttons say. */
  fetch: string
  bring: string
  onPreview: (found: Preview, name: string) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const chosen = useRef<File | null>(null)
  const fetching = useSend(() => save(`${path}?${new URLSearchParams(query)}`))
  const bringing = useSend(async () => {
    const file = chosen.current
    if (file) onPreview(await upload<Preview>(`${path}/previews`, query, file, 'workbook'), file.name)
  })
  return (
    <>
      <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>{fetching.busy ? '正在生成…' : fetch}</button>
      <button type="button" disabled={bringing.busy} onClick={() => input.current?.click()}>{bringing.busy ? '正在读取…' : bring}</button>
      <input ref={input} type="file" accept=".xlsx" className="hidden" tabIndex={-1} aria-label="填好的表" onChange={(e) => { chosen.current = e.target.files?.[0] ?? null; e.target.value = ''; void bringing.submit() }} />
      <Refused error={fetching.error ?? bringing.error} />
    </>
  )
}
