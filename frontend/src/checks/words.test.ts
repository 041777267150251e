import { beforeEach, describe, expect, it } from 'vitest'
import { grouped, kept, made, written } from './nonce'
import { nextOf, percent, quietOf, stages, tallied } from './words'

const tally = { drawn: 6, checked: 0, passed: 0, partial: 0, failed: 0, false_closure: 0 }

describe('a check in words', () => {
  it('says what was found and nothing of what was not', () => {
    expect(tallied({ ...tally, drawn: 0 })).toBe('还没有任务')
    expect(tallied(tally)).toBe('共 6 项，都还没有结果')
    expect(tallied({ ...tally, checked: 2, passed: 1, false_closure: 1 })).toBe('共 6 项，已查 2 项（属实 1、虚假整改 1）')
  })
  it('rounds a share to a tenth of a percent', () => {
    expect([0.125, 0.5, 1 / 3, 0].map(percent)).toEqual(['12.5%', '50%', '33.3%', '0%'])
  })
  it('draws no draw where tasks are named', () => {
    expect(stages('planned', true).map((s) => s.label)).toEqual(['筹备', '抽取', '进点', '检查', '办结'])
    expect(stages('running', false).map((s) => `${s.label} ${s.status}`)).toEqual(['筹备 done', '进点 done', '检查 current', '办结 ahead'])
    expect(stages('finished', true).every((s) => s.status === 'done')).toBe(true)
    expect(stages('cancelled', true).every((s) => s.status === 'ahead')).toBe(true)
  })
  it('puts what is most pressing first and what undoes aside', () => {
    const acts = ['cancel_check', 'announce_check', 'commit_nonce', 'give_up_draw'].map((action) => ({ action, label: action }))
    expect(nextOf(acts).map((a) => a.action)).toEqual(['commit_nonce', 'announce_check'])
    expect(quietOf(acts).map((a) => a.action)).toEqual(['cancel_check', 'give_up_draw'])
  })
})

describe('the number of a party', () => {
  beforeEach(() => localStorage.clear())
  it('is kept for its draw alone, and made once', () => {
    const nonce = made('c', 1, 'p')
    expect(nonce).toMatch(/^[0-9a-f]{64}$/)
    expect(made('c', 1, 'p')).toBe(nonce)
    expect(kept('c', 1, 'p')).toBe(nonce)
    expect(kept('c', 2, 'p')).toBe(null)
    expect(made('c', 2, 'p')).not.toBe(nonce)
    expect(kept('c', 1, 'q')).toBe(null)
  })
  it('is read as it was written down', () => {
    const nonce = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0'
    expect(written(grouped(nonce).toUpperCase())).toBe(nonce)
    expect(written(`${nonce}0`)).toBe(null)
    expect(written(nonce.replace('f', 'g'))).toBe(null)
  })
})
