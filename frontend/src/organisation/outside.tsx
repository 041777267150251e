// Where a person wants to be told outside the page: his mailbox, the robot of a chat; each can be tried out before it is kept.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Check, SelectField, TextField, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'

type ToldBy = Schemas['ToldByView']
type Kind = Schemas['RobotAddress']['kind']

const robots: { value: Kind; label: string }[] = [
  { value: 'wecom', label: '企业微信' },
  { value: 'dingtalk', label: '钉钉' },
  { value: 'feishu', label: '飞书' },
]

export function Outside() {
  const query = useQuery({ queryKey: ['told-by'], queryFn: () => get(client.GET('/api/v1/me/told-by')) })
  return (
    <section className="card stack">
      <h2>在系统之外通知我 <span>只说有什么要办，不含事项内容</span></h2>
      <Loaded query={query}>{(told) => (told.has_mail || told.robot_hosts.length > 0 ? <Addresses told={told} /> : <p className="muted">系统管理员尚未接通邮件和机器人，消息都在系统里看。</p>)}</Loaded>
    </section>
  )
}

function Addresses({ told }: { told: ToldBy }) {
  const queries = useQueryClient()
  const [mail, setMail] = useState(told.mail ?? '')
  const [kind, setKind] = useState<Kind>(told.robot?.kind ?? 'wecom')
  const [url, setUrl] = useState(told.robot?.url ?? '')
  const [isDigest, setDigest] = useState(told.is_digest)
  const [said, setSaid] = useState('')
  const entered = () => ({ mail: mail.trim() || null, robot: url.trim() ? { kind, url: url.trim() } : null, is_digest: isDigest })
  const changed = <T,>(set: (value: T) => void) => (value: T) => { setSaid(''); set(value) }
  const save = useSend(async () => {
    queries.setQueryData(['told-by'], await get(client.PUT('/api/v1/me/told-by', { body: entered() })))
    setSaid('已保存')
  })
  return (
    <>
      {told.has_mail && (
        <div className="tryout">
          <TextField label="电子邮件" value={mail} onChange={changed(setMail)} error={save.at('/mail')} autoComplete="email" hint="不填就不发邮件" />
          <Try channel="mail" toldBy={entered} isReady={mail.trim() !== ''} say={setSaid} />
        </div>
      )}
      {told.robot_hosts.length > 0 && (
        <div className="tryout">
          <SelectField label="机器人" value={kind} onChange={(v) => changed(setKind)(robots.find((r) => r.value === v)?.value ?? 'wecom')} options={robots} />
          <TextField label="机器人地址" value={url} onChange={changed(setUrl)} error={save.at('/robot/url')} hint={`只发“您有1项待办”；地址须在 ${told.robot_hosts.join('、')}`} />
          <Try channel="robot" toldBy={entered} isReady={url.trim() !== ''} say={setSaid} />
        </div>
      )}
      <Check label="每个工作日早上 8 点合成一条，不逐条发" value={isDigest} onChange={changed(setDigest)} />
      <Refused error={save.error} shown={['/mail', '/robot/url']} />
      <div className="send"><button type="button" className="main" disabled={save.busy} onClick={() => void save.submit()}>保存</button>{said && <small className="ok" role="status">{said}</small>}</div>
    </>
  )
}

function Try({ channel, toldBy, isReady, say }: { channel: 'mail' | 'robot'; toldBy: () => Schemas['SetToldBy']; isReady: boolean; say: (text: string) => void }) {
  const send = useSend(async () => {
    say('')
    await get(client.POST('/api/v1/me/told-by/trials', { body: { channel, told_by: toldBy() } }))
    say(channel === 'mail' ? '试发的邮件已交给邮件服务器，请到邮箱查看' : '机器人已收下，请到群里查看')
  })
  return (
    <div>
      <button type="button" disabled={!isReady || send.busy} onClick={() => void send.submit()}>{send.busy ? '正在试发…' : '试发一条'}</button>
      <Refused error={send.error} />
    </div>
  )
}
