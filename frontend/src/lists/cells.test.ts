import { describe, expect, it } from 'vitest'
import { type Column, type Edits, type Result, type Row, chosen, columns, compared, filled, items, linesOf, without, written } from './cells'

const row = (id: string, open: Row['open_columns'], measures: string[] = []) => ({
  id, number: id.toUpperCase(), version: 3, finding_id: 'f', title: `题${id}`, objective: '', disposition: '限期整改', due_on: '2026-09-30', criteria: '', leaders: '甲子安', units: '', persons: '', supporting: '',
  open_columns: open, measures: measures.map((m, i) => ({ id: m, number: `${id}-${i + 1}`, text: `措施${m}`, due_on: '', milestones: '', outcome: '' })),
}) as unknown as Row
const every: Row['open_columns'] = ['title', 'objective', 'disposition', 'due_on', 'criteria', 'measure', 'measure_due_on', 'leaders', 'units', 'persons', 'supporting']
const column = (key: string): Column => {
  const found = Object.values(columns).flat().find((c) => c.key === key && c.written)
  if (!found) throw new Error(key)
  return found
}
const change = (key: Result['changes'][number]['column'], old: string, text: string) => ({ column: key, label: '', old, new: text })
const stale = { type: '', title: '', status: 412, code: 'stale', instance: '', errors: [] }

describe('cells', () => {
  const lines = linesOf('measures', [row('a', every, ['m1', 'm2']), row('b', [], ['m3'])])
  it('are edits only while they say something else than the server', () => {
    const [first] = lines
    if (!first) throw new Error('no line')
    const edits = written({}, first, column('title'), '新题')
    expect(Object.values(edits)).toMatchObject([{ task: 'a', number: 'A', version: 3, column: 'title', base: '题a', text: '新题' }])
    expect(written(edits, first, column('title'), ' 题a ')).toEqual({})
  })
  it('take a rectangle where they may be written in, and count what they may not', () => {
    const shown = columns.measures
    const at = { line: 0, column: shown.findIndex((c) => c.key === 'measure') }
    const done = filled({}, lines, shown, at, [['清理', '8月31日'], ['核对', ''], ['别人的', '']])
    expect(Object.values(done.edits).map((e) => [e.task, e.measure, e.column, e.text])).toEqual([['a', 'm1', 'measure', '清理'], ['a', 'm1', 'measure_due_on', '8月31日'], ['a', 'm2', 'measure', '核对']])
    // The empty date is as it was; the task that is not open is passed over.
    expect([done.written, done.passed]).toEqual([4, 1])
    const beyond = filled({}, lines, shown, { line: 2, column: shown.length - 1 }, [['甲', '乙'], ['丙', '丁']])
    expect([beyond.written, beyond.passed]).toEqual([0, 4])
  })
  it('of a task stand on its first line alone', () => {
    expect(filled({}, lines, columns.measures, { line: 0, column: 1 }, [['一'], ['二']])).toMatchObject({ written: 1, passed: 1 })
  })
  it('go to the server by task, on the oldest version any was written on', () => {
    const edits: Edits = {
      x: { task: 'a', number: 'A', version: 4, column: 'title', label: '', base: '', text: '一' },
      y: { task: 'a', number: 'A', version: 3, column: 'measure', label: '', measure: 'm1', base: '', text: '二' },
      z: { task: 'b', number: 'B', version: 1, column: 'title', label: '', base: '', text: '三' },
    }
    expect(items(edits)).toEqual([
      { id: 'a', version: 3, cells: [{ column: 'title', measure: undefined, text: '一' }, { column: 'measure', measure: 'm1', text: '二' }] },
      { id: 'b', version: 1, cells: [{ column: 'title', measure: undefined, text: '三' }] },
    ])
    expect(Object.keys(without(edits, new Set(['a'])))).toEqual(['z'])
  })
})

describe('what another changed meanwhile', () => {
  const edit = (key: 'title' | 'objective', base: string, text: string) => ({ task: 'a', number: 'A', version: 3, column: key, label: '', base, text })
  const edits: Edits = { t: edit('title', '旧', '我的'), o: edit('objective', '', '目标') }
  const told = (title: string): Result[] => [{ id: 'a', number: 'A', version: 5, changes: [change('title', title, '我的'), change('objective', '', '目标')], problem: stale }]
  it('elsewhere in the task hinders nobody', () => {
    const now = compared(edits, told('旧'))
    expect(now.clashes).toEqual([])
    expect(Object.values(now.edits).map((e) => e.version)).toEqual([5, 5])
  })
  it('in the same cell is shown, and one chooses', () => {
    const now = compared(edits, told('他的'))
    expect(now.clashes.map((c) => [c.key, c.theirs])).toEqual([['t', '他的']])
    const [clash] = now.clashes
    if (!clash) throw new Error('no clash')
    expect(chosen(now.edits, clash, 5, true).t).toMatchObject({ base: '他的', text: '我的', version: 5 })
    expect(chosen(now.edits, clash, 5, false).t).toBeUndefined()
  })
  it('to what one wrote oneself is no difference any more', () => {
    expect(Object.keys(compared(edits, told('我的')).edits)).toEqual(['o'])
  })
  it('does not count while the version holds', () => {
    const same: Result[] = [{ id: 'a', number: 'A', version: 3, changes: [change('title', '别的', '我的')], problem: null }]
    expect(compared(edits, same)).toEqual({ edits, clashes: [] })
  })
})
