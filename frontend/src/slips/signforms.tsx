// The signing of a slip, and raising it to the next level.
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type Schemas, post } from '../api/client'
import * as forms from '../signing/forms'
import { useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { useSlipAct } from './act'
import type { SlipForm } from './unitforms'
import type { Slip } from './words'

const signable = (slip: Slip): forms.Signable => ({
  path: `/slips/${slip.id}`,
  id: slip.id,
  word: '督办单',
  verb: '签发',
  request: slip.request,
  signs_for: slip.signs_for,
  useAct: (act, body, done, missing) => useSlipAct(slip, act, body, done, missing),
  onSubmit: '最后一人签完即编号发出。',
  onWithdraw: slip.is_open ? '单位会收到通知，任务不再因它不能销号。' : '',
  paper: <Link to="/slips/$id/paper" params={{ id: slip.id }}>打印督办单</Link>,
})
const ofSlip = (Form: (props: forms.SignProps) => React.ReactNode) => ({ slip, done }: SlipForm) => <Form of={signable(slip)} done={done} />

export const SubmitForm = ofSlip(forms.SubmitForm)
export const SignForm = ofSlip(forms.SignForm)
export const PaperForm = ofSlip(forms.PaperForm)
export const ConfirmForm = ofSlip(forms.ConfirmForm)
export const ObjectForm = ofSlip(forms.ObjectForm)
export const RecallForm = ofSlip(forms.RecallForm)
export const WithdrawForm = ofSlip(forms.WithdrawForm)

/** One click drafts the next level with everything carried over; it is looked at before it is sent. */
export function RaiseForm({ slip }: SlipForm) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useSend(async () => {
    const made = await post<Schemas['DraftedSlip']>(`/slips/${slip.id}/raise`, {}, slip.version)
    for (const key of ['slip', 'slips', 'todo', 'task']) void queries.invalidateQueries({ queryKey: [key] })
    await navigate({ to: '/slips/$id', params: { id: made.id }, search: {} })
  })
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>拟制一份<b>{slip.next_level}</b>，事项、差距、要求和单位都带过去，看过后再送签。签发之前单位不知道；签发后单位在新单上答复，本单随新单一并办结。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在拟制…' : `升级为${slip.next_level}`}</button></div>
    </form>
  )
}
