// The round's dates, leading group, office and teams; opened by whoever will keep its ledger.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useSession } from '../session'
import { usePeople } from '../task/parties'
import { assignmentKinds } from '../labels.gen'
import { DayField } from '../ui/dayfield'
import { Overtaken, useEdit } from '../ui/edit'
import { TextField, blank, useSend } from '../ui/form'
import { Ask, Empty, Loaded, Refused } from '../ui/parts'
import { Pick } from '../ui/pick'
import { Kiosks } from '../rounds/kiosks'
import { Packs } from '../rounds/packs'
import { Rules } from '../rounds/rules'
import { Warnings } from '../rounds/warnings'
import { useTitle } from '../ui/title'

type Round = Schemas['RoundView']
type Form = Schemas['RoundForm']

export function Rounds() {
  useTitle('轮次设置')
  const { me, round } = useSession()
  const [isNew, setNew] = useState(false)
  const query = useQuery({
    queryKey: ['round', round?.id],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}', { params: { path: { id: round?.id ?? '' } } })),
    enabled: Boolean(round),
  })
  return (
    <>
      <div className="head">
        <h1>轮次设置</h1>
        <div className="acts">{me.permissions.includes('open_round') && <button type="button" onClick={() => setNew(!isNew)}>{isNew ? '取消' : '新开一轮'}</button>}</div>
      </div>
      {isNew && <NewRound done={() => setNew(false)} />}
      {!round && !isNew && <Empty>还没有轮次。收到反馈意见后，先“新开一轮”，再导入整改方案。</Empty>}
      {round && <Loaded query={query}>{(data) => <Whole key={data.id} round={data} />}</Loaded>}
    </>
  )
}

