// What a check is called and where it stands, in words.
import type { Schemas } from '../api/client'
import { day } from '../ui/words'

export type Check = Schemas['CheckView']
export type Target = Schemas['TargetView']
export type Tally = Schemas['Tally']

export const kinds = [
  { value: 'spot', label: '随时抽查', hint: '从台账里随机抽取任务和检查人员，谁也不能左右' },
  { value: 'special', label: '专项检查', hint: '指定任务，一事一查' },
  { value: 'follow_up', label: '跟踪督查', hint: '指定任务，看整改成效是否保持' },
]

/** What a draw may be divided by. */
export const dimensions = [
  { value: 'unit', label: '牵头单位' },
  { value: 'disposition', label: '处置类型' },
  { value: 'state', label: '状态' },
  { value: 'speed', label: '办结快慢' },
  { value: 'amount', label: '涉及金额' },
  { value: 'signals', label: '销号提示' },
]

export const results = [
  { value: 'pass', label: '属实', hint: '与台账所写一致' },
  { value: 'partial', label: '部分属实', hint: '大体一致，有出入' },
  { value: 'fail', label: '不属实', hint: '所写的没有做到' },
  { value: 'false_closure', label: '虚假整改', hint: '写已完成，实际没做' },
]

/** Questions that checks on the spot ask most. */
export const suggestions = ['台账所写与现场是否一致', '佐证材料是否真实、完整', '整改措施是否落实到人', '完成标准是否逐条达到', '是否边改边犯、反弹回潮', '职工群众是否认可']

/** Each state's place on the line of stages; what is beyond the last has passed them all. */
const places: Record<string, number> = { planned: 0, committing: 1, revealing: 1, ready: 2, running: 3, finished: 5 }

/** The stages of a check with where it stands; one that draws nothing has no draw among them. */
export function stages(state: string, draws: boolean) {
  const at = places[state] ?? -1
  return ['筹备', '抽取', '进点', '检查', '办结'].flatMap((label, i) => (i === 1 && !draws ? [] : [{ label, status: i < at ? 'done' : i === at ? 'current' : 'ahead' }]))
}

/** 抽出 6 项，已查 2 项（属实 1、虚假整改 1）. */
export function tallied(tally: Tally): string {
  if (tally.drawn === 0) return '还没有任务'
  const found = [['属实', tally.passed], ['部分属实', tally.partial], ['不属实', tally.failed], ['虚假整改', tally.false_closure]] as const
  const parts = found.filter(([, n]) => n > 0).map(([label, n]) => `${label} ${n}`)
  return `共 ${tally.drawn} 项，${tally.checked === 0 ? '都还没有结果' : `已查 ${tally.checked} 项（${parts.join('、')}）`}`
}

export const span = (from: string, to: string) => (from === to ? day(from) : `${day(from)} 至 ${day(to)}`)

/** 12.5 %, without decimals where there are none. */
export const percent = (share: number) => `${(share * 100).toFixed(1).replace(/\.0$/, '')}%`

/** What moves a check on, most pressing first. */
const order = ['sign_result', 'commit_nonce', 'reveal_nonce', 'record_result', 'finish_check', 'announce_check', 'freeze_frame']
/** What puts it back or changes it, offered quietly. */
const quiet = ['revise_check', 'go_on_without', 'give_up_draw', 'cancel_check']

export function nextOf(actions: Schemas['CheckActionView'][]) {
  const place = (a: Schemas['CheckActionView']) => order.indexOf(a.action)
  return actions.filter((a) => order.includes(a.action)).sort((a, b) => place(a) - place(b))
}
export const quietOf = (actions: Schemas['CheckActionView'][]) => actions.filter((a) => quiet.includes(a.action))
