// Accounts: the system administrator makes them, the security administrator gives and takes.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { provedBy, roles } from '../labels.gen'
import { PickField, SelectField, TextField, blank, useSend } from '../ui/form'
import { Ask, Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { moment } from '../ui/words'

type Account = Schemas['AccountView']

export function Accounts({ canCreate, canAdminister }: { canCreate: boolean; canAdminister: boolean }) {
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
          page.items.length === 0 ? <Empty>{text ? '没有符合条件的账号。' : '还没有账号。'}</Empty> : (
            <div className="scroll card">
              <table>
                <thead><tr><th>账号</th><th>姓名</th><th>单位</th><th>角色</th><th>登录核验</th><th>状态</th><th>最近登录</th><th><span className="unseen">办理</span></th></tr></thead>
                <tbody>{page.items.map((a) => <AccountLine key={a.id} account={a} hasDirectory={page.has_directory} canAdminister={canAdminister} tell={setTold} />)}</tbody>
              </table>
              {page.next && <div className="pager"><button type="button" onClick={() => setAfter(page.next ?? undefined)}>下一页</button></div>}
            </div>
          )
        }
      </Loaded>
      {isNew && <NewAccount hasDirectory={query.data?.has_directory ?? false} onClose={() => setNew(false)} tell={(a) => { setNew(false); setTold(a) }} />}
      {told && (
        <Dialog title="一次性密码" onClose={() => setTold(null)}>
          <p>账号 <b>{told.login}</b> 的一次性密码，只显示这一次，请当面交给本人，首次登录须修改：</p>
          <p className="secret">{told.one_time_password}</p>
        </Dialog>
      )}
    </>
  )
}

