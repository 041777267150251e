// Other systems and their keys: registered by one administrator, let in by another; a key is shown once.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { keyScopes } from '../labels.gen'
import { usePeople, useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { Check, PickField, TextField, blank, useSend } from '../ui/form'
import { Ask, Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { Pick } from '../ui/pick'
import { day, moment } from '../ui/words'
import { Webhooks } from './webhooks'

type Service = Schemas['ServiceView']
type Key = Schemas['KeyView']

export function Services({ mayMake, mayGrant }: { mayMake: boolean; mayGrant: boolean }) {
  const query = useQuery({ queryKey: ['services'], queryFn: () => get(client.GET('/api/v1/services')) })
  const [isNew, setNew] = useState(false)
  const [given, setGiven] = useState<string | null>(null)
  return (
    <>
      {mayMake && !isNew && <div className="send"><button type="button" onClick={() => setNew(true)}>登记对接系统</button></div>}
      {isNew && <MakeForm done={() => setNew(false)} />}
      <Loaded query={query}>
        {(found) => found.length === 0
          ? <Empty>还没有对接系统。办公网、人事、审计等系统凭密钥读写，由系统管理员登记，安全管理员发放密钥。</Empty>
          : <>{found.map((s) => <One key={s.id} of={s} mayMake={mayMake} mayGrant={mayGrant} onGiven={setGiven} />)}</>}
      </Loaded>
      {given && <Shown text={given} onClose={() => setGiven(null)} />}
    </>
  )
}

function useServices() {
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: ['services'] })
}

function MakeForm({ done }: { done: () => void }) {
  const again = useServices()
  const people = usePeople()
  const [name, setName] = useState('')
  const [purpose, setPurpose] = useState('')
  const [person, setPerson] = useState('')
  const form = useSend(async () => {
    await get(client.POST('/api/v1/services', { body: { name, purpose, person_id: person } }))
    await again()
    done()
  }, () => blank({ '/name': name, '/purpose': purpose, '/person_id': person }))
  return (
    <form className="card stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>登记对接系统</h2>
      <div className="pair">
        <TextField label="名称" value={name} onChange={setName} error={form.at('/name')} hint="如 集团办公网" />
        <PickField label="责任人" value={person} options={people} onChange={setPerson} error={form.at('/person_id')} />
      </div>
      <p className="muted">责任人对它报送的内容负责；系统不因此多出任何权限。</p>
      <TextField label="用途" value={purpose} onChange={setPurpose} error={form.at('/purpose')} />
      <Refused error={form.error} shown={['/name', '/purpose', '/person_id']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>登记</button><button type="button" onClick={done}>取消</button></div>
    </form>
  )
}

function One({ of, mayMake, mayGrant, onGiven }: { of: Service; mayMake: boolean; mayGrant: boolean; onGiven: (key: string) => void }) {
  const again = useServices()
  const [isGiving, setGiving] = useState(false)
  const [isEnding, setEnding] = useState(false)
  const end = useSend(async () => {
    await get(client.POST('/api/v1/services/{id}/end', { params: { path: { id: of.id } } }))
    setEnding(false)
    await again()
  })
  return (
    <section className="card stack" aria-label={of.name}>
      <h2>{of.name} {of.is_active ? null : <span className="tag">已停用</span>} <span>{of.purpose}；责任人 {of.person}</span></h2>
      {of.keys.length === 0 && <p className="muted">还没有密钥，什么也读写不了。{mayGrant ? '' : '密钥由安全管理员发放。'}</p>}
      {of.keys.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={`${of.name}的密钥`}><table className="keytable">
          <thead><tr><th>密钥</th><th>可办</th><th>范围</th><th>有效至</th><th>最近使用</th><th aria-label="操作" /></tr></thead>
          <tbody>{of.keys.map((k) => <KeyRow key={k.id} of={k} mayGrant={mayGrant} />)}</tbody>
        </table></div>
      )}
      {isGiving && <GiveForm of={of} done={() => setGiving(false)} onGiven={onGiven} />}
      {of.is_active && !isGiving && (mayGrant || mayMake) && (
        <div className="send">
          {mayGrant && <button type="button" onClick={() => setGiving(true)}>发放密钥</button>}
          <button type="button" className="plain" onClick={() => setEnding(true)}>停用该系统</button>
        </div>
      )}
      <Webhooks service={of} mayGrant={mayGrant} />
      {isEnding && (
        <Ask title={`停用${of.name}？`} verb="停用" busy={end.busy} onYes={() => void end.submit()} onNo={() => setEnding(false)}>
          <p>它的全部密钥和推送地址立即失效，不能恢复；以后要用须重新登记。已报送的内容不受影响。</p>
          <Refused error={end.error} />
        </Ask>
      )}
    </section>
  )
}

