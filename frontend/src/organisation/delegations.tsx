// Who may sign for whom, from when to when, on which document.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { usePeople } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, TextField, blank, useSend } from '../ui/form'
import { Ask, Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { day, today } from '../ui/words'

type Delegation = Schemas['DelegationView']

export function Delegations({ canGrant }: { canGrant: boolean }) {
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['delegations'], queryFn: () => get(client.GET('/api/v1/delegations')) })
  const people = usePeople()
  const name = (id: string) => people.find((p) => p.value === id)?.label.split('　')[0] ?? '…'
  return (
    <>
      {canGrant && <div className="filters"><button type="button" className="main" onClick={() => setNew(true)}>登记授权</button></div>}
      <Loaded query={query}>
        {(found) => found.length === 0 ? <Empty>没有授权代行。负责人外出时，可凭文件登记由谁代为签批；核查不能代行。</Empty> : (
          <div className="scroll card"><table>
            <thead><tr><th>授权人</th><th>代行人</th><th>起止</th><th>依据</th><th>批准</th><th><span className="unseen">办理</span></th></tr></thead>
            <tbody>{found.map((d) => <Line key={d.id} delegation={d} name={name} canGrant={canGrant} />)}</tbody>
          </table></div>
        )}
      </Loaded>
      {isNew && <Grant people={people} onClose={() => setNew(false)} />}
    </>
  )
}

function Line({ delegation: d, name, canGrant }: { delegation: Delegation; name: (id: string) => string; canGrant: boolean }) {
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const revoke = useSend(async () => {
    await get(client.DELETE('/api/v1/delegations/{id}', { params: { path: { id: d.id } } }))
    setAsking(false)
    await queries.invalidateQueries({ queryKey: ['delegations'] })
  })
  return (
    <tr className={d.revoked_on ? 'struck' : ''}>
      <td className="nowrap">{name(d.person_id)}</td><td className="nowrap">{name(d.stand_in_id)}</td>
      <td className="nowrap">{day(d.from_on)} 至 {d.to_on ? day(d.to_on) : '另行通知'}</td><td className="words">{d.document}</td><td>{d.granted_by}</td>
      <td className="nowrap">
        {d.revoked_on ? `${day(d.revoked_on)} 终止` : canGrant && <button type="button" onClick={() => setAsking(true)}>终止</button>}
        {isAsking && (
          <Ask title="终止这项授权？" verb="终止" busy={revoke.busy} onYes={() => void revoke.submit()} onNo={() => setAsking(false)}>
            <p>{name(d.stand_in_id)} 即日起不再代 {name(d.person_id)} 签批，已签的有效。</p>
            <Refused error={revoke.error} />
          </Ask>
        )}
      </td>
    </tr>
  )
}

function Grant({ people, onClose }: { people: { value: string; label: string }[]; onClose: () => void }) {
  const queries = useQueryClient()
  const [values, setValues] = useState({ person_id: '', stand_in_id: '', from_on: today(), to_on: '', document: '', granted_by: '' })
  const change = (part: Partial<typeof values>) => setValues((now) => ({ ...now, ...part }))
  const form = useSend(async () => {
    await get(client.POST('/api/v1/delegations', { body: { ...values, to_on: values.to_on || null } }))
    await queries.invalidateQueries({ queryKey: ['delegations'] })
    onClose()
  }, () => blank({ '/person_id': values.person_id, '/stand_in_id': values.stand_in_id, '/from_on': values.from_on, '/document': values.document, '/granted_by': values.granted_by }))
  const at = (key: string) => form.at(`/${key}`)
  return (
    <Dialog title="登记授权" onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <PickField label="授权人" value={values.person_id} options={people} onChange={(person_id) => change({ person_id })} error={at('person_id') ?? at('person')} />
        <PickField label="代行人" value={values.stand_in_id} options={people} onChange={(stand_in_id) => change({ stand_in_id })} error={at('stand_in_id') ?? at('stand_in')} />
        <div className="pair">
          <DayField label="自" value={values.from_on} onChange={(from_on) => change({ from_on })} error={at('from_on')} />
          <DayField label="至（可不填）" value={values.to_on} onChange={(to_on) => change({ to_on })} error={at('to_on')} />
        </div>
        <TextField label="依据（文号）" value={values.document} onChange={(document) => change({ document })} error={at('document')} />
        <TextField label="批准" value={values.granted_by} onChange={(granted_by) => change({ granted_by })} error={at('granted_by')} hint="如：党委会" />
        <Refused error={form.error} shown={['/person_id', '/person', '/stand_in_id', '/stand_in', '/from_on', '/to_on', '/document', '/granted_by']} />
        <div><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在登记…' : '登记'}</button></div>
      </form>
    </Dialog>
  )
}