function AccountLine({ account, hasDirectory, canAdminister, tell }: { account: Account; hasDirectory: boolean; canAdminister: boolean; tell: (account: Account) => void }) {
  const queries = useQueryClient()
  const params = { path: { id: account.id }, header: { 'If-Match': `"${account.version}"` } }
  const [role, setRole] = useState<string>(account.role ?? '')
  const [asked, setAsked] = useState<'disable' | 'reset' | 'factor' | 'proof' | null>(null)
  const refresh = () => queries.invalidateQueries({ queryKey: ['accounts'] })
  const give = useSend(async () => {
    await get(client.POST('/api/v1/accounts/{id}/role', { params, body: { role: (role || null) as keyof typeof roles | null } }))
    await refresh()
  })
  const enable = useSend(async () => { await get(client.POST('/api/v1/accounts/{id}/enable', { params })); await refresh() })
  const disable = useSend(async () => { await get(client.POST('/api/v1/accounts/{id}/disable', { params })); setAsked(null); await refresh() })
  const reset = useSend(async () => { tell(await get(client.POST('/api/v1/accounts/{id}/reset', { params }))); setAsked(null); await refresh() })
  const inDirectory = account.proved_by === 'directory'
  const other = inDirectory ? 'local' : 'directory'
  const prove = useSend(async () => {
    const changed = await get(client.POST('/api/v1/accounts/{id}/proved-by', { params, body: { proved_by: other } }))
    if (changed.one_time_password) tell(changed)
    setAsked(null)
    await refresh()
  })
  return (
    <tr>
      <td className="nowrap">{account.login}</td><td className="nowrap">{account.display_name}</td><td className="words">{account.unit ?? '—'}</td>
      <td>
        {canAdminister && !account.duty ? (
          <>
            <select aria-label={`${account.login} 的角色`} value={role} onChange={(e) => setRole(e.target.value)}>
              <option value="">未授权</option>
              {Object.entries(roles).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
            </select>
            {role !== (account.role ?? '') && <button type="button" className="main" disabled={give.busy} onClick={() => void give.submit()}>授权</button>}
          </>
        ) : (account.role_label ?? account.duty_label ?? '—')}
      </td>
      <td className="nowrap">{account.proved_by_label}</td>
      <td className="nowrap">{account.status_label}</td>
      <td className="nowrap">{account.last_login_at ? moment(account.last_login_at) : '从未'}</td>
      <td className="nowrap">
        {canAdminister && (
          <>
            {account.is_active ? <button type="button" onClick={() => setAsked('disable')}>停用</button> : <button type="button" disabled={enable.busy} onClick={() => void enable.submit()}>启用</button>}
            {!inDirectory && <button type="button" onClick={() => setAsked('reset')}>重置密码</button>}
            {(inDirectory || hasDirectory) && <button type="button" onClick={() => setAsked('proof')}>改用{provedBy[other]}</button>}
            {account.has_second_factor && <button type="button" onClick={() => setAsked('factor')}>解除动态口令</button>}
          </>
        )}
        {asked === 'disable' && (
          <Ask title={`停用 ${account.login}？`} verb="停用" busy={disable.busy} onYes={() => void disable.submit()} onNo={() => setAsked(null)}>
            <p>{account.display_name} 的登录立即失效，已办的事和签字不受影响；可以再启用。</p>
            <Refused error={disable.error} />
          </Ask>
        )}
        {asked === 'reset' && (
          <Ask title={`重置 ${account.login} 的密码？`} verb="重置" busy={reset.busy} onYes={() => void reset.submit()} onNo={() => setAsked(null)}>
            <p>原密码立即作废，页面给出一次性密码，请当面交给本人。</p>
            <Refused error={reset.error} />
          </Ask>
        )}
        {asked === 'proof' && (
          <Ask title={`${account.login} 改用${provedBy[other]}登录？`} verb="改用" busy={prove.busy} onYes={() => void prove.submit()} onNo={() => setAsked(null)}>
            <p>{inDirectory ? '单位目录的密码不再有效，页面给出一次性密码，请当面交给本人。' : '本系统的密码立即作废，以后用单位目录的密码登录；单位目录里须有同名账号。'}其他地方的登录全部退出。</p>
            <Refused error={prove.error} />
          </Ask>
        )}
        {asked === 'factor' && <LostFactor account={account} onClose={() => setAsked(null)} onDone={() => { setAsked(null); void refresh() }} />}
        <Refused error={give.error ?? enable.error} />
      </td>
    </tr>
  )
}

/** Somebody lost his device: what he proved himself by is taken away, for a reason, and he is told. */
function LostFactor({ account, onClose, onDone }: { account: Account; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('')
  const params = { path: { id: account.id }, header: { 'If-Match': `"${account.version}"` } }
  const form = useSend(async () => {
    await get(client.POST('/api/v1/accounts/{id}/reset-second-factor', { params, body: { reason } }))
    onDone()
  }, () => blank({ '/reason': reason }))
  return (
    <Dialog title={`解除 ${account.login} 的动态口令`} onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <p>请先核实确是 {account.display_name} 本人申请。解除后登录只凭密码，其他地方的登录全部退出，系统会通知本人。</p>
        <TextField label="理由" value={reason} onChange={setReason} error={form.at('/reason')} />
        <Refused error={form.error} shown={['/reason']} />
        <button type="submit" className="main" disabled={form.busy}>解除</button>
      </form>
    </Dialog>
  )
}

function NewAccount({ hasDirectory, onClose, tell }: { hasDirectory: boolean; onClose: () => void; tell: (account: Account) => void }) {
  const queries = useQueryClient()
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')) })
  const [login, setLogin] = useState('')
  const [person, setPerson] = useState('')
  const [proof, setProof] = useState<keyof typeof provedBy>('local')
  const form = useSend(async () => {
    const name = people.data?.find((p) => p.id === person)?.name ?? login
    const made = await get(client.POST('/api/v1/accounts', { body: { login, display_name: name, person_id: person || null, proved_by: proof } }))
    if (made.one_time_password) tell(made)
    else onClose()
    await queries.invalidateQueries({ queryKey: ['accounts'] })
  }, () => blank({ '/login': login }))
  return (
    <Dialog title="建账号" onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <PickField label="人员" empty="输入姓名查找；不对应人员的留空" value={person} onChange={setPerson} options={(people.data ?? []).filter((p) => !p.has_account).map((p) => ({ value: p.id, label: `${p.name}　${p.posts[0]?.unit ?? ''}` }))} error={form.at('/person_id')} />
        <TextField label="账号" value={login} onChange={setLogin} error={form.at('/login')} />
        {hasDirectory && <SelectField label="登录核验" value={proof} onChange={(v) => setProof(v as keyof typeof provedBy)} options={Object.entries(provedBy).map(([value, label]) => ({ value, label }))} error={form.at('/proved_by')} />}
        <p className="muted">{proof === 'directory' ? '用单位目录（LDAP）里同名账号的密码登录，本系统不存密码。' : '建好后给出一次性密码，首次登录须修改。'}</p>
        <Refused error={form.error} shown={['/login', '/person_id', '/proved_by']} />
        <p className="muted">建好后由安全管理员授予角色才能登录。</p>
        <button type="submit" className="main" disabled={form.busy}>建立</button>
      </form>
    </Dialog>
  )
}
