// A page looks the same whichever page was opened before it: what styles its classes, it loads itself.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, it } from 'vitest'

const source = __dirname
const text = (file: string) => readFileSync(file, 'utf8')
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
const found = (from: string, wanted: string) => ['', '.tsx', '.ts', '/index.ts'].map((end) => normalize(join(dirname(from), wanted)) + end).find(isFile)

/** A file with everything it imports, not what it loads later. */
function loaded(file: string, all = new Set<string>()): Set<string> {
  if (all.has(file)) return all
  all.add(file)
  for (const m of text(file).matchAll(/^(?:import|export)\s(?:[^'\n]*? from )?'(\.[^']+)'/gm)) {
    const next = found(file, m[1] ?? '')
    if (next) loaded(next, all)
  }
  return all
}

/** Classes by the sheets that style them. */
function styled(): Map<string, Set<string>> {
  const by = new Map<string, Set<string>>()
  for (const name of readdirSync(join(source, 'styles')) as string[]) {
    const sheet = join(source, 'styles', name)
    for (const [, selector] of text(sheet).replace(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g)) {
      for (const [, of] of (selector ?? '').matchAll(/\.([a-zA-Z][\w-]*)/g)) by.set(of ?? '', (by.get(of ?? '') ?? new Set()).add(sheet))
    }
  }
  return by
}

/** Classes a source file writes as they are. */
function used(file: string): string[] {
  const plain = [...text(file).matchAll(/className="([^"]*)"/g)].map((m) => m[1] ?? '')
  const chosen = [...text(file).matchAll(/className=\{([^}]*(?:\{[^}]*\}[^}]*)*)\}/g)].flatMap((m) => [...(m[1] ?? '').matchAll(/['`]([^'`]*)['`]/g)].map((q) => q[1] ?? ''))
  return [...plain, ...chosen].flatMap((words) => words.match(/[a-zA-Z][\w-]*/g) ?? [])
}

it('a page loads whatever styles its classes', () => {
  const by = styled()
  const frame = loaded(join(source, 'main.tsx'))
  const missing = new Set<string>()
  const pages = (readdirSync(join(source, 'pages')) as string[]).filter((f) => f.endsWith('.tsx')).map((f) => join(source, 'pages', f))
  expect(pages.length).toBeGreaterThan(30)
  for (const page of pages) {
    const whole = new Set([...frame, ...loaded(page)])
    for (const file of whole) {
      if (!file.endsWith('.tsx')) continue
      for (const of of used(file)) {
        const sheets = by.get(of)
        if (sheets && ![...sheets].some((sheet) => whole.has(sheet))) missing.add(`${relative(source, file)}: .${of} on ${relative(source, page)}`)
      }
    }
  }
  expect([...missing].sort()).toEqual([])
})
