import { describe, expect, it } from 'vitest'
import { cells, dayOf, narrow, pasted, table } from './table'

const clip = (plain: string, html = '') => ({ getData: (kind: string) => (kind === 'text/html' ? html : plain) }) as DataTransfer

describe('a pasted table', () => {
  it('is known by its tabs or by the table it came from', () => {
    expect(pasted(clip('一\t二')).isTable).toBe(true)
    expect(pasted(clip('一\n二', '<meta><table border=0><tr><td>一'))).toEqual({ text: '一\n二', isTable: true })
    expect(pasted(clip('一段\n两行')).isTable).toBe(false)
    expect(pasted(null)).toEqual({ text: '', isTable: false })
  })
  it('keeps what is blank where that is asked for, but for the last line’s end', () => {
    expect(table('甲\t乙\r\n丙\t丁\r\n')).toEqual([['甲', '乙'], ['丙', '丁']])
    expect(table('"一是""甲""\n二是乙"\t丙')).toEqual([['一是"甲"\n二是乙', '丙']])
    expect(table('说"好"\t')).toEqual([['说"好"', '']])
    expect(table('甲\n\n')).toEqual([['甲'], ['']])
  })
  it('is rows of cells, whatever the line ends', () => {
    expect(cells('T01\t甲\r\nT02\t 乙 \nT03\r')).toEqual([['T01', '甲'], ['T02', '乙'], ['T03']])
    expect(cells('甲\t\n\n \t\n')).toEqual([['甲', '']])
    expect(cells('')).toEqual([])
  })
  it('keeps lines, tabs and quotes within a quoted cell', () => {
    expect(cells('T01\t"第一行\r\n第二行\t""引""号"\r\nT02\t乙')).toEqual([['T01', '第一行\n第二行\t"引"号'], ['T02', '乙']])
  })
  it('takes a quote that closes nothing as it is written', () => {
    expect(cells('"三龄两历"认定\t甲\n"未完\t乙')).toEqual([['"三龄两历"认定', '甲'], ['"未完', '乙']])
    expect(cells('五"寸\t"甲"')).toEqual([['五"寸', '甲']])
  })
})

describe('what a cell says', () => {
  it('is compared without width and spaces', () => {
    expect(narrow(' Ｔ０１　（本 周）')).toBe('T01(本周)')
  })
  it('is a day in the ways people write one', () => {
    const from = '2026-09-18'
    for (const text of ['2026-10-09', '2026/10/9', '2026.10.9', '2026年10月9日', '20261009', '10月9日', '10/9', '10.9', '１０月９日前', '10月9日（周五）']) {
      expect(dayOf(text, from), text).toBe('2026-10-09')
    }
    expect(dayOf('3月1日', from)).toBe('2027-03-01')
    expect(dayOf('9月18日', from)).toBe('2026-09-18')
    expect(dayOf('2027年3月1日', from)).toBe('2027-03-01')
  })
  it('is no day where there is none', () => {
    for (const text of ['', '月底', '2月30日', '2026-13-01', '13月1日', '长期坚持']) expect(dayOf(text, '2026-01-01'), text).toBe('')
  })
})
