// A button that fetches a file made for this request and hands it to the browser.
import { save } from '../api/client'
import { useSend } from './form'
import { Refused } from './parts'

export function SaveFile({ path, label, className }: { path: string; label: string; className?: string }) {
  const fetching = useSend(() => save(path))
  return (
    <>
      <button type="button" className={className} disabled={fetching.busy} onClick={() => void fetching.submit()}>{fetching.busy ? '正在生成…' : label}</button>
      <Refused error={fetching.error} />
    </>
  )
}
