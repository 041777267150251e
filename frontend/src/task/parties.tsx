// Responsible leaders, units and persons in order: the first leads.
import { useQuery } from '@tanstack/react-query'
import { client, get } from '../api/client'
import { TextField, blank, useDraft } from '../ui/form'
import { Pick } from '../ui/pick'
import { ActForm, type FormProps, useAct } from './act'

/** People to choose from; two of one name are told apart by their unit. */
export function usePeople() {
  const query = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')), staleTime: 600_000 })
  return (query.data ?? []).map((p) => ({ value: p.id, label: `${p.name}　${p.posts[0] ? `${p.posts[0].unit} ${p.posts[0].post}` : ''}` }))
}

export function useUnits() {
  const query = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')), staleTime: 600_000 })
  return (query.data ?? []).map((u) => ({ value: u.id, label: `${'　'.repeat(u.depth)}${u.name}` }))
}

/** The units below one, to which a part may be given. */
export function useUnitsBelow(unit?: string) {
  const query = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')), staleTime: 600_000 })
  const all = query.data ?? []
  const at = all.findIndex((u) => u.id === unit)
  const depth = all[at]?.depth ?? 0
  const end = all.findIndex((u, i) => i > at && u.depth <= depth)
  return at < 0 || depth === 0 ? [] : all.slice(at + 1, end < 0 ? all.length : end).map((u) => ({ value: u.id, label: u.name }))
}

export function PeopleAndUnits({ task, done, open, path, verb }: FormProps & { path: string; verb: string }) {
  const people = usePeople()
  const units = useUnits()
  const ids = (named: { id: string }[]) => named.map((n) => n.id)
  const { values, change, forget, kept } = useDraft(path, task.id, { leaders: ids(task.leaders), units: ids(task.units), persons: ids(task.persons), reason: '' })
  const form = useAct(task, path, () => values, () => { forget(); done() }, () => blank({ '/reason': values.reason }))
  return (
    <ActForm form={form} verb={verb} disabled={!open.is_possible} shown={['/leaders', '/units', '/persons', '/reason']} kept={kept}>
      <p className="muted">第一位为牵头（主要责任人）。</p>
      <Ordered label="责任领导" value={values.leaders} options={people} onChange={(leaders) => change({ leaders })} error={form.at('/leaders')} />
      <Ordered label="责任单位" value={values.units} options={units} onChange={(chosen) => change({ units: chosen })} error={form.at('/units')} />
      <Ordered label="责任人" value={values.persons} options={people} onChange={(persons) => change({ persons })} error={form.at('/persons')} />
      <TextField label="理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
    </ActForm>
  )
}

export function Ordered({ label, value, options, onChange, error }: {
  label: string
  value: string[]
  options: { value: string; label: string }[]
  onChange: (value: string[]) => void
  error?: string
}) {
  return (
    <fieldset className={error ? 'wrong' : ''}>
      <legend>{label}</legend>
      <ol className="ordered">
        {value.map((id, i) => (
          <li key={id}>
            <span>{options.find((o) => o.value === id)?.label.trim() ?? '…'}</span>
            {i > 0 && <button type="button" className="plain" aria-label="上移" onClick={() => onChange(swap(value, i))}>↑</button>}
            <button type="button" className="plain" aria-label="移除" onClick={() => onChange(value.filter((v) => v !== id))}>✕</button>
          </li>
        ))}
      </ol>
      <Pick label={`添加${label}`} value="" clears empty="添加：输入名称查找" options={options.filter((o) => !value.includes(o.value))} onChange={(id) => id && onChange([...value, id])} />
      {error && <p className="fault" role="alert">{error}</p>}
    </fieldset>
  )
}

function swap(list: string[], i: number): string[] {
  const next = [...list]
  const [a, b] = [next[i - 1], next[i]]
  if (a !== undefined && b !== undefined) next.splice(i - 1, 2, b, a)
  return next
}
