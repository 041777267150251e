import { describe, expect, it } from 'vitest'
import { turnedAway } from './intake'

const MB = 1024 * 1024
const code = (name: string, size: number, intake: Parameters<typeof turnedAway>[1] = 'evidence') => turnedAway({ name, size }, intake)?.code

describe('a file before it is sent', () => {
  it('goes when it is of a kind and a size that is taken', () => {
    expect(turnedAway({ name: '台账.XLSX', size: 20 * MB }, 'workbook')).toBeNull()
    expect(turnedAway({ name: '照片.JPG', size: 1 }, 'evidence')).toBeNull()
  })
  it('stays for what it is', () => {
    expect(code('安装.exe', 1)).toBe('file-type-refused')
    expect(code('制度.docx', 1, 'scan')).toBe('file-type-refused')
    expect(code('制度.docx', 1, 'workbook')).toBe('file-not-xlsx')
    expect(code('空.pdf', 0)).toBe('file-empty')
    expect(turnedAway({ name: '视频.pdf', size: 50 * MB + 1 }, 'evidence')).toEqual({ code: 'file-too-large', text: '视频.pdf：文件过大，最多 50 MB' })
  })
  it('goes to be told what to do where it is a table of another kind', () => {
    expect(code('旧台账.xls', 1, 'workbook')).toBeUndefined()
  })
})
