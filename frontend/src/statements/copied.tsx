// Whether what is being written repeats an earlier week: a calm remark, asked for once the writing pauses; handing in is never refused for it.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client, get } from '../api/client'
import '../styles/statements.css'

/** How long the writing rests before it is asked about, milliseconds. */
const pause = 700

type Said = { progress: string; no_progress_reason: string }

/** The remark on a text that was not handed in yet. */
export function useCopy(task: string, unit: string, week: string, said: Said, isOn: boolean): string | null {
  const text = said.progress.trim() !== '' ? said.progress : said.no_progress_reason
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(text), pause)
    return () => window.clearTimeout(timer)
  }, [text])
  const query = useQuery({
    queryKey: ['copy', task, unit, week, rested],
    queryFn: () => get(client.POST('/api/v1/tasks/{id}/statement-advice', { params: { path: { id: task } }, body: { unit, week, progress: rested } })),
    enabled: isOn && unit !== '' && rested.trim() !== '',
    staleTime: Infinity,
  })
  return isOn && rested === text ? (query.data?.copy?.words ?? null) : null
}

/** The remark as whoever writes reads it. */
export function Copied({ words }: { words: string | null }) {
  return words === null ? null : <p className="copied" role="status">{words}。本周另有进展的，请写明；没有的，可以照交。</p>
}
