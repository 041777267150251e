import { describe, expect, it } from 'vitest'
import { merged } from './merge'

describe('what was changed in two places', () => {
  const from = { name: '甲', day: '1日', people: ['一'] }

  it('comes together where each changed another field', () => {
    const stands = { ...from, day: '2日' }
    expect(merged({ value: { ...from, name: '乙' }, from }, stands)).toEqual({ value: { name: '乙', day: '2日', people: ['一'] }, isOvertaken: false })
  })

  it('is overtaken where both changed one field, unless they said the same', () => {
    const stands = { ...from, people: ['一', '二'] }
    expect(merged({ value: { ...from, people: ['三'] }, from }, stands)).toEqual({ value: { ...from, people: ['三'] }, isOvertaken: true })
    expect(merged({ value: { ...from, people: ['一', '二'] }, from }, stands).isOvertaken).toBe(false)
  })

  it('is whole where it is no record', () => {
    expect(merged({ value: ['一', '三'], from: ['一'] }, ['一'])).toEqual({ value: ['一', '三'], isOvertaken: false })
    expect(merged({ value: ['一', '三'], from: ['一'] }, ['一', '二'])).toEqual({ value: ['一', '三'], isOvertaken: true })
    expect(merged({ value: ['一', '二'], from: ['一'] }, ['一', '二']).isOvertaken).toBe(false)
  })
})
