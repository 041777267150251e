// The page's own verifier against bundles that the product made, and against every change of a single field of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fault } from './plain'
import { type Bundle, canonical, commitmentOf, digestOf, drawAgain, quotas, rootOf } from './verify'

const read = (name: string) => readFileSync(join(__dirname, '../../../tests/vectors', name), 'utf8')
const names = ['draw-of-three-parties.json', 'draw-by-one.json']
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

type Node_ = Record<string, unknown> | unknown[]
const isNode = (value: unknown): value is Node_ => typeof value === 'object' && value !== null

/** Another value of the same kind, or null where one could be. */
function others(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1, value + 0.5, String(value), null]
  if (typeof value === 'boolean') return [!value, null]
  if (value === null) return ['0'.repeat(64), '', 0]
  if (typeof value !== 'string') return []
  const first = value[0] ?? ''
  const last = value[value.length - 1] ?? ''
  const another = (c: string) => (c === '0' ? '1' : '0')
  return [another(first) + value.slice(1), value.slice(0, -1) + another(last), `${value} `, value.slice(1), value.toUpperCase() === value ? `${value}x` : value.toUpperCase(), null]
}

/** Every bundle that differs from this one at a single place: changed, removed, added, doubled, swapped. */
function* changes(whole: Bundle): Generator<[string, unknown]> {
  function* inside(at: (string | number)[]): Generator<[string, unknown]> {
    const find = (root: unknown) => at.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], root)
    const changed = (change: (node: Node_) => void) => {
      const next = copy(whole)
      change(find(next) as Node_)
      return next
    }
    const here = find(whole) as Node_
    const name = (what: string) => `${what} /${at.join('/')}`
    const keys = Array.isArray(here) ? here.map((_, i) => i) : Object.keys(here)
    for (const key of keys) {
      const value = (here as Record<string | number, unknown>)[key]
      yield [`${name('without')}/${key}`, changed((n) => void (Array.isArray(n) ? n.splice(Number(key), 1) : delete n[key]))]
      for (const other of others(value)) yield [`${name('changed')}/${key} to ${String(other).slice(0, 20)}`, changed((n) => { (n as Record<string | number, unknown>)[key] = other })]
      if (isNode(value)) yield* inside([...at, key])
    }
    if (Array.isArray(here)) {
      for (let i = 0; i < here.length; i += 1) {
        yield [`${name('doubled')}/${i}`, changed((n) => void (n as unknown[]).splice(i, 0, copy(here[i])))]
        for (let j = i + 1; j < here.length; j += 1) {
          if (canonical(here[i]) === canonical(here[j])) continue
          yield [`${name('swapped')}/${i} ${j}`, changed((n) => { [(n as unknown[])[i], (n as unknown[])[j]] = [copy(here[j]), copy(here[i])] })]
        }
      }
      yield [name('added to'), changed((n) => void (n as unknown[]).push('x'))]
    } else yield [name('added to'), changed((n) => { (n as Record<string, unknown>).more = 1 })]
  }
  yield* inside([])
}

describe('a bundle as the product makes it', () => {
  it.each(names)('%s agrees in every step', (name) => {
    const { agrees, steps, bundle } = drawAgain(read(name))
    expect(steps.filter((s) => s.wrong !== null)).toEqual([])
    expect(steps).toHaveLength(8)
    expect(agrees).toBe(true)
    expect(bundle?.sample.length).toBe(bundle?.frame.strata.reduce((n, s) => n + s.sample, 0))
  })
  it('agrees however its white space and the order of its fields are', () => {
    const bundle = JSON.parse(read('draw-by-one.json')) as Bundle
    const turned = Object.fromEntries(Object.entries(bundle).reverse())
    expect(drawAgain(JSON.stringify(turned, null, '\t')).agrees).toBe(true)
  })
})

