// How long the page takes on a ledger full of rows: scrolled, chosen from, peeked into, narrowed, with the browser slowed four times.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseByFilter } from './choose.mjs'
import { Cluster, filledUp } from './cluster.mjs'
import { Server, running } from './server.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const { chromium } = createRequire(join(root, 'frontend/package.json'))('playwright-core')
const web = join(root, 'frontend/dist')
if (!existsSync(join(web, 'index.html'))) throw new Error('frontend/dist is not built')

const SLOWER = 4
const LIMIT = 100
/** While the wheel turns the pictures are the compositor's; the page has to keep up with half of them. */
const FRAMES = 34
/** On a machine that is busy with something else the limit holds for the middle, and 95 of 100 may take so many times as long. */
const BUSY = 3
/** What an empty page takes on a quiet machine, at most. */
const QUIET = 40
const TIMES = 24

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
const results = []
const told = (name, took, limits = { middle: LIMIT, high: LIMIT }) => {
  const sorted = [...took].sort((a, b) => a - b)
  results.push({ name, limits, n: sorted.length, middle: at(sorted, 0.5), high: at(sorted, 0.95), longest: at(sorted, 1) })
}

/** Runs in the page: from each input to the picture that follows it, as the browser itself times it; where it times none, until the frame is drawn. */
function timing() {
  window.timed = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (['pointerdown', 'pointerup', 'mousedown', 'mouseup', 'click', 'keydown', 'keypress', 'beforeinput', 'input'].includes(entry.name)) window.timed.push(entry.duration)
  }).observe({ type: 'event', durationThreshold: 16 })
  window.moved = []
  window.addEventListener('mousemove', (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => window.moved.push(performance.now() - event.timeStamp)
    port2.postMessage(null)
  }), { capture: true, passive: true })
}

/** One thing a person does, again and again: the longest of the events it is made of; what the browser does not tell took less than 16 ms. */
async function interactions(page, name, act, { n = TIMES, pause = 300 } = {}) {
  const took = []
  for (let i = 0; i < n; i += 1) {
    await page.evaluate(() => { window.timed.length = 0 })
    await act(i)
    await page.waitForTimeout(pause)
    took.push(Math.max(16, ...(await page.evaluate(() => window.timed.slice()))))
  }
  told(name, took)
}

async function moving(page, name) {
  const box = await page.locator('.ledgerbox').boundingBox()
  const took = []
  for (let i = 0; i < TIMES; i += 1) {
    await page.evaluate(() => { window.moved.length = 0 })
    await page.mouse.move(box.x + 500, box.y + 80 + (i % 8) * 44)
    await page.waitForTimeout(120)
    took.push(Math.max(0, ...(await page.evaluate(() => window.moved.slice()))))
  }
  told(name, took)
}

/** The gaps between pictures while the wheel turns. */
async function scrolling(page, name) {
  const box = await page.locator('.ledgerbox').boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.evaluate(() => {
    window.gaps = []
    let last = performance.now()
    const next = (now) => {
      window.gaps.push(now - last)
      last = now
      window.ticking = requestAnimationFrame(next)
    }
    window.ticking = requestAnimationFrame(next)
  })
  for (let i = 0; i < 60; i += 1) {
    await page.mouse.wheel(0, 480)
    await page.waitForTimeout(30)
  }
  told(name, await page.evaluate(() => { cancelAnimationFrame(window.ticking); return window.gaps.slice(1) }), { middle: FRAMES, high: Infinity })
}

/** How long a click takes on a page with nothing but a button: what is more than a frame or two is the machine's. */
async function emptiness(browser) {
  const page = await browser.newPage()
  await page.addInitScript(timing)
  await page.goto('data:text/html,<button onclick="this.textContent = Math.random()">x</button>')
  await page.evaluate(timing)
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await interactions(page, '空页上点一下（机器本身）', () => page.mouse.click(20, 20), { pause: 100 })
  await page.context().close()
  return results[0]
}

/** Reads everything, a page at a time, as somebody reads it who never stops scrolling; answers how many rows there are. */
async function readAll(page) {
  for (;;) {
    const state = await page.evaluate(() => {
      const box = document.querySelector('.ledgerbox')
      box.scrollTop = box.scrollHeight
      return { height: box.scrollHeight, isMore: document.querySelector('.ledger').getAttribute('aria-rowcount') === '-1' }
    })
    const rows = Math.round(state.height / 44) - 1
    if (!state.isMore || rows > 12_000) return rows
    await page.waitForTimeout(20)
  }
}

const scrollTo = async (page, top) => {
  await page.evaluate((y) => { document.querySelector('.ledgerbox').scrollTop = y }, top)
  await page.waitForTimeout(1000)
}

/** The middles of the first of these that stand below the heading. */
async function points(page, selector, n) {
  return page.evaluate(([wanted, most]) => {
    const head = document.querySelector('.ledgerbox').getBoundingClientRect().top + (wanted.includes('th') ? 0 : 44)
    const middles = [...document.querySelectorAll(wanted)].map((e) => e.getBoundingClientRect()).map((r) => [r.left + r.width / 2, r.top + r.height / 2])
    return middles.filter(([, y]) => y > head && y < window.innerHeight - 90).slice(0, most)
  }, [selector, n])
}

