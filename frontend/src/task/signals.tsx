// What makes a closure worth a second look, beside the form that hands it in and the one that signs it. Nothing is refused for it.
import { useQuery } from '@tanstack/react-query'
import { client, get } from '../api/client'

export function Signals({ task, mine }: { task: string; mine: boolean }) {
  const query = useQuery({ queryKey: ['signals', task], queryFn: () => get(client.GET('/api/v1/tasks/{id}/signals', { params: { path: { id: task } } })), staleTime: 0 })
  if (!query.data || query.data.length === 0) return null
  return (
    <section className="missing signals" aria-label={mine ? '交之前再看一眼' : '核验时请留意'}>
      <p><b>{mine ? '交之前再看一眼（不影响提交）' : '核验时请留意（是线索，不是结论）'}</b></p>
      <ul>
        {query.data.map((s, i) => <li key={i}>{s.label}：{s.words}</li>)}
      </ul>
    </section>
  )
}