function KeyRow({ of, mayGrant }: { of: Key; mayGrant: boolean }) {
  const again = useServices()
  const [isAsking, setAsking] = useState(false)
  const revoke = useSend(async () => {
    await get(client.POST('/api/v1/keys/{id}/revoke', { params: { path: { id: of.id } } }))
    setAsking(false)
    await again()
  })
  return (
    <tr className={of.is_valid ? undefined : 'muted'}>
      <td className="nowrap"><code>{of.id}</code></td>
      <td className="words">{of.scope_labels.join('、')}</td>
      <td className="words">{of.units.length > 0 ? `${of.units.map((u) => u.name).join('、')}及下级` : '—'}</td>
      <td className="nowrap">{of.revoked_at ? `${moment(of.revoked_at)} 停用` : day(of.expires_on)}</td>
      <td className="nowrap">{of.last_used_at ? <>{moment(of.last_used_at)}<br /><small className="muted">{of.last_used_from}</small></> : <span className="muted">没有用过</span>}</td>
      <td>
        {of.is_valid && mayGrant && <button type="button" className="plain" aria-label={`停用密钥 ${of.id}`} onClick={() => setAsking(true)}>停用</button>}
        {isAsking && (
          <Ask title={`停用密钥 ${of.id}？`} verb="停用" busy={revoke.busy} onYes={() => void revoke.submit()} onNo={() => setAsking(false)}>
            <p>立即失效，不能恢复。换密钥时请先发放新的，等对方换好再停用旧的。</p>
            <Refused error={revoke.error} />
          </Ask>
        )}
      </td>
    </tr>
  )
}

function GiveForm({ of, done, onGiven }: { of: Service; done: () => void; onGiven: (key: string) => void }) {
  const again = useServices()
  const all = useUnits()
  const [scopes, setScopes] = useState<string[]>([])
  const [units, setUnits] = useState<string[]>([])
  const [until, setUntil] = useState('')
  const form = useSend(async () => {
    const made = await get(client.POST('/api/v1/services/{id}/keys', { params: { path: { id: of.id } }, body: { scopes, units, expires_on: until } }))
    await again()
    onGiven(made.key)
    done()
  }, () => [...blank({ '/expires_on': until }), ...(scopes.length === 0 ? ['/scopes'] : [])])
  const name = (id: string) => all.find((u) => u.value === id)?.label.trim() ?? ''
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <fieldset className="plainset">
        <legend>可办</legend>
        {Object.entries(keyScopes).map(([scope, label]) => <Check key={scope} label={label} value={scopes.includes(scope)} onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((s) => s !== scope))} />)}
        {form.at('/scopes') && <p className="fault" role="alert">{form.at('/scopes')}</p>}
      </fieldset>
      <div className="pair">
        <div className="field">
          <label htmlFor={`units-${of.id}`}>单位（含下级）</label>
          <Pick id={`units-${of.id}`} value="" options={all.filter((u) => !units.includes(u.value))} onChange={(id) => id && setUnits([...units, id])} empty="添加单位" clears invalid={Boolean(form.at('/units'))} />
          {form.at('/units') && <p className="fault" role="alert">{form.at('/units')}</p>}
          <ul className="members">{units.map((id) => <li key={id}><span>{name(id)}</span><button type="button" className="plain" aria-label={`移除 ${name(id)}`} onClick={() => setUnits(units.filter((u) => u !== id))}>✕</button></li>)}</ul>
        </div>
        <DayField label="有效至" value={until} onChange={setUntil} error={form.at('/expires_on')} />
      </div>
      <p className="muted">最长 366 天；同一系统同时有效的密钥最多两把，便于先发新、后停旧。</p>
      <Refused error={form.error} shown={['/scopes', '/units', '/expires_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>发放</button><button type="button" onClick={done}>取消</button></div>
    </form>
  )
}

/** The one time a key is seen. */
function Shown({ text, onClose }: { text: string; onClose: () => void }) {
  const [said, setSaid] = useState('')
  const copy = () => {
    if (!navigator.clipboard) return setSaid('请选中后复制')
    navigator.clipboard.writeText(text).then(() => setSaid('已复制'), () => setSaid('浏览器不允许复制，请选中后复制'))
  }
  return (
    <Dialog title="密钥已发放" onClose={onClose}>
      <p>只显示这一次，系统里不保存。请当面或以密件交给对方管理员。</p>
      <TextField label="密钥" value={text} onChange={() => undefined} />
      <div className="send"><button type="button" className="main" onClick={copy}>复制</button><button type="button" onClick={onClose}>已交接，关闭</button><small className="muted" role="status">{said}</small></div>
    </Dialog>
  )
}
