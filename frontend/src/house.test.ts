// What the whole source keeps to, and what the first screen weighs.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { assignmentKinds, roles, taskStates } from './labels.gen'

const source = join(__dirname)
const files = (readdirSync(source, { recursive: true }) as string[]).filter((f) => /\.tsx?$/.test(f) && !/\.test\.|\.gen\.|schema\.d/.test(f))
const text = (file: string) => readFileSync(join(source, file), 'utf8')

/** Stored words of roles, assignments and states; those of other lists that are states too. */
const words = [...Object.keys(taskStates), ...Object.keys(roles), ...Object.keys(assignmentKinds), 'granted', 'returned', 'recalled', 'voided', 'pending', 'effective', 'active', 'disabled', 'inactive', 'sys_admin', 'security_admin', 'auditor']

describe('the source', () => {
  it('compares with no role and no state: what is open is what the server says', () => {
    const quoted = `['"\`](?:${words.join('|')})['"\`]`
    const compared = new RegExp(`[!=]==?\\s*${quoted}|${quoted}\\s*[!=]==?|case ${quoted}`)
    const found = files.flatMap((file) => text(file).split('\n').flatMap((line, i) => (compared.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])))
    expect(found).toEqual([])
  })
  it('uses nothing that Chromium 90 lacks', () => {
    const lacking = /:has\(|@container|color-mix\(|\b\d+dvh|structuredClone|Object\.hasOwn|\.at\(-|\.findLast\(|\.toSorted\(|\.toReversed\(|crypto\.randomUUID|\binert\b/
    const styles = (readdirSync(join(source, 'styles')) as string[]).map((f) => join('styles', f))
    const found = [...files, ...styles].flatMap((file) => text(file).split('\n').flatMap((line, i) => (lacking.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])))
    expect(found).toEqual([])
  })
  it('keeps every file in reach', () => {
    expect(files.filter((f) => text(f).split('\n').length > 600)).toEqual([])
  })
})

describe('the first screen', () => {
  it('loads no more than 250 kB', () => {
    const dist = join(source, '../dist')
    if (!existsSync(join(dist, 'index.html'))) execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(source, '..') })
    const index = readFileSync(join(dist, 'index.html'), 'utf8')
    const entry = [...index.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map((m) => m[1] ?? '')
    expect(entry.length).toBeGreaterThan(1)
    // The chunk of the page one arrives at, with what it asks for itself.
    const wanted = new Set(entry)
    const todo = (readdirSync(join(dist, 'assets')) as string[]).find((f) => /^todo-.*\.js$/.test(f))
    expect(todo).toBeDefined()
    const queue = [`/assets/${todo}`]
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (wanted.has(file)) continue
      wanted.add(file)
      for (const m of readFileSync(join(dist, file), 'utf8').matchAll(/(?:import|from)\s*["']\.\/([^"']+\.js)["']/g)) queue.push(`/assets/${m[1]}`)
    }
    const weight = ['/index.html', ...wanted].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0)
    console.log(`first screen: ${wanted.size + 1} files, ${(weight / 1000).toFixed(1)} kB gzip`)
    expect(weight).toBeLessThan(250_000)
  })
})
