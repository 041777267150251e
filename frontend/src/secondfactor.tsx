// A second factor: begun with a secret for a program that makes codes, put to use by its first code, and codes for when the device is lost.
import { useState } from 'react'
import { client, get } from './api/client'
import { Code } from './ui/code'
import { Check, TextField, blank, useSend } from './ui/form'
import { Refused } from './ui/parts'

type Begun = { secret: string; address: string }

/** Secret, first code, recovery codes, in that order; `onDone` once the recovery codes were kept. */
export function Enrol({ onDone }: { onDone: () => void }) {
  const [begun, setBegun] = useState<Begun | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const [code, setCode] = useState('')
  const begin = useSend(async () => setBegun(await get(client.POST('/api/v1/me/second-factor'))))
  const confirm = useSend(async () => setCodes((await get(client.POST('/api/v1/me/second-factor/confirm', { body: { code } }))).codes), () => blank({ '/code': code }))
  if (codes) return <Recovery codes={codes} onDone={onDone} />
  if (!begun)
    return (
      <div className="stack">
        <p>手机上先装一个验证器应用（支持 TOTP 即可，不需要联网），再按下面的按钮取得密钥。</p>
        <Refused error={begin.error} />
        <div className="send"><button type="button" className="main" disabled={begin.busy} onClick={() => void begin.submit()}>启用动态口令</button></div>
      </div>
    )
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void confirm.submit() }}>
      <p>用验证器应用扫这个码；扫不了的，手工输入下面的密钥。只显示这一次。</p>
      <div className="enrolcode"><Code text={begun.address} /></div>
      <p className="secret small">{begun.secret.replace(/(.{4})(?=.)/g, '$1 ')}</p>
      <TextField label="应用上的 6 位口令" value={code} onChange={setCode} error={confirm.at('/code')} autoComplete="one-time-code" />
      <Refused error={confirm.error} shown={['/code']} />
      <button type="submit" className="main" disabled={confirm.busy}>确认启用</button>
    </form>
  )
}

function Recovery({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [kept, setKept] = useState(false)
  return (
    <div className="stack">
      <p className="ok" role="status">动态口令已启用，下次登录起生效。</p>
      <p>手机不在手边时，用恢复码代替口令，每个只能用一次。只显示这一次，请抄下或打印，妥善保管。</p>
      <ul className="recovery" aria-label="恢复码">{codes.map((c) => <li key={c}>{c}</li>)}</ul>
      <Check label="已保存恢复码" value={kept} onChange={setKept} />
      <button type="button" className="main" disabled={!kept} onClick={onDone}>完成</button>
    </div>
  )
}