const letGo = (page) => page.getByRole('button', { name: '取消选择' }).click()

async function measure(page, address) {
  await page.goto(`${address}/ledger?group=none`)
  await page.locator('.ledger tr.task').first().waitFor()
  const began = performance.now()
  const rows = await readAll(page)
  const filling = (performance.now() - began) / 1000
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await scrollTo(page, 200_000)
  await scrolling(page, '滚动，两帧之间')
  await moving(page, '指针移过各行')
  // The mouse alone: what a test's own click asks the page before it presses would be measured with it.
  const press = (points) => (i) => page.mouse.click(...points[i % points.length])
  const picks = await points(page, '.ledger tr.task td.pick input', 10)
  await interactions(page, '选一行', press(picks))
  await letGo(page)
  await page.mouse.click(...picks[0])
  await page.keyboard.down('Shift')
  await interactions(page, '连选（Shift）', press(picks.slice(1)))
  await page.keyboard.up('Shift')
  await letGo(page)
  await interactions(page, `全选已读出的 ${rows} 行、取消`, press(await points(page, '.ledger th.pick input', 1)))
  await interactions(page, '速览打开、收起', press((await points(page, '.ledger tr.task .unfold', 2)).slice(1)))
  await page.locator('.ledgerbox').focus()
  await interactions(page, '方向键移动', () => page.keyboard.press('ArrowDown'))
  await interactions(page, 'x 选、回车速览', (i) => page.keyboard.press(['x', 'Enter', 'Enter', 'ArrowDown'][i % 4]))
  const field = page.getByLabel('编号或词语')
  await field.click()
  // Every fourth character one stops, and what was typed is looked up.
  const words = ['采', '购', '整', '改', 'Backspace', 'Backspace', 'Backspace', 'Backspace']
  await interactions(page, '筛选里打字', async (i) => {
    const key = words[i % words.length]
    await (key.length > 1 ? page.keyboard.press(key) : page.keyboard.type(key))
    if (i % 4 === 3) await page.waitForTimeout(1200)
  })
  await page.goto(`${address}/ledger?group=lead`)
  await page.locator('.ledger tr.task').first().waitFor()
  await page.waitForTimeout(1500)
  await scrolling(page, '按单位分组，滚动')
  await scrollTo(page, 0)
  await page.locator('.ledger tr.group .unfold').first().waitFor()
  await page.waitForTimeout(500)
  await interactions(page, '收起、展开一组', press(await points(page, '.ledger tr.group .unfold', 1)), { pause: 600 })
  return { rows, filling }
}

const cluster = await Cluster.open(process.env.BENCH_SIZE)
let browser
try {
  filledUp(cluster, 10_000)
  const server = await Server.open(cluster, web)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--lang=zh-CN'] })
  const empty = await emptiness(browser)
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage()
  page.setDefaultTimeout(120_000)
  await page.addInitScript(timing)
  await page.goto(server.address)
  await page.getByLabel('账号').fill('office')
  await page.getByLabel('密码').fill(server.made.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  const { rows, filling } = await measure(page, server.address)
  const chosen = await chooseByFilter(page, server.address)

  const model = cpus()[0]?.model ?? ''
  console.log(`台账 ${rows} 行全部读入（${filling.toFixed(1)} 秒），浏览器减速 ${SLOWER} 倍；${cpus().length} 核 ${model}；负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}\n`)
  console.log('| 动作 | 次数 | 中位 ms | 95 分位 ms | 最长 ms |')
  console.log('| --- | --- | --- | --- | --- |')
  for (const r of results) console.log(`| ${r.name} | ${r.n} | ${r.middle.toFixed(0)} | ${r.high.toFixed(0)} | ${r.longest.toFixed(0)} |`)
  console.log(`\n按条件选取：至多 2000 项，可停、断网可续；批量停在第二批，留下 ${chosen.left} 项，逐项说明 ${chosen.refused} 条`)
  const isQuiet = empty.longest <= QUIET
  const more = isQuiet ? 1 : BUSY
  const slow = results.filter((r) => r !== empty && (r.middle > r.limits.middle || r.high > r.limits.high * more))
  if (!isQuiet) console.log(`\n机器忙：空页上点一下最长 ${empty.longest.toFixed(0)} 毫秒，95 分位放宽 ${BUSY} 倍，中位不放宽`)
  console.log(slow.length === 0 ? `\n每个动作 95 分位都在 ${LIMIT * more} 毫秒以内，滚动时两帧之间中位在 ${FRAMES} 毫秒以内` : `\n太慢：${slow.map((r) => r.name).join('、')}`)
  if (slow.length > 0) process.exitCode = 1
  await server.close()
} finally {
  await browser?.close()
  for (const server of running) await server.close()
  cluster.close()
}
