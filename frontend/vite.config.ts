import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { marked } from 'marked'
import { defineConfig } from 'vitest/config'

/** Packs what is built beside itself, so that the server sends it as it lies. */
function pack() {
  return {
    name: 'pack',
    closeBundle() {
      for (const name of readdirSync('dist', { recursive: true }) as string[]) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue
        const file = join('dist', name)
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
      }
    },
  }
}

/** A chapter of the manual becomes its title and its page when the whole is built; what reads Markdown is not shipped. */
function chapters() {
  return {
    name: 'chapters',
    transform(text: string, id: string) {
      if (!id.endsWith('.md')) return null
      const chapter = { title: /^# (.+)$/m.exec(text)?.[1] ?? '', html: marked.parse(text, { async: false }) }
      return { code: `export default ${JSON.stringify(chapter)}`, map: null }
    },
  }
}

export default defineConfig({
  plugins: [react(), chapters(), pack()],
  build: { target: 'chrome90', cssTarget: 'chrome90', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts?(x)'] },
})
