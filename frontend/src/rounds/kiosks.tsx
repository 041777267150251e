// Links of screens that show the wall without a log-in: made, listed with when they were last seen, withdrawn.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { wallPages } from '../labels.gen'
import { TextField, blank, useSend } from '../ui/form'
import { Ask, Dialog, Refused } from '../ui/parts'
import { moment } from '../ui/words'

type Kiosk = Schemas['KioskView']
const pages = Object.entries(wallPages)

export function Kiosks({ round }: { round: string }) {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['kiosks', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/kiosks', { params: { path: { id: round } } })) })
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>(pages.map(([key]) => key))
  const [made, setMade] = useState<Schemas['KioskMade'] | null>(null)
  const [asked, setAsked] = useState<Kiosk | null>(null)
  const again = () => queries.invalidateQueries({ queryKey: ['kiosks'] })
  const make = useSend(async () => {
    setMade(await get(client.POST('/api/v1/rounds/{id}/kiosks', { params: { path: { id: round } }, body: { name, pages: chosen } })))
    setName('')
    await again()
  }, () => blank({ '/name': name, '/pages': chosen.join() }))
  const withdraw = useSend(async () => {
    if (!asked) return
    await get(client.POST('/api/v1/kiosks/{id}/withdraw', { params: { path: { id: asked.id } } }))
    setAsked(null)
    await again()
  })
  return (
    <section className="card stack kiosks" aria-label="挂图链接">
      <h2>挂图链接 <span>大屏不用登录，只读，不显示敏感事项；不会过期，可随时停用</span></h2>
      <TextField label="挂在哪里" value={name} onChange={setName} hint="如 一楼大厅" error={make.at('/name')} />
      <div className={make.at('/pages') ? 'field wrong' : 'field'} role="group" aria-label="显示哪几页">
        <span className="checks">
          {pages.map(([key, label]) => (
            <label key={key} className="check"><input type="checkbox" checked={chosen.includes(key)} onChange={(e) => setChosen(e.target.checked ? [...chosen, key] : chosen.filter((c) => c !== key))} /><span>{label}</span></label>
          ))}
        </span>
        {make.at('/pages') && <p className="fault" role="alert">请至少选一页</p>}
      </div>
      <Refused error={make.error} shown={['/name', '/pages']} />
      <div className="send"><button type="button" disabled={make.busy} onClick={() => void make.submit()}>开通链接</button></div>
      {query.data && query.data.length > 0 && (
        <ul className="plainlist">
          {query.data.map((kiosk) => (
            <li key={kiosk.id}>
              <span><b>{kiosk.name}</b>　{kiosk.pages.map((p) => wallPages[p as keyof typeof wallPages]).join('、')}</span>
              {kiosk.withdrawn_at ? <em className="muted">{moment(kiosk.withdrawn_at)} 已停用</em> : <button type="button" className="plain" onClick={() => setAsked(kiosk)}>停用</button>}
              <small>{kiosk.made_by} {moment(kiosk.made_at)} 开通，{kiosk.last_seen_at ? `最近连接 ${moment(kiosk.last_seen_at)}` : '还没有连接过'}</small>
            </li>
          ))}
        </ul>
      )}
      {made && <Made made={made} onClose={() => setMade(null)} />}
      {asked && (
        <Ask title={`停用“${asked.name}”的链接？`} verb="停用" busy={withdraw.busy} onYes={() => void withdraw.submit()} onNo={() => setAsked(null)}>
          <p>停用后这块屏幕立即不再显示任何内容，链接不能恢复；需要时另开一个。</p>
          <Refused error={withdraw.error} />
        </Ask>
      )}
    </section>
  )
}

/** The link, which is shown this once. */
function Made({ made, onClose }: { made: Schemas['KioskMade']; onClose: () => void }) {
  const link = `${window.location.origin}/kiosk#${made.token}`
  const [isCopied, setCopied] = useState(false)
  return (
    <Dialog title={`“${made.kiosk.name}”的链接`} onClose={onClose}>
      <p>请在大屏的浏览器里打开这个地址。它只显示这一次，谁拿到都能看挂图，请妥善保管。</p>
      <p><input className="wide" aria-label="链接" readOnly value={link} data-focus onFocus={(e) => e.target.select()} /></p>
      <div className="send">
        <button type="button" className="main" onClick={() => void navigator.clipboard?.writeText(link).then(() => setCopied(true), () => undefined)}>复制</button>
        <button type="button" onClick={onClose}>关闭</button>
        {isCopied && <small className="ok" role="status">已复制</small>}
      </div>
    </Dialog>
  )
}
