// What a slip is called and where it stands, in words.
import type { Schemas } from '../api/client'

export type Slip = Schemas['SlipView']
export type SlipLine = Schemas['SlipLineView']
type Action = Schemas['SlipActionView']

/** Each state's place on the line of stages; what is beyond the last has passed them all. */
const places: Record<string, number> = { draft: 0, signing: 1, issued: 2, received: 3, answered: 4, settled: 6 }
const handed: Record<string, number> = { draft: 0, signing: 1, issued: 2, settled: 4 }

/** The stages of a slip with where it stands; a referral is handed over instead of answered. */
export function stages(slip: Pick<SlipLine, 'state' | 'is_referral'>) {
  const at = (slip.is_referral ? handed : places)[slip.state] ?? -1
  const labels = slip.is_referral ? ['拟制', '审定', '移交', '办结'] : ['拟制', '签发', '签收', '办理', '复核', '办结']
  return labels.map((label, i) => ({ label, status: i < at ? 'done' : i === at ? 'current' : 'ahead' }))
}

/** What moves a slip on, most pressing first. */
const order = [
  'sign_slip', 'confirm_slip_signature', 'receive_slip', 'answer_slip', 'review_slip', 'hand_over_slip', 'raise_slip', 'record_interview', 'keep_promise', 'submit_slip',
  'revise_slip', 'record_slip_signature', 'object_to_slip_signature', 'recall_slip', 'withdraw_slip',
]
const byOrder = (a: Action, b: Action) => order.indexOf(a.action) - order.indexOf(b.action)

export const nextOf = (actions: Action[]) => actions.filter((a) => a.is_waited_for).sort(byOrder)
/** What nobody waits for: it changes the slip, puts it back or enters it for another, and is offered quietly. */
export const quietOf = (actions: Action[]) => actions.filter((a) => !a.is_waited_for).sort(byOrder)

/** What is said above the large action. */
export const leads: Record<string, string> = {
  sign_slip: '请您签发', confirm_slip_signature: '请您对照纸质原件复核代录的签发', receive_slip: '请签收', answer_slip: '请答复',
  review_slip: '请复核单位的答复', hand_over_slip: '移交纪委后请登记', record_interview: '约谈后请记录', keep_promise: '承诺兑现后请核销', submit_slip: '内容无误后送签', raise_slip: '逾期未办结，提请升级',
}

/** Words for who only looks on. */
const waits: Record<string, string> = {
  draft: '正在拟制，单位还看不到。', signing: '等签发，单位还看不到。', issued: '等单位签收。', received: '等单位答复。', answered: '等复核。', settled: '已办结。', withdrawn: '已撤销。',
}
export const waitsFor = (slip: SlipLine) => (slip.is_referral && slip.is_open ? '等移交。' : (waits[slip.state] ?? ''))

/** How the list is narrowed. */
export const narrowed = (list: SlipLine[], level?: string, state?: string) => list.filter((s) => (!level || s.level === level) && (!state || s.state === state))
