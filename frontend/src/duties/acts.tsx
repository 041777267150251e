// Acts of the personal duties as they are listed, with what the reader may do with each: confirm, refuse with a reason, withdraw with a reason.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, post } from '../api/client'
import { TextField, blank, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day } from '../ui/words'

export type Act = Schemas['DutyActView']

/** What shows acts or counts them. */
export const shown = ['duties', 'duty-acts', 'duty-form', 'todo']

/** Where each act of the API is sent. */
const paths: Record<string, string> = { confirm_duty: 'confirm', refuse_duty: 'refuse', withdraw_duty: 'withdraw' }
/** Acts that are sent as they stand. */
const wordless = ['confirm_duty']

export function Acts({ acts, withHead = false }: { acts: Act[]; withHead?: boolean }) {
  return <ul className="dutyacts">{acts.map((act) => <Line key={act.id} act={act} withHead={withHead} />)}</ul>
}

function Line({ act, withHead }: { act: Act; withHead: boolean }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Schemas['DutyActionView'] | null>(null)
  const [reason, setReason] = useState('')
  const form = useSend(async () => {
    if (!asked) return
    await post(`/personal-duties/${act.id}/${paths[asked.action]}`, { reason }, act.version)
    await Promise.all(shown.map((key) => queries.invalidateQueries({ queryKey: [key] })))
    setAsked(null)
  }, () => blank({ '/reason': reason }))
  const now = useSend(async () => {
    await post(`/personal-duties/${act.id}/confirm`, {}, act.version)
    await Promise.all(shown.map((key) => queries.invalidateQueries({ queryKey: [key] })))
  })
  return (
    <li className={act.is_void ? 'void' : ''}>
      <div className="dutyact">
        <div className="what">
          <p>
            <b>{day(act.on)}</b>　{act.duty_label}
            {withHead && <span className="muted">　{act.head.name}</span>}
            {!act.is_counted && <span className={act.is_void ? 'tag' : 'tag amber'}>{act.state_label}</span>}
          </p>
          <p className="dutywords">{act.words}</p>
          {(act.tasks.length > 0 || act.n_unseen > 0) && (
            <p className="dutytasks">
              {act.tasks.map((t) => <Link key={t.id} to="/tasks/$id" params={{ id: t.id }} search={{}} title={t.title}>{t.number}{t.is_key && <span className="tag">关键</span>}</Link>)}
              {act.n_unseen > 0 && <span className="muted">另有 {act.n_unseen} 项您看不到</span>}
            </p>
          )}
          {(act.source || act.entered_by || act.reason) && (
            <p className="muted">{[act.source && `采用系统记录：${act.source}`, act.entered_by && `${act.entered_by} 代填`, act.reason && `理由：${act.reason}`].filter(Boolean).join('；')}</p>
          )}
        </div>
        <div className="dutydo">
          {act.open_actions.map((a) => wordless.includes(a.action)
            ? <button key={a.action} type="button" className="main" disabled={now.busy} onClick={() => void now.submit()}>{now.busy ? '正在确认…' : a.label}</button>
            : <button key={a.action} type="button" className="plain" aria-expanded={asked?.action === a.action} onClick={() => setAsked(asked?.action === a.action ? null : a)}>{a.label}</button>)}
        </div>
      </div>
      <Refused error={now.error} />
      {asked && (
        <form className="stack reasonform" noValidate aria-label={asked.label} onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
          <TextField label={`${asked.label}的理由`} value={reason} onChange={setReason} error={form.at('/reason')} />
          <Refused error={form.error} shown={['/reason']} />
          <div className="send">
            <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在办理…' : asked.label}</button>
            <button type="button" onClick={() => setAsked(null)}>取消</button>
          </div>
        </form>
      )}
    </li>
  )
}
