import { describe, expect, it } from 'vitest'
import { against, sentences } from './sentences'

describe('sentences', () => {
  it('end at full stops, semicolons and lines, and lose nothing', () => {
    const text = '应退 9 人中 7 人已办结；余 2 人待批。\n争取月底前完成'
    expect(sentences(text)).toEqual(['应退 9 人中 7 人已办结；', '余 2 人待批。\n', '争取月底前完成'])
    expect(sentences(text).join('')).toBe(text)
    expect(sentences('')).toEqual([])
    expect(sentences('。')).toEqual(['。'])
  })
  it('are marked where the other text does not say them, whatever ends them', () => {
    expect(against('台账已印发；首轮填报完成。', '台账已印发。')).toEqual([{ text: '台账已印发；', isThere: true }, { text: '首轮填报完成。', isThere: false }])
    expect(against('全新', '')).toEqual([{ text: '全新', isThere: false }])
  })
})
