// Every page in Chromium 90, the oldest browser the page is built for: it logs in, each page shows its heading, nothing throws.
// The browser is a test's own download (npm chrome-aws-lambda 8.0.2, MIT), kept in the ignored var/; spoken to by its protocol,
// for today's Playwright no longer opens pages in a browser that old.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { House, root } from './house.mjs'
import { kioskLink } from './wall.mjs'

const folder = join(root, 'var/old-browser')
const program = join(folder, 'chromium')

function fetchBrowser() {
  if (existsSync(program)) return
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', '--ignore-scripts', '--legacy-peer-deps', 'chrome-aws-lambda@8.0.2'], { cwd: folder, stdio: 'inherit' })
  const unpacked = (name) => brotliDecompressSync(readFileSync(join(folder, 'node_modules/chrome-aws-lambda/bin', name)))
  // It draws by a library of its own that lies beside it.
  mkdirSync(join(folder, 'swiftshader'), { recursive: true })
  execFileSync('tar', ['-x', '-C', join(folder, 'swiftshader')], { input: unpacked('swiftshader.tar.br') })
  // Written under another name first: a browser half unpacked is no browser.
  writeFileSync(`${program}.part`, unpacked('chromium.br'))
  chmodSync(`${program}.part`, 0o755)
  renameSync(`${program}.part`, program)
}

/** One page of the old browser, over the two pipes of its protocol. */
class OldPage {
  static async open() {
    const page = new OldPage()
    page.profile = mkdtempSync(join(tmpdir(), 'bihuan-old-browser-'))
    const flags = ['--headless', '--no-sandbox', '--single-process', '--no-zygote', '--use-gl=swiftshader', '--in-process-gpu', '--ignore-gpu-blocklist', '--disable-dev-shm-usage', '--lang=zh-CN', '--window-size=1440,900', '--remote-debugging-pipe', `--user-data-dir=${page.profile}`]
    page.child = spawn(program, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    page.waiting = new Map()
    page.faults = []
    page.n = 0
    let said = ''
    page.child.stdio[4].on('data', (bytes) => {
      said += bytes
      for (let end = said.indexOf('\0'); end >= 0; end = said.indexOf('\0')) {
        page.hear(JSON.parse(said.slice(0, end)))
        said = said.slice(end + 1)
      }
    })
    page.child.on('error', (error) => page.faults.push(String(error)))
    const { product } = await page.ask('Browser.getVersion')
    page.version = product
    const first = async () => (await page.ask('Target.getTargets')).targetInfos.find((t) => t.type === 'page')
    let target = await first()
    for (; !target; target = await first()) await new Promise((done) => setTimeout(done, 50))
    page.session = (await page.ask('Target.attachToTarget', { targetId: target.targetId, flatten: true })).sessionId
    await page.ask('Runtime.enable')
    await page.ask('Page.enable')
    return page
  }

  hear(message) {
    if (message.id) {
      const { done, fail, method } = this.waiting.get(message.id)
      this.waiting.delete(message.id)
      if (message.error) fail(new Error(`${method}: ${message.error.message}`))
      else done(message.result)
    } else if (message.method === 'Runtime.exceptionThrown') {
      this.faults.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text)
    } else if (message.method === 'Runtime.consoleAPICalled' && message.params.type === 'error') {
      this.faults.push(message.params.args.map((a) => a.value ?? a.description).join(' '))
    }
  }

