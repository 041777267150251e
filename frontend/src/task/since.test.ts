import { describe, expect, it } from 'vitest'
import type { Schemas } from '../api/client'
import { differences, returnedBefore } from './since'

type Request = Schemas['RequestView']

const request = (part: Partial<Record<keyof Request, unknown>>) =>
  ({ id: 'now', kind: 'closure', is_returned: false, statement: null, content: { criteria: [{ text: '制度印发' }] }, ...part }) as unknown as Request

describe('what changed since a request came back', () => {
  it('is nothing where nothing did', () => {
    expect(differences(request({}), request({ id: 'then' }))).toEqual([])
  })
  it('names what is gone and what is new, part by part', () => {
    const before = request({ statement: '已完成。', content: { criteria: [{ text: '制度印发' }, { text: '培训到人' }] } })
    const now = request({ statement: '制度已印发。', content: { criteria: [{ text: '制度印发' }, { text: '培训覆盖全员' }] } })
    expect(differences(before, now)).toEqual([
      { label: '整改成效', before: ['已完成。'], after: ['制度已印发。'] },
      { label: '完成标准', before: ['培训到人'], after: ['培训覆盖全员'] },
    ])
  })
  it('looks at the newest one of the kind that was returned before it', () => {
    const all = [
      request({ id: 'now' }),
      request({ id: 'plan', kind: 'plan', is_returned: true }),
      request({ id: 'recalled' }),
      request({ id: 'second', is_returned: true }),
      request({ id: 'first', is_returned: true }),
    ]
    expect(returnedBefore(all, all[0] as Request)?.id).toBe('second')
    expect(returnedBefore(all, all[4] as Request)).toBeUndefined()
    expect(returnedBefore(all, request({ id: 'elsewhere' }))).toBeUndefined()
  })
})
