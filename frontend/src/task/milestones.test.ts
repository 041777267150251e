import { describe, expect, it } from 'vitest'
import { daysBetween, merged, plusWorkingDays, readMilestones } from './milestones'

const measures = [{ id: 'm1', number: 'T26-1' }, { id: 'm2', number: 'T26-2' }]
const from = '2026-09-01'

describe('a table pasted into the plan', () => {
  it('goes by its headings', () => {
    const table = '序号\t阶段节点\t完成时间\t措施编号\t成果材料\n1\t印发办法\t2026.9.18\tT26-2\t印发文件\n2\t抽查归档\t10月9日\tt26-1\t'
    expect(readMilestones(table, measures, from)).toEqual({
      milestones: [
        { title: '印发办法', due_on: '2026-09-18', proof: '印发文件', measure: 'm2' },
        { title: '抽查归档', due_on: '2026-10-09', proof: '', measure: 'm1' },
      ],
      faults: [],
    })
  })
  it('knows the columns by what they hold', () => {
    expect(readMilestones('1\t2026/9/18\t印发办法\t文件', measures, from).milestones).toEqual([{ title: '印发办法', due_on: '2026-09-18', proof: '文件', measure: null }])
    expect(readMilestones('T26-1\t清理完毕\t9月30日\nT26-1\t复核\t10月15日', measures, from).milestones.map((m) => m.measure)).toEqual(['m1', 'm1'])
    expect(readMilestones('清理完毕\n复核', measures, from).milestones).toEqual([{ title: '清理完毕', due_on: '', proof: '', measure: null }, { title: '复核', due_on: '', proof: '', measure: null }])
  })
  it('names what it cannot read, and keeps the rest', () => {
    const found = readMilestones('节点\t时间\t措施\n印发办法\t月底\tT99-1\n\t9月1日\t\n\t\t\n验收\t9月20日\t', measures, from)
    expect(found.milestones.map((m) => [m.title, m.due_on])).toEqual([['印发办法', ''], ['验收', '2026-09-20']])
    expect(found.faults).toEqual(['“印发办法”的时间“月底”不是日期，请在表单里选定', '“印发办法”的措施“T99-1”没有对上，暂放整项任务', '第 2 行没有写做到什么'])
    expect(readMilestones('9月1日\n9月2日', measures, from)).toEqual({ milestones: [], faults: ['表里没有读到节点：一行一个节点，写做到什么、时间、以什么为证'] })
  })
})

describe('putting milestones in', () => {
  const one = (title: string, due_on: string, proof = '', measure: string | null = null) => ({ title, due_on, proof, measure })
  it('gives the same one its new date and leaves what is not said', () => {
    const now = [{ ...one('印发', '2026-09-01', '文件'), id: 'a' }, one('', '')]
    expect(merged(now, [one(' 印发 ', '2026-09-10'), one('验收', '2026-10-01')])).toEqual([{ ...one('印发', '2026-09-10', '文件'), id: 'a' }, one('验收', '2026-10-01')])
  })
  it('orders by date within a measure, what has none at the end', () => {
    const now = [one('征求意见', '2026-12-18', '', 'm1'), one('待定', '', '', 'm1'), one('自查', '2026-09-01', '', 'm2')]
    const titles = merged(now, [one('起草', '2026-12-02', '', 'm1'), one('印发', '2026-12-25', '', 'm1')]).map((m) => m.title)
    expect(titles).toEqual(['起草', '征求意见', '印发', '待定', '自查'])
  })
  it('tells the same words of another measure apart', () => {
    expect(merged([one('印发', '2026-09-01', '', 'm1')], [one('印发', '2026-09-10', '', 'm2')])).toHaveLength(2)
  })
})

describe('days', () => {
  // Saturday, Sunday.
  const rest = new Set(['2026-09-19', '2026-09-20'])
  it('are counted and stepped by those that are worked', () => {
    expect(daysBetween('2026-09-18', '2026-10-01')).toBe(13)
    expect([plusWorkingDays('2026-09-18', 1, rest), plusWorkingDays('2026-09-21', -1, rest), plusWorkingDays('2026-09-20', 0, rest), plusWorkingDays('2026-09-18', 0, rest), plusWorkingDays('2026-09-17', 3, rest)])
      .toEqual(['2026-09-21', '2026-09-18', '2026-09-18', '2026-09-18', '2026-09-22'])
  })
})
