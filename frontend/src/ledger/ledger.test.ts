import { describe, expect, it } from 'vitest'
import { Chosen } from './chosen'
import { laid, movedColumn, toggledColumn, widenedColumn } from './layout'
import { type Group, type Item, type Page, between, groupKey, orderOf, parts, placeOf, stacked, stepFrom, whole, withPeek } from './rows'
import { entryAt, offsetsOf } from './window'
import { grouping, nextSort, readListSearch, readSearch, toggled } from './search'

const group = (id: string | null, rows: number) => ({ id, number: '1.1', label: '', aspect: '', rows, tasks: rows, measures: 0, closed: 0, red: 0, yellow: 0 }) as Group
const item = (id: string, finding: string, unit: string | null = null) => ({ id, finding_id: finding, lead_unit_id: unit, version: 1 }) as Item
const nobody: ReadonlySet<string> = new Set()

describe('the address', () => {
  it('holds what the ledger knows and nothing else', () => {
    expect(readSearch({ state: 'draft,issued', closed: true, sort: '-due', after: 'x', colour: 'red', text: '' })).toEqual({ state: 'draft,issued', closed: 'true', sort: '-due' })
    expect(readListSearch({ list: 'measures', sort: 'due', unit: 'u' })).toEqual({ list: 'measures', unit: 'u' })
    expect(readListSearch({ list: 'else' })).toEqual({})
  })
  it('groups by finding in the own order alone, unless somebody chose', () => {
    expect([grouping({}), grouping({ sort: 'due' }), grouping({ sort: 'due', group: 'lead' }), grouping({ group: 'none' })]).toEqual(['finding', 'none', 'lead', 'none'])
  })
  it('orders up, down and no more', () => {
    const three = (key: string) => {
      const one = nextSort(undefined, key)
      const two = nextSort(one, key)
      return [one, two, nextSort(two, key)]
    }
    expect(three('due')).toEqual(['due', '-due', undefined])
    expect(nextSort(undefined, 'number')).toBe('-number')
    expect(nextSort('-number', 'number')).toBeUndefined()
    expect(nextSort('due', 'light')).toBe('light')
  })
  it('takes several words of one kind', () => {
    expect(toggled(undefined, 'red')).toBe('red')
    expect(toggled('red', 'yellow')).toBe('red,yellow')
    expect(toggled('red,yellow', 'red')).toBe('yellow')
    expect(toggled('yellow', 'yellow')).toBeUndefined()
  })
})

describe('the columns', () => {
  const known = [{ key: 'n', width: 90, isFixed: true }, { key: 'a', width: 100 }, { key: 'b', width: 120 }, { key: 'c', width: 140 }]
  const keys = (shown: { key: string }[]) => shown.map((c) => c.key).join('')
  const shown = laid(known, ['n', 'a', 'b'], [])
  it('are the usual ones until somebody chooses; fixed ones stay first', () => {
    expect(keys(shown)).toBe('nab')
    expect(keys(laid(known, ['n', 'a', 'b'], [{ key: 'c' }, { key: 'gone' }, { key: 'n', width: 70 }]))).toBe('nc')
    expect(laid(known, [], [{ key: 'c' }, { key: 'n', width: 70 }])[0]?.width).toBe(70)
  })
  it('come, go, move and widen within bounds', () => {
    const again = (layout: ReturnType<typeof toggledColumn>) => laid(known, ['n', 'a', 'b'], layout)
    expect(keys(again(toggledColumn(shown, known, 'c')))).toBe('nabc')
    expect(keys(again(toggledColumn(shown, known, 'a')))).toBe('nb')
    expect(keys(again(movedColumn(shown, known, 'b', -1)))).toBe('nba')
    expect(keys(again(movedColumn(shown, known, 'a', -1)))).toBe('nab')
    expect(keys(again(movedColumn(shown, known, 'b', 1)))).toBe('nab')
    expect(again(widenedColumn(shown, known, 'a', 5)).map((c) => c.width)).toEqual([90, 56, 120])
    expect(again(widenedColumn(shown, known, 'a', 9999)).map((c) => c.width)).toEqual([90, 800, 120])
  })
})

