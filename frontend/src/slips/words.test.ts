import { describe, expect, it } from 'vitest'
import { type SlipLine, narrowed, nextOf, quietOf, stages } from './words'

const act = (action: string, is_waited_for = true) => ({ action, label: action, is_waited_for })

describe('a slip', () => {
  it('stands where its state says', () => {
    const at = (state: string, is_referral = false) => stages({ state, is_referral }).map((s) => s.status.charAt(0)).join('')
    expect(at('draft')).toBe('caaaaa')
    expect(at('received')).toBe('dddcaa')
    expect(at('settled')).toBe('dddddd')
    expect(at('withdrawn')).toBe('aaaaaa')
    expect(at('issued', true)).toBe('ddca')
    expect(at('settled', true)).toBe('dddd')
  })
  it('leads with what presses most and keeps the rest quiet', () => {
    const all = [act('withdraw_slip', false), act('raise_slip', false), act('review_slip'), act('keep_promise'), act('sign_slip')]
    expect(nextOf(all).map((a) => a.action)).toEqual(['sign_slip', 'review_slip', 'keep_promise'])
    expect(quietOf(all).map((a) => a.action)).toEqual(['raise_slip', 'withdraw_slip'])
  })
  it('is found by level and state', () => {
    const line = (level: string, state: string) => ({ level, state }) as SlipLine
    const list = [line('notice', 'received'), line('urge', 'received'), line('notice', 'settled')]
    expect(narrowed(list)).toEqual(list)
    expect(narrowed(list, 'notice')).toHaveLength(2)
    expect(narrowed(list, 'notice', 'settled')).toEqual([list[2]])
    expect(narrowed(list, 'letter')).toEqual([])
  })
})
