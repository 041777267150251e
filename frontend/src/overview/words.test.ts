import { describe, expect, it } from 'vitest'
import type { Schemas } from '../api/client'
import { due, headline, lacking, pace, percent, stacks, whereRed, worstAspect } from './words'

type Bar = Schemas['BarView']
const bar = (name: string, part: Partial<Bar>): Bar => ({ id: name, name, findings: 0, measures: 0, tasks: 0, red: 0, yellow: 0, green: 0, dark: 0, draft: 0, closed: 0, ...part })

function view(part: { chain?: object; due?: object; units?: Bar[]; n_units?: number; landed?: object; echo?: object }): Schemas['OverviewView'] {
  const chain = { aspects: 7, findings: 24, tasks: 60, measures: 120, closed: 31, observing: 4, red: 6, yellow: 7, green: 16, draft: 0, ...part.chain }
  const due = { by: '2020-09-17', all: 28, closed: 24, overdue: 4, without: 7, ...part.due }
  const landed = { findings: 24, landed: 23, not_landed: 1, bare: 0, ...part.landed }
  const echo = { all: 132, in_time: 121, late: 5, overdue: 6, waiting: 2, longest_days: 9, tasks: 7, since: '2020-08-21', ...part.echo }
  return { chain, due, landed, echo, units: part.units ?? [], n_units: part.n_units ?? part.units?.length ?? 0, aspects: [], weeks: [], today: '2020-09-18' } as unknown as Schemas['OverviewView']
}
const said = (parts: { text: string }[]) => parts.map((p) => p.text).join('')

describe('the title', () => {
  it('says how far and what is red, and opens it', () => {
    const parts = headline(view({}))
    expect(said(parts)).toBe('60 项任务已销号 31 项，红灯 6 项，逾期 4 项')
    expect(parts.filter((p) => p.door).map((p) => p.door)).toEqual([{ light: 'red' }, { due_to: '2020-09-17', closed: 'false' }])
  })
  it('says that nothing is red, and that there is nothing', () => {
    expect(said(headline(view({ chain: { red: 0 }, due: { overdue: 0 } })))).toBe('60 项任务已销号 31 项，没有红灯')
    expect(said(headline(view({ chain: { tasks: 0 } })))).toBe('还没有任务')
  })
  it('says what was due', () => {
    expect(said(due(view({})))).toBe('到期应销号 28 项：已销号 24 项，逾期 4 项。')
    expect(said(due(view({ due: { all: 0 } })))).toBe('还没有到期的任务。')
  })
})

describe('the lines', () => {
  it('say more, less and even', () => {
    expect(pace(view({}))).toBe('销号总数比计划多 3 项，到期的还欠 4 项')
    expect(pace(view({ chain: { closed: 20 }, due: { all: 28 } }))).toBe('销号总数比计划少 8 项，到期的还欠 4 项')
    expect(pace(view({ chain: { closed: 28 }, due: { all: 28, overdue: 0 } }))).toBe('销号总数与计划持平，到期的都已销号')
    expect(pace(view({ chain: { closed: 0 }, due: { all: 0, overdue: 0 } }))).toBe('销号总数与计划持平，还没有到期的')
  })
})

describe('the bars', () => {
  it('say where the red ones are', () => {
    const units = [bar('财务部', { red: 4, yellow: 2 }), bar('审计部', { red: 2 }), bar('宣传部', {})]
    expect(whereRed(view({ units }))).toBe('6 项红灯分在 2 个单位，财务部最多')
    expect(whereRed(view({ units: [bar('财务部', { red: 3 }), bar('审计部', { red: 3 })] }))).toBe('6 项红灯分在 2 个单位')
    expect(whereRed(view({ units: [bar('财务部', { red: 6 })] }))).toBe('6 项红灯都在财务部')
  })
  it('claim no more than is shown', () => {
    expect(whereRed(view({ chain: { red: 9 }, units: [bar('财务部', { red: 3 }), bar('审计部', { red: 3 })], n_units: 40 }))).toBe('9 项红灯分在 2 个以上单位')
  })
  it('go on to what is yellow, and say that nothing is', () => {
    expect(whereRed(view({ chain: { red: 0, yellow: 1 }, units: [bar('财务部', { yellow: 1 })] }))).toBe('没有红灯，1 项预警都在财务部')
    expect(whereRed(view({ chain: { red: 0, yellow: 0 }, units: [bar('财务部', { green: 1 })] }))).toBe('各单位没有红灯，也没有预警')
    expect(whereRed(view({ units: [] }))).toBe('还没有确定牵头单位')
  })
  it('name the aspect in the worst case', () => {
    expect(worstAspect([bar('党的政治建设', { tasks: 16, red: 1, yellow: 2 }), bar('反腐败斗争', { tasks: 7, red: 2, yellow: 3 })])).toBe('反腐败斗争最重：7 项中红灯 2、预警 3')
    expect(worstAspect([bar('党的政治建设', { tasks: 16 })])).toBe('各方面没有红灯，也没有预警')
  })
  it('divide a bar without a rest', () => {
    expect(stacks.map((s) => s.key)).toEqual(['red', 'yellow', 'green', 'dark', 'draft'])
  })
})

describe('the rates', () => {
  it('are whole only where nothing is lacking', () => {
    expect(percent(23, 24)).toBe('95.8')
    expect(percent(1999, 2000)).toBe('99.9')
    expect(percent(24, 24)).toBe('100')
    expect(percent(0, 0)).toBe('—')
  })
  it('say what is lacking', () => {
    expect(lacking(view({}))).toBe('1 个问题还没着落，6 件还没回音')
    expect(lacking(view({ landed: { not_landed: 0, bare: 0 }, echo: { overdue: 0 } }))).toBe('件件有着落，事事有回音')
    expect(lacking(view({ landed: { not_landed: 1, bare: 2 }, echo: { overdue: 0 } }))).toBe('3 个问题还没着落')
  })
})
