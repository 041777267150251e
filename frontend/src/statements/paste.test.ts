import { describe, expect, it } from 'vitest'
import { read } from './paste'
import { changes, texts } from './values'

const lines = ['T04', 'T05', 'T25', 'T26'].map((number) => ({ task_id: number.toLowerCase(), number }))

describe('a table pasted onto the list', () => {
  it('goes by its numbers, whatever their width and order', () => {
    expect(read('Ｔ２６\t已开会\nt05\t已印发', lines, null)).toEqual({ rows: [{ task: 't26', to: { progress: '已开会' } }, { task: 't05', to: { progress: '已印发' } }], faults: [] })
  })
  it('goes by its headings where it has them', () => {
    const table = '具体问题\t任务编号\t下步打算\t本周进展情况\t需协调事项\t存在的困难\n题\tT05\t下周办\t已办\t请协调\t缺人\n题\tT25\t\t\t\t'
    expect(read(table, lines, null)).toEqual({ rows: [{ task: 't05', to: { next_step: '下周办', progress: '已办', help_wanted: '请协调', difficulties: '缺人' } }], faults: [] })
    expect(read('编号\t本周无进展的原因\nT04\t等批复', lines, null).rows).toEqual([{ task: 't04', to: { no_progress_reason: '等批复' } }])
  })
  it('takes columns without headings in the order of the page', () => {
    expect(read('T05\t进展\t困难\t协调\t打算\t多的', lines, null).rows[0]?.to).toEqual({ progress: '进展', difficulties: '困难', help_wanted: '协调', next_step: '打算' })
  })
  it('finds the numbers in any column and passes over one that only counts', () => {
    expect(read('1\tT05\t甲\n2\tT25\t乙', lines, null).rows).toEqual([{ task: 't05', to: { progress: '甲' } }, { task: 't25', to: { progress: '乙' } }])
  })
  it('puts a bare column into the rows from the present one down', () => {
    expect(read('甲\n乙', lines, 't05')).toEqual({ rows: [{ task: 't05', to: { progress: '甲' } }, { task: 't25', to: { progress: '乙' } }], faults: [] })
    expect(read('甲\n\n丙', lines, null).rows.map((r) => r.task)).toEqual(['t04', 't25'])
    expect(read('甲\n乙\n丙', lines, 't25').faults).toEqual(['多出 1 行，后面没有对应的任务'])
    expect(read('本周进展\n甲', lines, 't26').rows).toEqual([{ task: 't26', to: { progress: '甲' } }])
  })
  it('names what it cannot place', () => {
    const found = read('T05\t甲\nT99\t乙\nT05\t丙\n\t丁\nT25\t', lines, null)
    expect(found.rows).toEqual([{ task: 't05', to: { progress: '甲' } }])
    expect(found.faults).toEqual(['本周没有编号为“T99”的任务', '任务 T05 出现两次，后一行没有采用', '有一行没有任务编号：丁'])
  })
  it('says so where there is nothing to fill in', () => {
    expect(read('T05\nT25', lines, null)).toEqual({ rows: [], faults: ['表里没有读到要填的内容：第一列放任务编号，第二列放本周进展，或带上表头再复制'] })
  })
})

describe('the difference', () => {
  it('is what says something else than the row does now', () => {
    const now = { ...texts(null), progress: '旧', difficulties: '难' }
    expect(changes(now, { progress: '新', difficulties: ' 难 ', help_wanted: '' })).toEqual([{ field: 'progress', before: '旧', after: '新' }])
  })
})
