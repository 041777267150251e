// Handovers: who left and still answers for something, what somebody holds, a list drawn up of it, and the lists there are.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { Leavers } from '../handovers/leavers'
import { useSession } from '../session'
import '../styles/checks.css'
import '../styles/handovers.css'
import '../styles/slips.css'
import { usePeople } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { PickField, TextField, blank, useSend } from '../ui/form'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, today } from '../ui/words'

export function Handovers() {
  useTitle('职务交接')
  const { person, unit } = useSearch({ from: '/handovers' })
  const query = useQuery({ queryKey: ['handovers'], queryFn: () => get(client.GET('/api/v1/handovers')) })
  return (
    <>
      <div className="head"><h1>职务交接</h1><p>职务变动后，名下事项列成清单，移交人、接收人先后签字，一次转给接收人</p></div>
      {person && unit ? <Held person={person} unit={unit} /> : <><Leavers /><Choose /></>}
      <Loaded query={query}>{({ items }) => items.length === 0
        ? <Empty>还没有交接清单。有人职务终止而名下还有事项时，会列在上面；也可以自己选人编制。</Empty>
        : <section className="part" aria-label="交接清单"><header><h2>交接清单 <span>{items.length}</span></h2></header><ul className="card lines">{items.map((h) => <Line key={h.id} of={h} />)}</ul></section>}
      </Loaded>
    </>
  )
}

function Line({ of }: { of: Schemas['HandoverLine'] }) {
  return (
    <li>
      <div className="line">
        <div className="what">
          <p><b>{of.from.name} → {of.to.name}</b><State label={of.state_label} /></p>
          <p className="muted">{of.unit.name}，{day(of.on)} 交接，{of.n_items} 项</p>
        </div>
        <div className="do"><Link to="/handovers/$id" params={{ id: of.id }} className={of.waits_for_me ? 'button main' : 'button quiet'}>{of.waits_for_me ? '签字' : '查看'}</Link></div>
      </div>
    </li>
  )
}

/** Somebody who is about to leave is chosen by hand. */
function Choose() {
  const { me } = useSession()
  const navigate = useNavigate({ from: '/handovers' })
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  const [who, setWho] = useState('')
  const mine = new Set(me.posts.map((p) => p.unit_id))
  const isWide = me.navigation.includes('organisation') || me.rounds.some((r) => r.is_office)
  const options = (people.data ?? []).flatMap((p) => p.posts.filter((q) => isWide || mine.has(q.unit_id)).map((q) => ({ value: `${p.id} ${q.unit_id}`, label: `${p.name}（${q.unit} ${q.post}）` })))
  if (options.length === 0) return null
  return (
    <form className="card stack choosewho noprint" onSubmit={(e) => { e.preventDefault(); const [person, unit] = who.split(' '); if (person && unit) void navigate({ search: { person, unit } }) }}>
      <PickField label="查看某人名下的事项" value={who} onChange={setWho} options={options} />
      <div className="send"><button type="submit" disabled={!who}>查看</button></div>
    </form>
  )
}

function Held({ person, unit }: { person: string; unit: string }) {
  const query = useQuery({ queryKey: ['handovers', 'held', person, unit], queryFn: () => get(client.GET('/api/v1/people/{id}/held', { params: { path: { id: person }, query: { unit } } })) })
  return <Loaded query={query}>{(list) => <Sheet key={person} list={list} />}</Loaded>
}

const keyOf = (h: Schemas['HeldThing']) => `${h.kind} ${h.id}`

function Sheet({ list }: { list: Schemas['HeldList'] }) {
  const queries = useQueryClient()
  const navigate = useNavigate({ from: '/handovers' })
  const people = usePeople()
  const may = list.items.filter((h) => h.may_list)
  const others = list.items.filter((h) => !h.may_list)
  const [left, setLeft] = useState<string[]>([])
  const [values, setValues] = useState({ to: '', on: today(), basis: '' })
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const picked = may.filter((h) => !left.includes(keyOf(h)))
  const form = useSend(async () => {
    const made = await post<Schemas['PreparedHandover']>('/handovers', {
      from: list.person.id, to: values.to, unit: list.unit.id, on: values.on, basis: values.basis, items: picked.map((h) => ({ kind: h.kind, id: h.id })),
    })
    await queries.invalidateQueries({ queryKey: ['handovers'] })
    void navigate({ to: '/handovers/$id', params: { id: made.id } })
  }, () => blank({ '/to': values.to, '/basis': values.basis }))
  return (
    <section className="part" aria-label="名下事项">
      <header><h2>{list.person.name}（{list.unit.name}）名下事项 <span>{list.items.length}</span></h2><Link to="/handovers" search={{}} className="button quiet">返回</Link></header>
      {list.items.length === 0 && <Empty>名下没有未办结的事项。</Empty>}
      {list.items.length > 0 && (
        <div className="card scroll">
          <table className="heldlist">
            <thead><tr>{list.may_prepare && <th scope="col"><span className="unseen">列入</span></th>}<th scope="col">事项</th><th scope="col">内容</th><th scope="col">身份</th><th scope="col">状态</th><th scope="col">时限</th></tr></thead>
            <tbody>
              {[...may, ...others].map((h, i) => (
                <tr key={`${keyOf(h)} ${i}`}>
                  {list.may_prepare && <td data-label="列入">{h.may_list && <input type="checkbox" aria-label={`列入 ${h.number} ${h.title}`} checked={!left.includes(keyOf(h))} onChange={(e) => setLeft(e.target.checked ? left.filter((k) => k !== keyOf(h)) : [...left, keyOf(h)])} />}</td>}
                  <td data-label="事项" className="nowrap">{h.kind_label} {h.number}</td>
                  <td data-label="内容">{h.title || h.advice}{h.title && h.advice && <small className="muted">　{h.advice}</small>}</td>
                  <td data-label="身份">{h.parts.join('、')}</td>
                  <td data-label="状态" className="nowrap">{h.state || '—'}</td>
                  <td data-label="时限" className="nowrap">{h.due_on ? day(h.due_on) : '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.may_prepare && may.length > 0 && (
        <form className="card stack drawup" noValidate aria-label="编制交接清单" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
          <div className="pair">
            <PickField label="接收人" value={values.to} onChange={(to) => change({ to })} options={people} error={form.at('/to')} />
            <DayField label="交接日期" value={values.on} onChange={(on) => change({ on })} error={form.at('/on')} />
          </div>
          <TextField label="依据" hint="任免或分工调整的文件，如：集团任〔2026〕12号" value={values.basis} onChange={(basis) => change({ basis })} error={form.at('/basis')} />
          <Refused error={form.error} shown={['/to', '/on', '/basis']} />
          <div className="send"><button type="submit" className="main" disabled={form.busy || picked.length === 0}>{form.busy ? '正在编制…' : `编制交接清单（${picked.length} 项）`}</button></div>
        </form>
      )}
    </section>
  )
}
