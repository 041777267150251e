// Units, people and accounts: who makes them is not who gives them a role.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { useSession } from '../session'
import { SelectField, TextField, useSend } from '../ui/form'
import { Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { moment } from '../ui/words'

type Account = Schemas['AccountView']

export function Organisation() {
  const { me } = useSession()
  const can = (what: string) => me.permissions.includes(what)
  const [tab, setTab] = useState<'accounts' | 'people' | 'units' | 'log'>('accounts')
  return (
    <>
      <div className="head"><h1>组织与账号</h1></div>
      <div className="tabs" role="tablist">
        {([['accounts', '账号'], ['people', '人员'], ['units', '单位'], ...(can('audit') ? [['log', '日志'] as const] : [])] as const).map(([key, label]) => (
          <button key={key} type="button" role="tab" aria-selected={tab === key} onClick={() => setTab(key)}>{label}</button>
        ))}
      </div>
      {tab === 'accounts' && <Accounts canCreate={can('create_accounts')} canAdminister={can('administer_accounts')} />}
      {tab === 'people' && <People canImport={can('create_accounts')} />}
      {tab === 'units' && <Units canImport={can('create_accounts')} />}
      {tab === 'log' && <Log />}
    </>
  )
}

function Accounts({ canCreate, canAdminister }: { canCreate: boolean; canAdminister: boolean }) {
  const [text, setText] = useState('')
  const [after, setAfter] = useState<string | undefined>()
  const [told, setTold] = useState<Account | null>(null)
  const [isNew, setNew] = useState(false)
  const query = useQuery({
    queryKey: ['accounts', text, after],
    queryFn: () => get(client.GET('/api/v1/accounts', { params: { query: { text: text || undefined, after, limit: 100 } } })),
  })
  return (
    <>
      <div className="filters">
        <input type="search" aria-label="查找账号" placeholder="账号、姓名、单位" value={text} onChange={(e) => { setAfter(undefined); setText(e.target.value) }} />
        {canCreate && <button type="button" className="main" onClick={() => setNew(true)}>建账号</button>}
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? <Empty>没有符合条件的账号。</Empty> : (
            <div className="scroll card">
              <table>
                <thead><tr><th>账号</th><th>姓名</th><th>单位</th><th>角色</th><th>状态</th><th>最近登录</th><th /></tr></thead>
                <tbody>{page.items.map((a) => <AccountLine key={a.id} account={a} canAdminister={canAdminister} tell={setTold} />)}</tbody>
              </table>
              {page.next && <div className="pager"><button type="button" onClick={() => setAfter(page.next ?? undefined)}>下一页</button></div>}
            </div>
          )
        }
      </Loaded>
      {isNew && <NewAccount onClose={() => setNew(false)} tell={(a) => { setNew(false); setTold(a) }} />}
      {told && (
        <Dialog title="一次性口令" onClose={() => setTold(null)}>
          <p>账号 <b>{told.login}</b> 的一次性口令，只显示这一次，请当面交给本人，首次登录须修改：</p>
          <p className="secret">{told.one_time_password}</p>
        </Dialog>
      )}
    </>
  )
}

function AccountLine({ account, canAdminister, tell }: { account: Account; canAdminister: boolean; tell: (account: Account) => void }) {
  const queries = useQueryClient()
  const params = { path: { id: account.id }, header: { 'If-Match': `"${account.version}"` } }
  const [role, setRole] = useState<string>(account.role ?? '')
  const refresh = () => queries.invalidateQueries({ queryKey: ['accounts'] })
  const give = useSend(async () => {
    await get(client.POST('/api/v1/accounts/{id}/role', { params, body: { role: (role || null) as 'unit' | 'leader' | 'supervisor' | null } }))
    await refresh()
  })
  const enable = useSend(async () => { await get(client.POST('/api/v1/accounts/{id}/enable', { params })); await refresh() })
  const disable = useSend(async () => { await get(client.POST('/api/v1/accounts/{id}/disable', { params })); await refresh() })
  const reset = useSend(async () => { tell(await get(client.POST('/api/v1/accounts/{id}/reset', { params }))); await refresh() })
  return (
    <tr>
      <td>{account.login}</td><td>{account.display_name}</td><td>{account.unit ?? '—'}</td>
      <td>
        {canAdminister && !account.duty ? (
          <>
            <select aria-label={`${account.login} 的角色`} value={role} onChange={(e) => setRole(e.target.value)}>
              <option value="">未授权</option><option value="unit">单位</option><option value="leader">领导</option><option value="supervisor">督导</option>
            </select>
            {role !== (account.role ?? '') && <button type="button" disabled={give.busy} onClick={() => void give.submit()}>授权</button>}
          </>
        ) : (account.role_label ?? account.duty_label ?? '—')}
      </td>
      <td className="nowrap">{account.status_label}</td>
      <td className="nowrap">{account.last_login_at ? moment(account.last_login_at) : '从未'}</td>
      <td className="nowrap">
        {canAdminister && (
          <>
            {account.status === 'active' ? <button type="button" onClick={() => window.confirm(`停用 ${account.login}？其登录立即失效。`) && void disable.submit()}>停用</button> : <button type="button" onClick={() => void enable.submit()}>启用</button>}
            <button type="button" onClick={() => window.confirm(`重置 ${account.login} 的口令？`) && void reset.submit()}>重置口令</button>
          </>
        )}
        <Refused error={give.error ?? enable.error ?? disable.error ?? reset.error} />
      </td>
    </tr>
  )
}