function NewRound({ done }: { done: () => void }) {
  const queries = useQueryClient()
  const { chooseRound } = useSession()
  const [code, setCode] = useState('')
  const [name, setName] = useState('')
  const form = useSend(async () => {
    const made = await get(client.POST('/api/v1/rounds', { body: { code, name } }))
    await queries.invalidateQueries()
    chooseRound(made.id)
    done()
  }, () => blank({ '/code': code, '/name': name }))
  return (
    <form className="card stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="代号" value={code} onChange={setCode} hint="如 2026-1" error={form.at('/code')} />
      <TextField label="名称" value={name} onChange={setName} error={form.at('/name')} />
      <Refused error={form.error} shown={['/code', '/name']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>建立</button></div>
    </form>
  )
}

const dates: [keyof Form, string][] = [
  ['inspection_from_on', '巡察开始'], ['inspection_to_on', '巡察结束'], ['feedback_on', '反馈日期'], ['plan_approved_on', '集团方案审定'],
  ['mobilised_on', '动员部署'], ['concentrated_until', '集中整改至'], ['report_due_on', '书面报告时限'],
]

function Whole({ round }: { round: Round }) {
  const queries = useQueryClient()
  const people = usePeople()
  const head = useEdit<Form>(round.form)
  const leading = useEdit(round.group)
  const teams = useEdit(round.assignments)
  const [form, setForm] = [head.value, head.change]
  const [group, setGroup] = [leading.value, leading.change]
  const [assigned, setAssigned] = [teams.value, teams.change]
  const [isAsking, setAsking] = useState(false)
  const params = { path: { id: round.id }, header: { 'If-Match': `"${round.version}"` } }
  const [saved, setSaved] = useState('')
  const refresh = async (what = '') => {
    await queries.invalidateQueries()
    setSaved(what)
  }
  const save = useSend(async () => { await get(client.PUT('/api/v1/rounds/{id}', { params, body: form })); await refresh('资料'); head.drop() })
  const saveGroup = useSend(async () => { await get(client.PUT('/api/v1/rounds/{id}/group', { params, body: { members: group } })); await refresh('领导组'); leading.drop() })
  const saveAssigned = useSend(async () => { await get(client.PUT('/api/v1/rounds/{id}/assignments', { params, body: { assignments: assigned } })); await refresh('分工'); teams.drop() })
  const activate = useSend(async () => { await get(client.POST('/api/v1/rounds/{id}/activate', { params })); await refresh() })
  const name = (id: string) => people.find((p) => p.value === id)?.label ?? ''
  return (
    <fieldset className="plainset" disabled={!round.is_office}>
      <section className="card stack">
        <h2>{round.form.name} <span className="tag">{round.state_label}</span></h2>
        <div className="pair">
          <TextField label="代号" value={form.code} onChange={(code) => setForm({ ...form, code })} error={save.at('/code')} />
          <TextField label="名称" value={form.name} onChange={(text) => setForm({ ...form, name: text })} error={save.at('/name')} />
          <TextField label="被巡察单位" value={form.inspected_org ?? ''} onChange={(inspected_org) => setForm({ ...form, inspected_org })} />
          <TextField label="反馈文件" value={form.feedback_document ?? ''} onChange={(feedback_document) => setForm({ ...form, feedback_document })} />
          {dates.map(([key, label]) => (
            <DayField key={key} label={label} value={(form[key] as string | null) ?? ''} onChange={(value) => setForm({ ...form, [key]: value || null })} error={save.at(`/${key}`)} />
          ))}
        </div>
        <Overtaken of={head} what="轮次资料" />
        <Refused error={save.error} />
        <div className="send"><button type="button" className="main" disabled={save.busy || head.isOvertaken} onClick={() => void save.submit()}>保存</button>{saved === '资料' && <small className="ok" role="status">已保存</small>}</div>
      </section>
      <section className="card stack">
        <h2>整改工作领导组</h2>
        <ul className="members">
          {group.map((m, i) => (
            <li key={m.person_id}>
              <span>{m.name || name(m.person_id)}</span>
              <select aria-label="职务" value={m.post} onChange={(e) => setGroup(group.map((g, k) => (k === i ? { ...g, post: e.target.value } : g)))}>
                <option value="head">组长</option><option value="deputy">副组长</option><option value="member">成员</option>
              </select>
              <label className="check"><input type="radio" name="principal" checked={m.is_principal ?? false} onChange={() => setGroup(group.map((g, k) => ({ ...g, is_principal: k === i })))} /><span>主要负责人</span></label>
              <button type="button" className="plain" aria-label={`移除 ${m.name}`} onClick={() => setGroup(group.filter((_, k) => k !== i))}>✕</button>
            </li>
          ))}
        </ul>
        <Add label="添加成员" people={people} onAdd={(person_id) => !group.some((g) => g.person_id === person_id) && setGroup([...group, { person_id, name: '', post: 'member', is_principal: false, is_second: false }])} />
        <Overtaken of={leading} what="领导组" />
        <Refused error={saveGroup.error} />
        <div className="send"><button type="button" disabled={saveGroup.busy || leading.isOvertaken} onClick={() => void saveGroup.submit()}>保存领导组</button>{saved === '领导组' && <small className="ok" role="status">已保存</small>}</div>
      </section>
      <section className="card stack">
        <h2>整改办与督导组</h2>
        <ul className="members">
          {assigned.map((a, i) => (
            <li key={a.person_id}>
              <span>{a.name || name(a.person_id)}</span>
              <select aria-label="分工" value={a.kind} onChange={(e) => setAssigned(assigned.map((x, k) => (k === i ? { ...x, kind: e.target.value as keyof typeof assignmentKinds } : x)))}>
                {Object.entries(assignmentKinds).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
              </select>
              <button type="button" className="plain" aria-label={`移除 ${a.name}`} onClick={() => setAssigned(assigned.filter((_, k) => k !== i))}>✕</button>
            </li>
          ))}
        </ul>
        <Add label="添加人员" people={people} onAdd={(person_id) => !assigned.some((a) => a.person_id === person_id) && setAssigned([...assigned, { person_id, name: '', kind: 'team', unit_ids: [] }])} />
        <Overtaken of={teams} what="整改办与督导组" />
        <Refused error={saveAssigned.error} />
        <div className="send"><button type="button" disabled={saveAssigned.busy || teams.isOvertaken} onClick={() => void saveAssigned.submit()}>保存分工</button>{saved === '分工' && <small className="ok" role="status">已保存</small>}</div>
      </section>
      {round.is_office && <Packs round={round} />}
      <Rules round={round} />
      <Warnings round={round.id} />
      {round.is_office && <Kiosks round={round.id} />}
      {round.can_activate && (
        <section className="card stack">
          <h2>启动</h2>
          <p>启动后反馈问题不再改动，可以下发任务。</p>
          <div className="send"><button type="button" className="main" onClick={() => setAsking(true)}>启动本轮整改</button></div>
          {isAsking && (
            <Ask title="启动本轮整改？" verb="启动" busy={activate.busy} onYes={() => void activate.submit()} onNo={() => setAsking(false)}>
              <p>启动后反馈问题不得改动，不能退回筹备。</p>
              <Refused error={activate.error} />
            </Ask>
          )}
        </section>
      )}
    </fieldset>
  )
}

function Add({ label, people, onAdd }: { label: string; people: { value: string; label: string }[]; onAdd: (id: string) => void }) {
  return <div className="field narrow"><Pick label={label} value="" clears empty={`${label}：输入姓名查找`} onChange={(id) => id && onAdd(id)} options={people} /></div>
}
