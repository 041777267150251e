// Evidence as one sees and fetches it.
import { type Schemas, download } from '../api/client'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, size } from '../ui/words'

type Evidence = Schemas['EvidenceView']

export function Files({ evidence, task }: { evidence: Evidence[]; task: Schemas['TaskView'] }) {
  if (evidence.length === 0) return null
  return (
    <ul className="files">
      {evidence.map((e) => <OneFile key={e.id} file={e} proves={proves(e, task)} />)}
    </ul>
  )
}

/** 标准 1、2, or what else it is for. */
function proves(e: Evidence, task: Schemas['TaskView']): string {
  const numbers = e.criteria.map((c) => task.criteria.findIndex((k) => k.id === c) + 1).filter((n) => n > 0)
  return numbers.length > 0 ? `标准 ${numbers.join('、')}` : e.purpose_label
}

function OneFile({ file, proves: what }: { file: Evidence; proves: string }) {
  const fetching = useSend(() => download(file.id))
  const kind = (file.filename.split('.').pop() ?? '').toUpperCase()
  return (
    <li>
      <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()} title={`下载 ${file.filename}`}>
        <b>{file.filename}</b>
        <small>{kind} {size(file.size)}，{what}，{file.by.name} {day(file.occurred_on)}</small>
      </button>
      <Refused error={fetching.error} />
    </li>
  )
}
