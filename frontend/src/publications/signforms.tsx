// The acts of a publication from its signing on: sent, signed, published, corrected, withdrawn.
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Schemas, post } from '../api/client'
import * as forms from '../signing/forms'
import { TextField, blank, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Publication, usePublicationAct } from './act'

export interface ActForm { of: Publication; done: () => void }

/** An act that needs a word of warning and nothing to fill in. */
function Plain({ of, done, path, words, verb }: ActForm & { path: string; words: string; verb: string }) {
  const form = usePublicationAct(of, path, () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>{words}</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在提交…' : verb}</button></div>
    </form>
  )
}

export const SubmitForm = (props: ActForm) => <Plain {...props} path="submit" verb="送审签" words="送审签前自动检查豁免内容、标记词和敏感事项，并固定各项数据。送出后不能改；退回或撤回后再改。" />
export const RecallForm = (props: ActForm) => <Plain {...props} path="recall" verb="撤回审签" words="还没有人签，可以撤回修改。" />
export const ReworkForm = (props: ActForm) => <Plain {...props} path="rework" verb="退回修改" words="退回后已有的签名全部作废，改好须重新审签。" />
export function PublishForm(props: ActForm) {
  const where = props.of.opens_page ? '发布后在公示网页向所有人公开' : '发布后用于公示栏和办公网，不上网页'
  return <Plain {...props} path="publish" verb="发布" words={`${where}，公示 ${props.of.working_days} 个工作日，共 ${props.of.items.length} 项。发布前再检查一遍不得公示的内容。`} />
}

export function CorrectForm({ of }: ActForm) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useSend(async () => {
    const made = await post<Schemas['DraftedPublication']>(`/publications/${of.id}/correct`, {}, of.version)
    void queries.invalidateQueries({ queryKey: ['publications'] })
    void queries.invalidateQueries({ queryKey: ['publication', of.id] })
    await navigate({ to: '/publications/$id', params: { id: made.id }, search: {} })
  })
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>另起一份更正稿，内容全部带入，重新审签。更正稿发布之前，现在的公示不变；发布之后，原公示只留“已更正”一行。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>起草更正稿</button></div>
    </form>
  )
}

export function WithdrawForm({ of, done }: ActForm) {
  const [reason, setReason] = useState('')
  const form = usePublicationAct(of, 'withdraw', () => ({ reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {of.published_on && <p>撤回后，公示网页上只留一行说明和撤回原因，不能恢复。</p>}
      <TextField label={of.published_on ? '撤回原因（对外可见）' : '原因'} rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="danger" disabled={form.busy}>撤回公示</button></div>
    </form>
  )
}

const signable = (of: Publication): forms.Signable => ({
  path: `/publications/${of.id}`,
  id: of.id,
  word: '公示',
  verb: '同意',
  request: of.request,
  signs_for: of.signs_for,
  useAct: (act, body, done, missing) => usePublicationAct(of, act, body, done, missing),
  onSubmit: '',
  onWithdraw: '',
  paper: <Link to="/publications/$id/paper" params={{ id: of.id }}>打印审签稿</Link>,
})
const signing = (Form: (props: forms.SignProps) => ReactNode) => ({ of, done }: ActForm) => <Form of={signable(of)} done={done} />

export const SignForm = signing(forms.SignForm)
export const PaperForm = signing(forms.PaperForm)
export const ConfirmForm = signing(forms.ConfirmForm)
export const ObjectForm = signing(forms.ObjectForm)
