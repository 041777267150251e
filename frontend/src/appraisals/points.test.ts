import { expect, test } from 'vitest'
import { said, signed, typed } from './points'

test('points are said and read without rounding', () => {
  expect([0, 50, -50, 205, 10_000, 7].map(said)).toEqual(['0', '0.5', '−0.5', '2.05', '100', '0.07'])
  expect(signed(150)).toBe('+1.5')
  expect(['1.5', '-0.05', ' 20 ', '+2', '−3'].map(typed)).toEqual([150, -5, 2000, 200, -300])
  for (const text of ['', '1.234', 'a', '1.', '1,5', '1e3']) expect(typed(text)).toBeUndefined()
})
