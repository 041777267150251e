// Where another system is told by itself of what happens: its addresses, what did not arrive, a trial and sending once more.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { hookStreams } from '../labels.gen'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { Check, TextField, blank, useSend } from '../ui/form'
import { Ask, Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { Pick } from '../ui/pick'
import { day, moment } from '../ui/words'

/** What is about no unit. */
const checkpoints = 'checkpoint' satisfies keyof typeof hookStreams

type Hook = Schemas['WebhookView']
type Delivery = Schemas['DeliveryView']

export function Webhooks({ service, mayGrant }: { service: Schemas['ServiceView']; mayGrant: boolean }) {
  const query = useQuery({
    queryKey: ['webhooks', service.id],
    queryFn: () => get(client.GET('/api/v1/services/{id}/webhooks', { params: { path: { id: service.id } } })),
    refetchInterval: 5_000,
  })
  const [isNew, setNew] = useState(false)
  const mayMake = mayGrant && service.is_active
  return (
    <section className="stack" aria-label={`${service.name}的推送地址`}>
      <h3>推送地址</h3>
      <Loaded query={query}>
        {(found) => found.length === 0
          ? <p className="muted">没有推送地址。登记后，所选单位的事项一有动静，系统就主动通知对方，只说是哪一件、不带内容。</p>
          : <>{found.map((h) => <One key={h.id} of={h} mayGrant={mayGrant} />)}</>}
      </Loaded>
      {isNew && <HookForm service={service.id} done={() => setNew(false)} />}
      {mayMake && !isNew && <div className="send"><button type="button" onClick={() => setNew(true)}>登记推送地址</button></div>}
    </section>
  )
}

function useAgain() {
  const queries = useQueryClient()
  return () => Promise.all([queries.invalidateQueries({ queryKey: ['webhooks'] }), queries.invalidateQueries({ queryKey: ['deliveries'] })])
}

function One({ of, mayGrant }: { of: Hook; mayGrant: boolean }) {
  const again = useAgain()
  const [isChanging, setChanging] = useState(false)
  const [isEnding, setEnding] = useState(false)
  const [isListed, setListed] = useState(false)
  const [isKeyShown, setKeyShown] = useState(false)
  const path = { params: { path: { id: of.id } } }
  const ping = useSend(async () => {
    await get(client.POST('/api/v1/webhooks/{id}/ping', path))
    setListed(true)
    await again()
  })
  const replay = useSend(async () => {
    await get(client.POST('/api/v1/webhooks/{id}/replay', { ...path, body: {} }))
    setListed(true)
    await again()
  })
  const end = useSend(async () => {
    await get(client.POST('/api/v1/webhooks/{id}/end', path))
    setEnding(false)
    await again()
  })
  const mayChange = mayGrant && of.is_open
  return (
    <div className="stack hook">
      <p className="words"><code>{of.url}</code> <span className={of.is_active ? 'tag' : 'tag amber'}>{of.state_label}</span></p>
      <p className="muted words">{of.stream_labels.join('、')}；{of.units.length > 0 && <>{of.units.map((u) => u.name).join('、')}及下级；</>}至 {day(of.expires_on)}</p>
      <p>{of.delivered_at ? `最近送达 ${moment(of.delivered_at)}` : '还没有送达过'}{of.n_waiting > 0 && `；${of.n_waiting} 条待推送`}{of.n_failed > 0 && <>；<strong>{of.n_failed} 条未送达</strong></>}</p>
      <Refused error={ping.error ?? replay.error} />
      <div className="send">
        {mayGrant && of.is_active && <button type="button" disabled={ping.busy} onClick={() => void ping.submit()}>试推一条</button>}
        {mayGrant && of.is_active && of.n_failed > 0 && <button type="button" disabled={replay.busy} onClick={() => void replay.submit()}>重推全部未送达</button>}
        <button type="button" className="plain" aria-expanded={isListed} onClick={() => setListed(!isListed)}>推送记录</button>
        <button type="button" className="plain" onClick={() => setKeyShown(true)}>验签公钥</button>
        {mayChange && <button type="button" className="plain" onClick={() => setChanging(!isChanging)}>修改</button>}
        {mayChange && <button type="button" className="plain" onClick={() => setEnding(true)}>停用</button>}
      </div>
      {isChanging && <HookForm of={of} done={() => setChanging(false)} />}
      {isListed && <Deliveries of={of} mayGrant={mayGrant} />}
      {isKeyShown && (
        <Dialog title="验签公钥" onClose={() => setKeyShown(false)}>
          <p>交给对方，用来核对每条推送确系本系统发出（Standard Webhooks，v1a 签名）。它不是密码，一个推送地址一把，不会变。</p>
          <TextField label="公钥" value={of.public_key} onChange={() => undefined} />
          <div className="send"><button type="button" className="main" onClick={() => setKeyShown(false)}>关闭</button></div>
        </Dialog>
      )}
      {isEnding && (
        <Ask title="停用这个推送地址？" verb="停用" busy={end.busy} onYes={() => void end.submit()} onNo={() => setEnding(false)}>
          <p>{of.url} 不再收到推送，还没送达的也不再推；不能恢复，以后要用须重新登记。</p>
          <Refused error={end.error} />
        </Ask>
      )}
    </div>
  )
}

/** How an attempt ended. */
function outcome(of: Delivery) {
  const last = of.tries[of.tries.length - 1]
  if (!last) return '—'
  return last.fault ?? `对方答复 ${last.status}，用时 ${last.millis} 毫秒`
}

function Deliveries({ of, mayGrant }: { of: Hook; mayGrant: boolean }) {
  const again = useAgain()
  const query = useQuery({
    queryKey: ['deliveries', of.id],
    queryFn: () => get(client.GET('/api/v1/webhooks/{id}/deliveries', { params: { path: { id: of.id } } })),
    refetchInterval: 3_000,
  })
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>(null)
  const once = async (delivery: string) => {
    setFault(null)
    setBusy(true)
    try {
      await get(client.POST('/api/v1/webhooks/{id}/replay', { params: { path: { id: of.id } }, body: { delivery } }))
    } catch (error) {
      setFault(error)
    }
    setBusy(false)
    await again()
  }
  return (
    <Loaded query={query}>
      {(found) => found.length === 0 ? <Empty>近 30 天没有推送。</Empty> : (
        <>
          <div className="scroll"><table className="deliveries">
            <thead><tr><th>何时</th><th>事件</th><th>状态</th><th>结果</th><th>下次重推</th><th aria-label="操作" /></tr></thead>
            <tbody>
              {found.map((d) => (
                <tr key={d.id}>
                  <td className="nowrap">{moment(d.made_at)}</td>
                  <td className="words">{d.kind_label}{d.position !== null && d.position !== undefined && <small className="muted"> 第 {d.position} 号</small>}{d.checkpoint_size !== null && d.checkpoint_size !== undefined && <small className="muted"> 总序至 {d.checkpoint_size}</small>}</td>
                  <td className="nowrap">{d.state_label}{d.attempts > 1 && <small className="muted">（{d.attempts} 次）</small>}</td>
                  <td className="words">{outcome(d)}</td>
                  <td className="nowrap">{d.next_at ? moment(d.next_at) : '—'}</td>
                  <td>{mayGrant && of.is_active && <button type="button" className="plain" aria-label={`重推${d.kind_label}`} disabled={isBusy} onClick={() => void once(d.id)}>重推</button>}</td>
                </tr>
              ))}
            </tbody>
          </table></div>
          <p className="muted">答复 2xx 即为送达；没有送达的三天内自动重推九次，仍不成的留在这里。记录保留 30 天，最多显示 100 条。</p>
          <Refused error={fault} />
        </>
      )}
    </Loaded>
  )
}

function HookForm({ service, of, done }: { service?: string; of?: Hook; done: () => void }) {
  const again = useAgain()
  const all = useUnits()
  const [url, setUrl] = useState(of?.url ?? '')
  const [streams, setStreams] = useState<string[]>(of?.streams ?? [])
  const [units, setUnits] = useState<string[]>(of?.units.map((u) => u.id) ?? [])
  const [until, setUntil] = useState(of?.expires_on ?? '')
  const field = `hook-${of?.id ?? service}`
  const needsUnits = streams.length === 0 || streams.some((s) => s !== checkpoints)
  const form = useSend(async () => {
    const body = { url, streams, units, expires_on: until }
    if (of) await get(client.PUT('/api/v1/webhooks/{id}', { params: { path: { id: of.id } }, body }))
    else await get(client.POST('/api/v1/services/{id}/webhooks', { params: { path: { id: service ?? '' } }, body }))
    await again()
    done()
  }, () => [...blank({ '/url': url, '/expires_on': until }), ...(streams.length === 0 ? ['/streams'] : []), ...(units.length === 0 && needsUnits ? ['/units'] : [])])
  const name = (id: string) => all.find((u) => u.value === id)?.label.trim() ?? ''
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="地址" value={url} onChange={setUrl} error={form.at('/url')} hint="如 https://oa.example.cn/hooks/bihuan；主机须先由系统管理员写进服务器配置" />
      <fieldset className="plainset">
        <legend>推送什么</legend>
        {Object.entries(hookStreams).map(([stream, label]) => <Check key={stream} label={label} value={streams.includes(stream)} onChange={(on) => setStreams(on ? [...streams, stream] : streams.filter((s) => s !== stream))} />)}
        {form.at('/streams') && <p className="fault" role="alert">{form.at('/streams')}</p>}
      </fieldset>
      <div className="pair">
        <div className="field">
          <label htmlFor={field}>单位（含下级）</label>
          <Pick id={field} value="" options={all.filter((u) => !units.includes(u.value))} onChange={(id) => id && setUnits([...units, id])} empty="添加单位" clears invalid={Boolean(form.at('/units'))} />
          {form.at('/units') && <p className="fault" role="alert">{form.at('/units')}</p>}
          <ul className="members">{units.map((id) => <li key={id}><span>{name(id)}</span><button type="button" className="plain" aria-label={`移除 ${name(id)}`} onClick={() => setUnits(units.filter((u) => u !== id))}>✕</button></li>)}</ul>
        </div>
        <DayField label="有效至" value={until} onChange={setUntil} error={form.at('/expires_on')} />
      </div>
      <p className="muted">最长 366 天。只推这些单位看得到的事件；每条只有编号和种类，内容由对方凭密钥来读。台账检查点不涉及单位，签名后推最新的一个，十分钟内不重复；对方存下来，就能查出历史是否被改写、截短。待办推给集中管理待办的系统（如 OA）：单位里有账号的每个人，有事要办时推一次，办完再推一次，只有编号、时限和办理页面的网址。</p>
      <Refused error={form.error} shown={['/url', '/streams', '/units', '/expires_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{of ? '保存' : '登记'}</button><button type="button" onClick={done}>取消</button></div>
    </form>
  )
}
