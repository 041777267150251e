import { describe, expect, it } from 'vitest'
import { parts, span } from './gantt'
import type { Bar } from './words'

const bar = (part: Partial<Bar>): Bar => ({ task_id: 't', number: 'T1', mark: 'green', moved_to: [], due_on: '2026-06-20', progress_done: 0, progress_all: 0, milestones: [], began_on: '2026-05-01', original_due_on: '2026-06-20', ...part }) as Bar

describe('a bar of the schedule', () => {
  it('goes from the day work began to the due date', () => {
    expect(parts(bar({}), '2026-06-11')).toEqual([{ kind: 'work', from: '2026-05-01', to: '2026-06-20' }])
  })
  it('shows how far the date was moved, and how late it is by now', () => {
    expect(parts(bar({ original_due_on: '2026-06-01', due_on: '2026-06-08' }), '2026-06-11')).toEqual([
      { kind: 'work', from: '2026-05-01', to: '2026-06-01' },
      { kind: 'moved', from: '2026-06-01', to: '2026-06-08' },
      { kind: 'late', from: '2026-06-08', to: '2026-06-11' },
    ])
  })
  it('ends where it was closed, before its date and after it', () => {
    expect(parts(bar({ closed_on: '2026-06-05' }), '2026-06-11')).toEqual([{ kind: 'work', from: '2026-05-01', to: '2026-06-05' }])
    expect(parts(bar({ original_due_on: '2026-06-01', due_on: '2026-06-08', closed_on: '2026-06-04' }), '2026-06-11').map((p) => p.to)).toEqual(['2026-06-01', '2026-06-04'])
    expect(parts(bar({ due_on: '2026-06-01', original_due_on: '2026-06-01', closed_on: '2026-06-03' }), '2026-06-11')[1]).toEqual({ kind: 'late', from: '2026-06-01', to: '2026-06-03' })
  })
  it('is there though nobody has begun', () => {
    expect(parts(bar({ began_on: null }), '2026-06-11')).toEqual([{ kind: 'work', from: '2026-06-20', to: '2026-06-20' }])
  })
  it('spans all its days and today', () => {
    expect(span([bar({ milestones: [{ title: '', due_on: '2026-07-01', done_on: null }] })], '2026-06-11')).toEqual(['2026-04-27', '2026-07-07'])
    expect(span([], '2026-06-11')).toEqual(['2026-06-07', '2026-06-17'])
  })
})