describe('the rows', () => {
  it('of small neighbours are asked for together, a large group by itself', () => {
    const all = parts([group('a', 40), group('b', 60), group('c', 1), group('d', 4000), group('e', 2), group(null, 3)])
    expect(all.map((p) => p.groups.map(groupKey).join(''))).toEqual(['ab', 'c', 'd', 'enone'])
    expect(parts(Array.from({ length: 90 }, (_, i) => group(`g${i}`, 1))).map((p) => p.groups.length)).toEqual([40, 40, 10])
  })
  it('follow page by page, with a place for what is not read', () => {
    const pages = new Map<string, Page>([['all|', { items: [item('1', 'a'), item('2', 'a')], next: '2_x' }]])
    const first = stacked(whole, pages, 'none', nobody)
    expect(first.entries.map((e) => e.kind)).toEqual(['row', 'row', 'wait'])
    expect(first.wants.get('all|2_x')?.after).toBe('2_x')
    pages.set('all|2_x', { items: [item('3', 'b')], next: null })
    const { entries } = stacked(whole, pages, 'none', nobody)
    expect([first.entries, entries].map((e) => orderOf(e).isWhole)).toEqual([false, true])
    const peeked = (id: string | null) => withPeek(entries, orderOf(entries), id).map((e) => e.key)
    expect([peeked('2'), peeked('gone'), peeked(null)]).toEqual([['1', '2', 'peek 2', '3'], ['1', '2', '3'], ['1', '2', '3']])
  })
  it('stand under their group, as many places as the server counted, none under a folded one', () => {
    const all = parts([group('a', 2), group('b', 1)])
    const kinds = (pages: Map<string, Page>, folded = nobody) => stacked(all, pages, 'finding', folded).entries.map((e) => (e.kind === 'row' ? e.item.id : e.kind))
    expect(kinds(new Map())).toEqual(['group', 'wait', 'wait', 'group', 'wait'])
    // The server orders by another key, so rows of both come mixed.
    const pages = new Map<string, Page>([['a,b|', { items: [item('3', 'b'), item('1', 'a'), item('2', 'a')], next: null }]])
    expect(kinds(pages)).toEqual(['group', '1', '2', 'group', '3'])
    expect(kinds(pages, new Set(['a']))).toEqual(['group', 'group', '3'])
  })
  it('without a lead unit are a group of their own', () => {
    const all = parts([group('u', 1), group(null, 1)])
    const pages = new Map<string, Page>([['u,none|', { items: [item('1', 'a', 'u'), item('2', 'a')], next: null }]])
    expect(stacked(all, pages, 'lead', nobody).entries.map((e) => (e.kind === 'row' ? e.item.id : e.kind))).toEqual(['group', '1', 'group', '2'])
  })
  it('of a large group that is partly read wait with one place, not with thousands', () => {
    const all = parts([group('a', 4000)])
    const kinds = (pages: Map<string, Page>) => stacked(all, pages, 'finding', nobody).entries.length
    expect(kinds(new Map())).toBe(101)
    expect(kinds(new Map([['a|', { items: [item('1', 'a')], next: '1_x' }]]))).toBe(3)
  })
  it('are chosen from one to another, either way, and stepped through', () => {
    const { entries } = stacked(whole, new Map([['all|', { items: ['1', '2', '3', '4'].map((id) => item(id, 'a')), next: null }]]), 'none', nobody)
    const order = orderOf(entries)
    expect(between(order, '3', '1').map((i) => i.id)).toEqual(['1', '2', '3'])
    expect(between(order, '3', 'gone')).toEqual([])
    expect([stepFrom(order, null, 1), stepFrom(order, '2', 1), stepFrom(order, '1', -1), stepFrom(order, '3', 10)]).toEqual(['1', '3', '1', '4'])
  })
  it('are found at their entry, whatever stands between them', () => {
    const all = parts([group('a', 1), group('b', 1)])
    const { entries } = stacked(all, new Map([['a,b|', { items: [item('1', 'a'), item('2', 'b')], next: null }]]), 'finding', nobody)
    const order = orderOf(entries)
    expect(['1', '2', 'gone', null].map((id) => placeOf(order, id))).toEqual([1, 3, -1, -1])
  })
})

describe('what is chosen', () => {
  const some = ['1', '2', '3'].map((id) => ({ ...item(id, 'a'), number: `T${id}` }))
  it('is told to those who listen, with what an act needs of it', () => {
    const chosen = new Chosen()
    let told = 0
    const stop = chosen.subscribe(() => { told += 1 })
    chosen.put(some, true)
    chosen.put(some.slice(1, 2), false)
    expect(chosen.all()).toEqual([{ id: '1', number: 'T1', version: 1 }, { id: '3', number: 'T3', version: 1 }])
    chosen.clear()
    chosen.clear()
    stop()
    chosen.put(some, true)
    expect([told, chosen.size]).toEqual([3, 3])
  })
})

describe('the window', () => {
  const offsets = offsetsOf(5, (i) => (i === 0 ? 36 : 44))
  it('knows where each entry begins and which one stands at a height', () => {
    expect([...offsets]).toEqual([0, 36, 80, 124, 168, 212])
    expect([-5, 0, 35, 36, 79, 80, 211, 9999].map((y) => entryAt(offsets, y))).toEqual([0, 0, 0, 1, 1, 2, 4, 4])
    expect(entryAt(offsetsOf(0, () => 44), 10)).toBe(0)
  })
})
