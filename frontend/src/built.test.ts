// What is shipped, looked at as it is shipped: nothing in it that Chromium 90 cannot parse or does not have, and every page but the first comes when it is asked for.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'acorn'
import { simple } from 'acorn-walk'
import { beforeAll, describe, expect, it } from 'vitest'

const dist = join(__dirname, '../dist')
const built = (kind: string) => (readdirSync(dist, { recursive: true }) as string[]).filter((f) => f.endsWith(kind))
const text = (file: string) => readFileSync(join(dist, file), 'utf8')

beforeAll(() => {
  if (!existsSync(join(dist, 'index.html'))) execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(__dirname, '..') })
})

/** Methods of built-in objects that came after Chromium 90; a call of that name on anything is looked at. Those of sets are left out: shapes have a
    `union` of their own. */
const later = new Set([
  'at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with', 'hasOwn', 'groupBy', 'fromAsync', 'withResolvers', 'randomUUID',
  'isWellFormed', 'toWellFormed', 'showPicker', 'checkVisibility', 'throwIfAborted',
])
/** Functions of the page that came after it. */
const laterGlobals = new Set(['structuredClone', 'reportError', 'scheduler', 'navigation', 'CSSLayerBlockRule'])
/** In styles: selectors, rules, units and functions; what only lacks its effect there (accent-color, overscroll) may stay. */
const laterStyles = /:has\(|:user-valid|:user-invalid|@container|@layer|@scope|@starting-style|color-mix\(|\boklch\(|\blab\(|\blch\(|\d(?:d|s|l)v[hw]\b|\bsubgrid\b|text-wrap\s*:|animation-timeline|anchor-name|(?:^|[{};])\s*&/

type Node_ = { type: string; start: number; [key: string]: unknown }

/** What a script asks for that is not there: `file: name … the words around it`. */
function lacking(file: string): string[] {
  const code = text(file)
  // Chromium 90 reads ES2021 and of ES2022 all but static blocks and `#x in y`.
  const tree = parse(code, { ecmaVersion: 13, sourceType: 'module' })
  const found: string[] = []
  const say = (name: string, node: { start: number }) => found.push(`${file}: ${name} … ${code.slice(Math.max(0, node.start - 30), node.start + 60)}`)
  simple(tree, {
    StaticBlock: (node) => say('static block', node),
    BinaryExpression: (node) => {
      if (node.operator === 'in' && node.left.type === 'PrivateIdentifier') say('#x in y', node)
    },
    CallExpression: (node) => {
      const callee = node.callee as unknown as Node_ & { name?: string; computed?: boolean; property?: { name?: string } }
      const name = callee.type === 'MemberExpression' && !callee.computed ? (callee.property?.name ?? '') : ''
      // Our own errors answer `at` with the words for a field: only a number is asked of a list.
      const isOfAList = name !== 'at' || /^(?:Unary|Binary)Expression$/.test(node.arguments[0]?.type ?? '') || (node.arguments[0]?.type === 'Literal' && typeof node.arguments[0].value === 'number')
      if (later.has(name) && isOfAList) say(name, node)
      if (callee.type === 'Identifier' && laterGlobals.has(callee.name ?? '')) say(callee.name ?? '', node)
    },
  })
  return found
}

describe('what is shipped', () => {
  it('is parsed by Chromium 90 and calls nothing that it lacks', () => {
    const scripts = built('.js')
    expect(scripts.length).toBeGreaterThan(5)
    expect(scripts.flatMap(lacking)).toEqual([])
  })
  it('has no style that Chromium 90 does not know', () => {
    const styles = built('.css')
    expect(styles.length).toBeGreaterThan(0)
    expect(styles.filter((file) => laterStyles.test(text(file)))).toEqual([])
  })
  it('names no address outside the house that a browser would fetch', () => {
    const outside = /(?:src|href)=["']?https?:|url\(["']?https?:|@import\s+["']https?:|fetch\(["'`]https?:|import\(["'`]https?:/
    expect([...built('.js'), ...built('.css'), ...built('.html')].filter((file) => outside.test(text(file)))).toEqual([])
  })
  it('brings each page only when it is asked for', () => {
    const router = readFileSync(join(__dirname, 'router.tsx'), 'utf8')
    expect(router).not.toMatch(/from '\.\/pages\//)
    const pages = (readdirSync(join(__dirname, 'pages')) as string[]).map((f) => f.replace(/\.tsx$/, ''))
    const entry = [...text('index.html').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((m) => m[1] ?? '')
    for (const page of pages) {
      const chunk = built('.js').find((file) => file.startsWith(`assets/${page}-`))
      expect(chunk, page).toBeDefined()
      expect(entry).not.toContain(chunk)
    }
  })
})
