import { expect, test } from 'vitest'
import { columnName, rowOf } from './words'

test('columns are named as in the spreadsheet', () => {
  expect([1, 26, 27, 52, 703].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'AAA'])
  expect([rowOf('F12'), rowOf('AA3')]).toEqual([12, 3])
})