function NewAccount({ onClose, tell }: { onClose: () => void; tell: (account: Account) => void }) {
  const queries = useQueryClient()
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  const [login, setLogin] = useState('')
  const [person, setPerson] = useState('')
  const form = useSend(async () => {
    const name = people.data?.find((p) => p.id === person)?.name ?? login
    tell(await get(client.POST('/api/v1/accounts', { body: { login, display_name: name, person_id: person || null } })))
    await queries.invalidateQueries({ queryKey: ['accounts'] })
  })
  return (
    <Dialog title="建账号" onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <SelectField label="人员" empty="不对应人员" value={person} onChange={setPerson} options={(people.data ?? []).filter((p) => !p.has_account).map((p) => ({ value: p.id, label: `${p.name}　${p.posts[0]?.unit ?? ''}` }))} error={form.at('/person_id')} />
        <TextField label="账号" value={login} onChange={setLogin} error={form.at('/login')} />
        <Refused error={form.error} shown={['/login', '/person_id']} />
        <p className="muted">建好后由安全管理员授予角色才能登录。</p>
        <button type="submit" className="main" disabled={form.busy}>建立</button>
      </form>
    </Dialog>
  )
}

function ImportTable({ kind }: { kind: 'units' | 'people' }) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [done, setDone] = useState<(Schemas['OrganisationImport'] & { isDry: boolean }) | null>(null)
  const send = (isDry: boolean) => async () => {
    if (!file) return
    const body = await file.text()
    const answer = client.POST('/api/v1/organisation/imports', { params: { query: { kind, dry_run: isDry } }, body, bodySerializer: (text: string) => text, headers: { 'content-type': 'text/csv' } })
    setDone({ ...(await get(answer)), isDry })
    if (!isDry) await queries.invalidateQueries()
  }
  const look = useSend(send(true))
  const commit = useSend(send(false))
  return (
    <div className="card stack">
      <label className="field"><span>导入{kind === 'units' ? '单位' : '人员'}（CSV，UTF-8）</span><input type="file" accept=".csv" onChange={(e) => { setFile(e.target.files?.[0] ?? null); setDone(null) }} /></label>
      <Refused error={look.error ?? commit.error} />
      {done && <p role="status">{done.isDry ? '将' : '已'}新增 {done.created}，更新 {done.updated}，未变 {done.unchanged}</p>}
      <div className="send">
        <button type="button" disabled={!file || look.busy} onClick={() => void look.submit()}>预览</button>
        <button type="button" className="main" disabled={!done?.isDry || commit.busy} onClick={() => void commit.submit()}>导入</button>
      </div>
    </div>
  )
}

function People({ canImport }: { canImport: boolean }) {
  const query = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  return (
    <>
      {canImport && <ImportTable kind="people" />}
      <Loaded query={query}>
        {(people) => people.length === 0 ? <Empty>还没有人员，请先导入单位，再导入人员。</Empty> : (
          <div className="scroll card"><table>
            <thead><tr><th>编号</th><th>姓名</th><th>单位与职务</th><th>账号</th></tr></thead>
            <tbody>{people.map((p) => <tr key={p.id}><td>{p.code}</td><td>{p.name}</td><td>{p.posts.map((q) => `${q.unit} ${q.post}`).join('；')}</td><td>{p.has_account ? '有' : '—'}</td></tr>)}</tbody>
          </table></div>
        )}
      </Loaded>
    </>
  )
}

function Units({ canImport }: { canImport: boolean }) {
  const query = useQuery({ queryKey: ['units'], queryFn: () => get(client.GET('/api/v1/units')) })
  return (
    <>
      {canImport && <ImportTable kind="units" />}
      <Loaded query={query}>
        {(units) => units.length === 0 ? <Empty>还没有单位，请导入单位表。</Empty> : (
          <div className="scroll card"><table>
            <thead><tr><th>编号</th><th>名称</th><th>简称</th></tr></thead>
            <tbody>{units.map((u) => <tr key={u.id}><td>{u.code}</td><td>{'　'.repeat(u.depth)}{u.name}</td><td>{u.aliases.join('、')}</td></tr>)}</tbody>
          </table></div>
        )}
      </Loaded>
    </>
  )
}

function Log() {
  const [after, setAfter] = useState(0)
  const query = useQuery({ queryKey: ['log', after], queryFn: () => get(client.GET('/api/v1/audit/events', { params: { query: { after, limit: 100 } } })) })
  return (
    <Loaded query={query}>
      {(events) => (
        <div className="scroll card">
          <table>
            <thead><tr><th>序</th><th>时间</th><th>何人</th><th>何事</th><th>来自</th><th>校验</th></tr></thead>
            <tbody>{events.map((e) => <tr key={e.position}><td>{e.position}</td><td className="nowrap">{moment(e.at)}</td><td>{e.name ?? '系统'}</td><td>{e.text}</td><td>{e.address}</td><td className="number">{e.hash.slice(0, 10)}</td></tr>)}</tbody>
          </table>
          <div className="pager">
            {after > 0 && <button type="button" onClick={() => setAfter(Math.max(0, after - 100))}>上一页</button>}
            {events.length === 100 && <button type="button" onClick={() => setAfter(events[99]?.position ?? 0)}>下一页</button>}
          </div>
        </div>
      )}
    </Loaded>
  )
}