  ask(method, params = {}) {
    this.n += 1
    const id = this.n
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`)
    return new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`${method}: no answer`)), 20_000)
      const settled = (then) => (value) => {
        clearTimeout(late)
        then(value)
      }
      this.waiting.set(id, { done: settled(done), fail: settled(fail), method })
    })
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** Waits until an expression holds. */
  async until(expression, what) {
    for (const last = Date.now() + 15_000; Date.now() < last; ) {
      if (await this.run(`Boolean(${expression})`).catch(() => false)) return
      await new Promise((done) => setTimeout(done, 50))
    }
    throw new Error(`${what}: ${await this.run('document.body.innerText.slice(0, 400)').catch(() => 'no page')}; ${this.faults.join('; ')}`)
  }

  async close() {
    const ended = new Promise((done) => this.child.on('exit', done))
    this.child.kill('SIGKILL')
    await ended
    rmSync(this.profile, { recursive: true, force: true })
  }
}

/** Fills a field as typing does: React hears the event of the native setter. */
const fill = (selector, value) => `(() => {
  const field = document.querySelector(${JSON.stringify(selector)})
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, ${JSON.stringify(value)})
  field.dispatchEvent(new Event('input', { bubbles: true }))
})()`

const tours = [
  ['p010', [['/todo', '我的待办'], ['/ledger', '整改台账'], ['/statements', '每周写实'], ['/plans', '认领与方案'], ['/signing', '签批'], ['/overview', ''], ['/calendar', ''], ['/notices', '通知'], ['/slips', ''], ['/brief', ''], ['/duties', ''], ['/own', ''], ['/rules', '制度建设'], ['/systemic', '举一反三'], ['/appraisals', '考评'], ['/handovers', '']]],
  ['p072', [['/todo', '我的待办'], ['/ledger', '整改台账'], ['/signing', '签批'], ['/imports', '导入台账'], ['/rounds', '轮次设置'], ['/checks', ''], ['/draw', ''], ['/slips', ''], ['/meetings', ''], ['/brief', ''], ['/duties', ''], ['/lists', ''], ['/documents', '文书'], ['/templates', ''], ['/publications', '公示'], ['/opinions', '群众意见'], ['/wall', ''], ['/help', ''], ['/rules', '制度建设'], ['/rules/new', ''], ['/systemic', '举一反三'], ['problem', ''], ['/appraisals', '考评'], ['/appraisals/scheme', ''], ['/accountability', ''], ['/burden', '填报负担'], ['/handovers', ''], ['task', '']]],
  ['auditor', [['/organisation?part=log', ''], ['/own', '']]],
  ['sysadmin', [['/organisation', '组织与账号'], ['/nowhere', '没有这个页面']]],
]

fetchBrowser()
const house = await House.open()
let pages = 0
try {
  for (const [who, addresses] of tours) {
    const page = await OldPage.open()
    try {
      await page.ask('Page.navigate', { url: house.address })
      await page.until('document.querySelectorAll("form input").length === 2', `${who}: the door`)
      await page.run(fill('form input:not([type=password])', who))
      await page.run(fill('form input[type=password]', house.password))
      await page.run('document.querySelector("form button").click()')
      await page.until('document.querySelector("nav.side")', `${who}: inside`)
      for (const [address, heading] of addresses) {
        if (address === 'task') {
          await page.ask('Page.navigate', { url: `${house.address}/ledger` })
          await page.until('document.querySelector(".ledger td.title a")', 'the ledger')
          await page.run('document.querySelector(".ledger td.title a").click()')
          await page.until('document.querySelector(".taskhead h1")', 'a task')
        } else if (address === 'problem') {
          await page.run('document.querySelector(".lines .do a").click()')
          await page.until('document.querySelector(".selfcheck")', 'a systemic problem')
        } else {
          await page.ask('Page.navigate', { url: `${house.address}${address}` })
          await page.until(`[...document.querySelectorAll('h1')].some((h) => ${heading === ''} || h.textContent === '${heading}') && !document.querySelector('.loading')`, `${who} ${address}`)
        }
        pages += 1
      }
      assert.deepEqual(page.faults, [], `${who} in ${page.version}`)
      if (who === tours[0][0]) console.log(`  ${page.version}`)
    } finally {
      await page.close()
    }
  }
  // A screen on the wall, and the open page, without a log-in.
  const link = await kioskLink(house)
  const screen = await OldPage.open()
  try {
    await screen.ask('Page.navigate', { url: link })
    await screen.until('document.querySelector("[aria-label=挂图]") && /方面 \\d/.test(document.body.innerText)', 'the kiosk')
    await screen.ask('Page.navigate', { url: `${house.openAddress}/` })
    await screen.until('document.querySelector("main h1")', 'the open page')
    pages += 2
    assert.deepEqual(screen.faults, [], 'a screen without a log-in')
  } finally {
    await screen.close()
  }
  console.log(`old browser: ${pages} pages, no fault`)
} finally {
  await house.close()
}