describe('a bundle that was changed', () => {
  it.each(names)('%s: every single-field change is refused', (name) => {
    const whole = JSON.parse(read(name)) as Bundle
    const passed: string[] = []
    let n = 0
    for (const [what, bundle] of changes(whole)) {
      n += 1
      if (drawAgain(JSON.stringify(bundle)).agrees) passed.push(what)
    }
    console.log(`${name}: ${n} single-field changes refused`)
    expect(passed).toEqual([])
    expect(n).toBeGreaterThan(500)
  }, 120_000)
  it.each(names)('%s: nor does it help to make its digest anew', (name) => {
    const whole = JSON.parse(read(name)) as Bundle
    const silent = whole.commitments.findIndex((c) => c.nonce === null)
    const passed: string[] = []
    for (const [what, changed] of changes(whole)) {
      const bundle = changed as Bundle
      if (what.includes('/digest')) continue
      bundle.digest = digestOf(bundle)
      if (drawAgain(JSON.stringify(bundle)).agrees) passed.push(what)
    }
    // Nothing follows from the promise of a party that did not keep it: the digest alone holds it.
    expect(passed.filter((what) => !what.includes(`/commitments/${silent}/commitment`))).toEqual([])
  }, 120_000)
  it('says what does not agree', () => {
    const whole = JSON.parse(read('draw-of-three-parties.json')) as Bundle
    const said = (change: (b: Bundle) => void) => {
      const bundle = copy(whole)
      change(bundle)
      return drawAgain(JSON.stringify(bundle)).steps.flatMap((s) => (s.wrong === null ? [] : [s.name]))
    }
    expect(said((b) => { b.seed = b.root })).toEqual(['校验码', '种子', '抽出的任务', '检查人员'])
    expect(said((b) => { b.sample[0]?.inspectors.reverse() })).toEqual(['校验码', '检查人员'])
    expect(said((b) => { for (const x of b.frame.excluded) x.reason = '另有安排' })).toEqual(['校验码', '抽样框'])
    expect(said((b) => { for (const c of b.commitments) c.commitment = b.seed })).toEqual(['校验码', '参与方的随机数'])
    expect(drawAgain('{').steps[0]?.wrong).toMatch(/读不出来/)
    expect(drawAgain('{"format":"bihuan-draw-0"}').steps[0]?.wrong).toMatch(/不是这一版/)
  })
  it('is refused when a name is written twice, which a parser passes over', () => {
    const text = read('draw-by-one.json')
    expect(drawAgain(text.replace('{', '{"seed":"1",')).steps[0]?.wrong).toMatch(/写了两次/)
    expect(drawAgain(text.replace(/"nth": \d+/, '"nth": 1.0')).steps[0]?.wrong).toMatch(/数字/)
    expect(fault('{"a":{"b":1},"c":[{"b":2},{"b":3}]}')).toBe(null)
    expect(fault('{"a":"\\ud800"}')).toMatch(/文字/)
    expect(fault('{"a":"\u{1f600}, {\\"a\\": 1.5}"}')).toBe(null)
  })
})

describe('what a draw is made of', () => {
  it('shares out by the largest remainders, one of each at least', () => {
    expect(quotas([10, 10, 10], 3)).toEqual([1, 1, 1])
    // 9, 4 and 1 are left of 15; of 7 to give: 4.5, 2, 0.5; the remainders tie and the first takes it.
    expect(quotas([10, 5, 2], 10)).toEqual([6, 3, 1])
    expect(quotas([1, 1], 2)).toEqual([1, 1])
    expect(quotas([4], 4)).toEqual([4])
  })
  it('commits to check, party and nonce in that order', () => {
    // printf of 16 bytes 11, 16 bytes 22, 32 bytes 33 through sha256sum.
    const id = (c: string) => `${c.repeat(8)}-${c.repeat(4)}-${c.repeat(4)}-${c.repeat(4)}-${c.repeat(12)}`
    expect(commitmentOf(id('1'), id('2'), '3'.repeat(64))).toBe('37be86ed0c9de9bf45fc36eb12292d9256a791c99d7ab81d9f4e8e53f0669cd1')
  })
  it('takes head, entries and exclusions for leaves, in that order', () => {
    const bundle = JSON.parse(read('draw-of-three-parties.json')) as Bundle
    const { frame } = bundle
    const [out] = frame.excluded
    expect(out).toBeDefined()
    const moved = { ...frame, excluded: [], entries: [...frame.entries, out] } as unknown as typeof frame
    expect(rootOf(moved)).not.toBe(bundle.root)
  })
})
