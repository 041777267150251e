import { beforeEach, expect, it } from 'vitest'
import { lastSearches, noteSearch } from './searches'

beforeEach(() => localStorage.clear())

it('keeps the last five of each person, the newest first, each once', () => {
  for (const text of ['采购', '档案', '津补贴', '换届', '采购', '安全', '兼职']) noteSearch('p041', text)
  expect(lastSearches('p041')).toEqual(['兼职', '安全', '采购', '换届', '津补贴'])
  expect(lastSearches('p040')).toEqual([])
})

it('lives with what another version left', () => {
  localStorage.setItem('searches.p041', '{"a":1}')
  expect(lastSearches('p041')).toEqual([])
  localStorage.setItem('searches.p041', 'no json')
  expect(lastSearches('p041')).toEqual([])
})
