// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { leaveFor, tasksIn } from './trail'

describe('the list one came from', () => {
  it('is its tasks in order, each once, by its number', () => {
    document.body.innerHTML = '<a href="/tasks/out">外</a><main><a href="/tasks/a?act=x">题目</a><a href="/tasks/a">T01</a><a href="/ledger">台账</a><a href="/tasks/b">T02-1</a></main>'
    expect(tasksIn(document.body).map((t) => t.id)).toEqual(['out', 'a', 'b'])
    leaveFor('/tasks/a', { pathname: '/ledger', href: '/ledger?state=x' })
    expect(JSON.parse(sessionStorage.getItem('trail') ?? '')).toEqual({ name: '整改台账', href: '/ledger?state=x', items: [{ id: 'a', number: 'T01' }, { id: 'b', number: 'T02-1' }] })
  })
  it('stays while one goes from task to task or elsewhere', () => {
    const before = sessionStorage.getItem('trail')
    leaveFor('/tasks/b', { pathname: '/tasks/a', href: '/tasks/a' })
    leaveFor('/todo', { pathname: '/ledger', href: '/ledger' })
    leaveFor('/tasks/b', undefined)
    expect(sessionStorage.getItem('trail')).toBe(before)
  })
})
