// The wall chart of a group and of a very large one: what the answer weighs, how long it takes, how long until the screen stands, and pictures of it at 1080p and 4K.
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Cluster } from './cluster.mjs'
import { Server, running } from './server.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const { chromium } = createRequire(join(root, 'frontend/package.json'))('playwright-core')
const SIZES = ['30x60', '300x2000']
const SCREENS = [['1080p', 1920, 1080], ['4k', 3840, 2160]]
const TIMES = 20
const folder = process.env.BENCH_KEEP ?? join(tmpdir(), `bihuan-wall-${process.getuid()}`)
mkdirSync(folder, { recursive: true })

const at = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * share) - 1]

async function answered(server) {
  const round = JSON.parse(await server.send({ login: 'office', path: '/me' })).rounds[0].id
  const path = `/rounds/${round}/wall`
  let text = ''
  const took = []
  for (let i = 0; i < TIMES; i += 1) {
    const started = performance.now()
    text = await server.send({ login: 'office', path })
    took.push(performance.now() - started)
  }
  return { kilobytes: text.length / 1000, middle: at(took, 0.5), high: at(took, 0.95) }
}

/** From the press of the link to a board that stands, and its first screens as pictures. */
async function shown(server, browser, name, [screen, width, height]) {
  const page = await (await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' })).newPage()
  await page.goto(server.address)
  await page.getByLabel('账号').fill('office')
  await page.getByLabel('密码').fill(server.made.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  const started = performance.now()
  await page.goto(`${server.address}/wall`)
  await page.getByRole('grid').waitFor()
  const took = performance.now() - started
  await page.getByRole('button', { name: '全屏轮播' }).click()
  const board = page.getByRole('region', { name: '挂图', exact: true })
  await board.waitFor()
  await page.keyboard.press('Space')
  for (let i = 1; i <= 4; i += 1) {
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(folder, `wall-${name}-${screen}-${i}.png`) })
    const [wide, high] = await board.evaluate((b) => [b.scrollWidth - b.clientWidth, b.scrollHeight - b.clientHeight])
    if (wide > 1 || high > 1) throw new Error(`${name} ${screen} ${i}: ${wide} wider, ${high} higher than the screen`)
    await page.keyboard.press('ArrowRight')
  }
  await page.context().close()
  return took
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--lang=zh-CN'] })
try {
  for (const size of SIZES) {
    const cluster = await Cluster.open(size)
    try {
      const server = await Server.open(cluster, join(root, 'frontend/dist'))
      const { kilobytes, middle, high } = await answered(server)
      const stood = []
      for (const screen of SCREENS) stood.push(await shown(server, browser, size, screen))
      console.log(`${size}：${kilobytes.toFixed(0)} kB，服务器 ${middle.toFixed(0)} 毫秒（95 分位 ${high.toFixed(0)}），${SCREENS.map(([name], i) => `${name} ${(stood[i] / 1000).toFixed(1)} 秒后可看`).join('，')}`)
      await server.close()
    } finally {
      for (const server of running) await server.close()
      cluster.close()
    }
  }
  console.log(`图在 ${folder}；${process.env.BENCH_PROFILE}，${cpus().length} 核 ${cpus()[0]?.model ?? ''}，负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}`)
} finally {
  await browser.close()
}
