// Puts further tasks into a draft: found by number or words, one press each.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, get } from '../api/client'
import { TextField } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Publication, usePublicationAct } from './act'

/** So many are worth showing; whoever looks for more narrows the search. */
const shown = 20

export function AddItems({ of }: { of: Publication }) {
  const [text, setText] = useState('')
  const asked = text.trim()
  const found = useQuery({
    queryKey: ['tasks-for-publication', of.round_id, asked],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: of.round_id }, query: { text: asked, limit: shown } } })),
    enabled: asked !== '',
  })
  const taken = new Set(of.items.map((i) => i.task))
  const lines = asked === '' ? [] : (found.data?.items ?? [])
  return (
    <div className="card stack noprint">
      <TextField label="增加事项" value={text} onChange={setText} hint="输入任务编号或标题中的字，找到后加入；敏感事项、草稿和已作废的不能公示" />
      {asked !== '' && found.data && lines.length === 0 && <p className="muted">没有找到。</p>}
      {lines.length > 0 && (
        <ul className="pubfound">
          {lines.map((t) => <Found key={t.id} of={of} task={t} isTaken={taken.has(t.id)} />)}
        </ul>
      )}
    </div>
  )
}

function Found({ of, task, isTaken }: { of: Publication; task: { id: string; number: string; title?: string | null; state_label: string }; isTaken: boolean }) {
  const form = usePublicationAct(of, 'items', () => ({ tasks: [task.id] }))
  return (
    <li>
      <span><b className="number">{task.number}</b>{task.title} <small className="muted">{task.state_label}</small></span>
      {isTaken ? <small className="muted">已在稿中</small> : <button type="button" disabled={form.busy} aria-label={`加入 ${task.number}`} onClick={() => void form.submit()}>加入</button>}
      <Refused error={form.error} />
    </li>
  )
}
