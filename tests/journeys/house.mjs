// A server of its own with the sample group, a real Chromium, people who log in and act on the page.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const require = createRequire(join(root, 'frontend/package.json'))
const { chromium } = require('playwright-core')
export const { unzipSync, zipSync, strFromU8, strToU8 } = require('fflate')

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN']

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => done(port))
  })
})

/** The login of a person by name, as the sample's accounts are made. */
export function login(name) {
  const line = readFileSync(join(root, 'tests/fixtures/people.csv'), 'utf8').split('\n').find((l) => l.split(',')[1] === name)
  if (!line) throw new Error(`nobody is called ${name}`)
  return line.split(',')[0].toLowerCase()
}

/** Days from today to the next Wednesday, where this week's statements are in already: from Friday to Sunday; else none. */
export function toAnOpenWeek() {
  const weekday = new Date(Date.now() + 8 * 3_600_000).getUTCDay()
  return { 5: 5, 6: 4, 0: 3 }[weekday] ?? 0
}

/** The clock of a page, some days ahead like the server's. */
function ahead(days) {
  const real = Date
  window.Date = class extends real {
    constructor(...given) {
      super(...(given.length > 0 ? given : [real.now() + days * 864e5]))
    }

    static now() {
      return real.now() + days * 864e5
    }
  }
}

export class House {
  /** With the sample group, or bare: the three administrators of `bihuan init` and nothing else; with more of the server's settings, or what makes them of its address. */
  static async open({ isBare = false, settings = {}, days = 0 } = {}) {
    const house = new House()
    house.settings = settings
    house.isBare = isBare
    house.days = days
    house.folder = mkdtempSync(join(tmpdir(), 'bihuan-journey-'))
    house.shots = join(root, 'tests/results')
    mkdirSync(house.shots, { recursive: true })
    house.faults = []
    house.people = new Map()
    house.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags, env: { ...process.env, LANGUAGE: 'zh_CN' } })
    await house.start(days)
    return house
  }

  /** Starts the server, its clock some days ahead; where it was before, if that is asked for. */
  async start(days, wanted) {
    const port = wanted ?? await freePort()
    const open = await freePort()
    this.address = `http://127.0.0.1:${port}`
    this.openAddress = `http://127.0.0.1:${open}`
    const program = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/bihuan')
    const env = { ...process.env, BIHUAN_DATA_DIR: this.folder, BIHUAN_LISTEN: `127.0.0.1:${port}`, BIHUAN_PUBLIC_LISTEN: `127.0.0.1:${open}`, BIHUAN_WEB_DIR: join(root, 'frontend/dist'), BIHUAN_REHEARSAL_DAYS: String(days), BIHUAN_LOG: 'error', ...(typeof this.settings === 'function' ? this.settings(this.address) : this.settings) }
    delete env.BIHUAN_DATABASE_URL
    if (this.isBare && !this.password) this.init(program, env)
    this.server = spawn(program, this.isBare ? ['serve'] : ['serve', '--demo'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((done, fail) => {
      let said = ''
      this.server.stdout.on('data', (text) => {
        said += text
        if (said.includes('闭环已启动')) done()
      })
      this.server.on('exit', (code) => fail(new Error(`the server ended with ${code}: ${said}`)))
    })
    if (!this.isBare) this.password = readFileSync(join(this.folder, 'demo-password'), 'utf8').trim()
  }

  /** The first three accounts, with one password. */
  init(program, env) {
    this.password = 'Qinghe-2031-Tong'
    const file = join(this.folder, 'passwords')
    writeFileSync(file, ['sysadmin', 'secadmin', 'auditor'].map((who) => `${who}:${this.password}\n`).join(''), { mode: 0o600 })
    const made = spawnSync(program, ['init', '--passwords-file', file], { env, encoding: 'utf8' })
    if (made.status !== 0) throw new Error(`init: ${made.stdout}${made.stderr}`)
  }

  async stop() {
    for (const page of this.people.values()) await page.context().close()
    this.people.clear()
    const ended = new Promise((done) => this.server.removeAllListeners('exit').on('exit', (code) => done(code)))
    this.server.kill('SIGINT')
    const code = await ended
    if (code !== 0) throw new Error(`the server ended with ${code}`)
  }

  async close() {
    await this.stop()
    await this.browser.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** The page of somebody who is logged in. */
  async as(who, size = { width: 1440, height: 900 }, password = this.password) {
    const key = `${who}@${size.width}`
    const known = this.people.get(key)
    if (known) return known
    const context = await this.browser.newContext({ viewport: size, locale: 'zh-CN' })
    if (this.days) await context.addInitScript(ahead, this.days)
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.on('pageerror', (error) => this.faults.push(`${who}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) this.faults.push(`${who}: ${message.text()}`)
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(this.address) && !request.url().startsWith('data:') && !request.url().startsWith('blob:')) this.faults.push(`outside: ${request.url()}`)
    })
    await page.goto(this.address)
    await page.getByLabel('账号').fill(who)
    await page.getByLabel('密码').fill(password)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByRole('navigation', { name: '主导航' }).waitFor()
    this.people.set(key, page)
    return page
  }

  /** Whose sessions were ended logs in anew the next time he is asked for. */
  async forget(who) {
    for (const [key, page] of [...this.people]) {
      if (!key.startsWith(`${who}@`)) continue
      this.people.delete(key)
      await page.context().close()
    }
  }

  async shot(page, name) {
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await page.screenshot({ path: join(this.shots, `${name}.png`) })
  }
}

/** The plan with its dates moved by whole weeks, so that it lies ahead: an office's file of today. */
export function planOfToday() {
  const first = Date.UTC(2020, 6, 15)
  const weeks = Math.ceil((Date.now() + 28 * 864e5 - first) / (7 * 864e5))
  const files = unzipSync(readFileSync(join(root, 'tests/fixtures/plan.xlsx')))
  const iso = (text) => text.replace(/20\d\d-\d\d-\d\d/g, (d) => new Date(Date.parse(d) + weeks * 7 * 864e5).toISOString().slice(0, 10))
  for (const name of Object.keys(files)) {
    if (!/^xl\/(worksheets\/|sharedStrings)/.test(name)) continue
    // Dates are whole days since 1899-12-30; no other number of the plan is as large.
    const moved = strFromU8(files[name]).replace(/<v>(4[34]\d{3})<\/v>/g, (_, n) => `<v>${Number(n) + weeks * 7}</v>`)
    files[name] = strToU8(iso(moved))
  }
  return Buffer.from(zipSync(files))
}
