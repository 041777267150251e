import { describe, expect, it } from 'vitest'
import type { Schemas } from '../api/client'
import { day } from '../ui/words'
import { changesOf, eventsSince } from './changed'

const task = {
  state_label: '整改中', due_on: '2026-10-31', review_on: null, objective: null,
  criteria: [{ text: '全部归档' }], measures: [{ number: 'T01-1', text: '清理', due_on: null, is_excused: false }],
  milestones: [{ title: '清完', due_on: '2026-09-30', proof: '清单', is_implicit: false, done_on: null }],
  leaders: [{ name: '甲' }], units: [{ name: '财务部' }], persons: [{ name: '乙' }], unit_leader: null, requests: [],
  history: [{ seq: 4, who: '乙', text: '保存方案', decides: true }],
} as unknown as Schemas['TaskView']

describe('two looks at a task', () => {
  it('differ in nothing when nothing happened', () => {
    expect(changesOf(task, { ...task })).toEqual([])
    expect(eventsSince(task, task)).toEqual([])
  })
  it('name each part that is another now', () => {
    const now = {
      ...task, due_on: '2026-11-30', milestones: [{ ...task.milestones[0], done_on: '2026-09-28' }], leaders: [{ name: '甲' }, { name: '丙' }],
      history: [{ seq: 7, who: '系统', text: '灯色变化', decides: false }, { seq: 6, who: '丁', text: '延期生效，时限改为 2026-11-30', decides: true }, ...task.history],
    } as unknown as Schemas['TaskView']
    expect(changesOf(task, now)).toEqual([
      { label: '完成时限', before: day('2026-10-31'), now: day('2026-11-30') },
      { label: '节点', before: `${day('2026-09-30')} 清完 佐证：清单`, now: `${day('2026-09-30')} 清完 佐证：清单 已于 ${day('2026-09-28')} 完成` },
      { label: '责任领导', before: '甲', now: '甲、丙' },
    ])
    expect(eventsSince(task, now)).toEqual([`丁 延期生效，时限改为 ${day('2026-11-30')}`])
  })
})
