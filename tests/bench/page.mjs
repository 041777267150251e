// How long the page takes on a ledger full of rows: scrolled, chosen from, peeked into, narrowed, with the browser slowed four times.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Cluster } from './cluster.mjs'
import { Server, running } from './server.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const { chromium } = createRequire(join(root, 'frontend/package.json'))('playwright-core')
const web = join(root, 'frontend/dist')
if (!existsSync(join(web, 'index.html'))) throw new Error('frontend/dist is not built')

const SLOWER = 4
const LIMIT = 100

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
const results = []

/** From what a person does to the next picture, as the browser itself times it; what took no time to notice is told as less than 16 ms. */
async function interactions(page, name, n, act) {
  await page.evaluate(() => { window.timed.length = 0 })
  for (let i = 0; i < n; i += 1) {
    await act(i)
    await page.waitForTimeout(250)
  }
  const took = (await page.evaluate(() => window.timed.slice())).sort((a, b) => a - b)
  results.push([name, n, at(took, 0.5), took[took.length - 1] ?? 0])
}

/** The gaps between pictures while the wheel turns. */
async function scrolling(page, name, n) {
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
  for (let i = 0; i < n; i += 1) {
    await page.mouse.wheel(0, 480)
    await page.waitForTimeout(30)
  }
  const gaps = (await page.evaluate(() => { cancelAnimationFrame(window.ticking); return window.gaps.slice(1) })).sort((a, b) => a - b)
  results.push([name, gaps.length, at(gaps, 0.5), at(gaps, 0.98), gaps[gaps.length - 1]])
}

/** A set of its own with at least so many rows: tasks of a smaller one again and again. */
function filledUp(cluster, wanted) {
  const there = Number(cluster.lines('SELECT count(*) FROM tasks')[0])
  if (there >= wanted) return
  cluster.lines('DROP DATABASE IF EXISTS bench_page WITH (FORCE)', 'postgres')
  cluster.lines(`CREATE DATABASE bench_page TEMPLATE ${cluster.database} OWNER bihuan_owner`, 'postgres')
  cluster.database = 'bench_page'
  const [columns] = cluster.lines(`SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = 'tasks' AND column_name NOT IN ('id', 'number', 'ordinal')`)
  cluster.lines(`SET session_replication_role = replica;
    CREATE TEMP TABLE again AS SELECT id AS old, gen_random_uuid() AS id, n FROM tasks, generate_series(1, ${Math.ceil(wanted / there)}) AS n;
    INSERT INTO tasks (id, number, ordinal, ${columns}) SELECT a.id, t.number || '-' || a.n, t.ordinal + a.n * 100000, ${columns} FROM tasks t JOIN again a ON a.old = t.id;
    INSERT INTO task_units SELECT a.id, x.unit_id, x.part, x.ordinal FROM task_units x JOIN again a ON a.old = x.task_id;
    INSERT INTO task_people SELECT a.id, x.person_id, x.part, x.ordinal FROM task_people x JOIN again a ON a.old = x.task_id;
    SELECT recount_tasks()`)
  cluster.lines('VACUUM ANALYZE')
}

const cluster = await Cluster.open(process.env.BENCH_SIZE)
let browser
try {
  filledUp(cluster, 10_000)
  const server = await Server.open(cluster, web)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--lang=zh-CN'] })
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage()
  page.setDefaultTimeout(120_000)
  await page.addInitScript(() => {
    window.timed = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (['pointerdown', 'pointerup', 'click', 'keydown', 'input'].includes(entry.name)) window.timed.push(entry.duration)
    }).observe({ type: 'event', durationThreshold: 16 })
  })
  await page.goto(server.address)
  await page.getByLabel('账号').fill('office')
  await page.getByLabel('密码').fill(server.made.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()

  // Everything is read, a page at a time, as somebody reads it who never stops scrolling.
  await page.goto(`${server.address}/ledger?group=none`)
  await page.locator('.ledger tr.task').first().waitFor()
  const began = performance.now()
  let rows = 0
  for (;;) {
    const state = await page.evaluate(() => {
      const box = document.querySelector('.ledgerbox')
      box.scrollTop = box.scrollHeight
      return { height: box.scrollHeight, isMore: document.querySelector('.ledger').getAttribute('aria-rowcount') === '-1' }
    })
    rows = Math.round(state.height / 44) - 1
    if (!state.isMore || rows > 12_000) break
    await page.waitForTimeout(20)
  }
  const filling = (performance.now() - began) / 1000
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await page.evaluate(() => { document.querySelector('.ledgerbox').scrollTop = 200_000 })
  await page.waitForTimeout(1000)
  await scrolling(page, '滚动，两帧之间', 60)
  await interactions(page, '选一行', 12, (i) => page.locator('.ledger tr.task td.pick input').nth(4 + (i % 6)).click())
  await interactions(page, '连选（Shift）', 6, (i) => page.locator('.ledger tr.task td.pick input').nth(4 + (i % 6)).click({ modifiers: ['Shift'] }))
  await page.getByRole('button', { name: '取消选择' }).click()
  await interactions(page, '速览打开、收起', 10, () => page.locator('.ledger tr.task .unfold').nth(6).click())
  await page.locator('.ledgerbox').focus()
  await interactions(page, '方向键移动', 20, () => page.keyboard.press('ArrowDown'))
  const field = page.getByLabel('编号或词语')
  await field.focus()
  await interactions(page, '筛选里打字', 8, (i) => page.keyboard.type('采购整改'[i % 4]))
  await page.goto(`${server.address}/ledger?group=lead`)
  await page.locator('.ledger tr.task').first().waitFor()
  await page.waitForTimeout(1500)
  await scrolling(page, '按单位分组，滚动', 60)
  await page.evaluate(() => { document.querySelector('.ledgerbox').scrollTop = 0 })
  await interactions(page, '收起、展开一组', 8, () => page.locator('.ledger tr.group .unfold').first().click())

  const model = cpus()[0]?.model ?? ''
  console.log(`台账 ${rows} 行全部读入（${filling.toFixed(1)} 秒），浏览器减速 ${SLOWER} 倍；${cpus().length} 核 ${model}；负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}\n`)
  console.log('| 动作 | 次数 | 中位 ms | 98 分位或最长 ms | 最长 ms |')
  console.log('| --- | --- | --- | --- | --- |')
  for (const [name, n, middle, high, longest = high] of results) console.log(`| ${name} | ${n} | ${middle.toFixed(0)} | ${high.toFixed(0)} | ${longest.toFixed(0)} |`)
  const slow = results.filter(([, , , high]) => high > LIMIT)
  console.log(slow.length === 0 ? `\n每一项都在 ${LIMIT} 毫秒以内` : `\n超过 ${LIMIT} 毫秒：${slow.map(([name]) => name).join('、')}`)
  await server.close()
} finally {
  await browser?.close()
  for (const server of running) await server.close()
  cluster.close()
}
