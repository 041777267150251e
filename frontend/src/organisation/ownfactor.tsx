// The second factor on one's own page: since when it is in use, how many recovery codes are left, begun and given up.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Enrol } from '../secondfactor'
import { TextField, blank, useSend } from '../ui/form'
import { Dialog, Loaded, Refused } from '../ui/parts'
import { moment } from '../ui/words'

export function OwnFactor() {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['second-factor'], queryFn: () => get(client.GET('/api/v1/me/second-factor')) })
  const [shown, setShown] = useState<'enrol' | 'give-up' | null>(null)
  const done = async () => {
    setShown(null)
    await Promise.all([queries.invalidateQueries({ queryKey: ['second-factor'] }), queries.invalidateQueries({ queryKey: ['me'] })])
  }
  return (
    <section className="card stack">
      <h2>动态口令 <span>登录时在密码之外再输一次手机上的 6 位口令，密码泄露了别人也进不来</span></h2>
      <Loaded query={query}>{(found) => <State found={found} show={setShown} />}</Loaded>
      {shown === 'enrol' && <Dialog title="启用动态口令" onClose={() => void done()}><Enrol onDone={() => void done()} /></Dialog>}
      {shown === 'give-up' && <GiveUp isRequired={query.data?.is_required ?? false} onClose={() => setShown(null)} onDone={() => void done()} />}
    </section>
  )
}

function State({ found, show }: { found: Schemas['SecondFactorView']; show: (what: 'enrol' | 'give-up') => void }) {
  if (!found.since) return <div className="send"><button type="button" onClick={() => show('enrol')}>启用动态口令</button><small className="muted">还没有启用</small></div>
  const few = found.recovery_codes_left <= 3
  return (
    <>
      <p>{moment(found.since)} 启用，恢复码还剩 {found.recovery_codes_left} 个{few && '，快用完了：停用后重新启用，可换一组新的'}。{found.is_required && '您的岗位须启用。'}</p>
      <div className="send"><button type="button" onClick={() => show('give-up')}>停用或更换手机</button></div>
    </>
  )
}

function GiveUp({ isRequired, onClose, onDone }: { isRequired: boolean; onClose: () => void; onDone: () => void }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const form = useSend(async () => {
    await get(client.POST('/api/v1/me/second-factor/give-up', { body: { password, code } }))
    onDone()
  }, () => blank({ '/password': password, '/code': code }))
  return (
    <Dialog title="停用动态口令" onClose={onClose}>
      <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <p>{isRequired ? '您的岗位须启用动态口令，停用后会立即请您重新启用。' : '停用后登录只凭密码，恢复码一并作废；换手机的，停用后重新启用。'}</p>
        <TextField label="密码" type="password" value={password} onChange={setPassword} error={form.at('/password')} autoComplete="current-password" />
        <TextField label="动态口令或恢复码" value={code} onChange={setCode} error={form.at('/code')} autoComplete="one-time-code" />
        <Refused error={form.error} shown={['/password', '/code']} />
        <button type="submit" className="main" disabled={form.busy}>停用</button>
      </form>
    </Dialog>
  )
}
