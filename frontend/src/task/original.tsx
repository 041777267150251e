// What was signed, whole, as it was when it was handed in: the words that the hash binds.
import { useState } from 'react'
import type { Schemas } from '../api/client'
import '../styles/plan.css'
import { Dialog } from '../ui/parts'
import { checkCode, moment, said } from '../ui/words'

export function Original({ request }: { request: Schemas['RequestView'] }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="plain" onClick={() => setOpen(true)}>看所签原文</button>
      {isOpen && (
        <Dialog isWide title={`${request.kind_label} 所签原文`} onClose={() => setOpen(false)}>
          <p className="muted">{request.submitted_by.name} {moment(request.submitted_at)} 报送时的内容，此后任务有改动也不影响这一份。</p>
          <dl className="original">
            {request.parts.map((part) => (
              <div key={part.label}>
                <dt>{part.label}</dt>
                <dd>{part.lines.map((line, i) => <p key={i}>{said(line)}</p>)}</dd>
              </div>
            ))}
          </dl>
          <p className="muted">校验码 <b>{checkCode(request.content_hash)}</b></p>
          <p className="code hash">{request.content_hash}</p>
          <p className="hint">内容与校验码一一对应，改动一个字校验码即不同，已签的随之作废。</p>
        </Dialog>
      )}
    </>
  )
}
