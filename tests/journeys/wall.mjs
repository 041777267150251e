// The wall chart: from a leader's cockpit to rows, turning by itself, and a kiosk that outlives its server and ends with its link.
import assert from 'node:assert/strict'
import { lookedAt } from './eyes.mjs'
import { login } from './house.mjs'
import { office, step, told } from './steps.mjs'

const principal = login('甲子安')
const phone = { width: 390, height: 844 }

/** How many tasks the ledger counts under the filter it was opened with. */
async function counted(page) {
  await page.waitForURL(/\/ledger/)
  await page.locator('.ledger tbody tr, .ledger a.number').first().waitFor()
  return Number((await page.locator('.chain').innerText()).match(/任务\s*(\d+)/)[1])
}

async function cockpit(house) {
  const page = await house.as(principal)
  await page.goto(`${house.address}/overview`)
  await told(page)
  const tiles = page.getByRole('region', { name: '领导驾驶舱' })
  await tiles.waitFor()
  await lookedAt(house, page, 'cockpit')
  const red = tiles.locator('.tile').first().locator('.figure a')
  const n = Number((await red.innerText()).trim())
  await red.click()
  assert.equal(await counted(page), n, 'the red figure opens its rows')
  await page.goBack()
  const missing = tiles.locator('.tile', { hasText: '上次截止未报' })
  const owed = missing.locator('.figure a')
  if (await owed.count()) {
    const m = Number((await owed.innerText()).trim())
    await owed.click()
    assert.equal(await counted(page), m, 'who has not handed in opens its rows')
    await page.goBack()
  }
  await tiles.getByRole('link', { name: '去签批' }).or(tiles.getByText('没有等您签字的')).first().waitFor()
  const small = await house.as(principal, phone)
  await small.goto(`${house.address}/overview`)
  await told(small)
  await small.getByRole('region', { name: '领导驾驶舱' }).waitFor()
  await lookedAt(house, small, 'cockpit-phone')
  step(`领导驾驶舱：红灯 ${n} 项，点开正是那 ${n} 行；手机上同样`)
}

async function matrix(house) {
  const page = await house.as(principal)
  await page.getByRole('region', { name: '领导驾驶舱' }).getByRole('link', { name: '挂图作战' }).click()
  const grid = page.getByRole('grid')
  await grid.waitFor()
  await lookedAt(house, page, 'wall')
  // Of several tasks, so that the count says something.
  const cell = grid.getByRole('gridcell', { name: /：.*[2-9] 项任务/ }).first()
  const said = await cell.getAttribute('aria-label')
  await cell.click()
  assert.equal(await counted(page), Number(said.match(/(\d+) 项任务/)[1]), said)
  await page.goBack()
  await grid.waitFor()
  // By the keyboard alone: arrows until there is a task, Enter.
  await grid.locator('[data-at]').focus()
  let label = ''
  for (let i = 0; i < 60 && !label.includes('项任务'); i += 1) {
    await page.keyboard.press('ArrowRight')
    if (i % 23 === 22) { await page.keyboard.press('Home'); await page.keyboard.press('ArrowDown') }
    await page.waitForFunction(() => document.activeElement?.matches('[data-at]'))
    label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'))
  }
  await page.keyboard.press('Enter')
  assert.equal(await counted(page), Number(label.match(/(\d+) 项任务/)[1]), label)
  await page.goBack()
  await page.getByLabel('单位', { exact: true }).selectOption({ index: 1 })
  await page.getByText(/第 1 至 \d+ 项，共 \d+ 项/).waitFor()
  step(`矩阵一格（${said}）点开是那几行，方向键和回车也行；工期按单位看`)
}

async function turning(house) {
  const page = await house.as(principal)
  await page.getByRole('button', { name: '全屏轮播' }).click()
  const board = page.getByRole('region', { name: '挂图', exact: true })
  await board.waitFor()
  await page.mouse.move(5, 5)
  await lookedAt(house, page, 'board')
  const title = () => board.locator('h2').innerText()
  await board.getByLabel('每屏').selectOption('10')
  const first = await title()
  await page.waitForFunction((was) => document.querySelector('.board h2')?.innerText !== was, first, { timeout: 20_000 })
  const turned = await title()
  await board.locator('h2').click()
  await page.keyboard.press('Space')
  await board.getByRole('button', { name: '轮播', exact: true }).waitFor()
  await page.keyboard.press('ArrowLeft')
  assert.equal(await title(), first)
  // Held, it stays where it is for longer than a screen stands.
  await page.waitForTimeout(11_000)
  assert.equal(await title(), first)
  await page.getByRole('button', { name: '退出', exact: true }).click()
  await board.waitFor({ state: 'detached' })
  step(`全屏自己翻页：${first.split('\n')[0]} → ${turned.split('\n')[0]}；空格暂停，方向键翻回`)
}

/** Makes a link on the settings page and reads it the one time it is shown. */
export async function kioskLink(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/rounds`)
  await told(page)
  const kiosks = page.getByRole('region', { name: '挂图链接' })
  await kiosks.getByLabel('挂在哪里').fill('一楼大厅')
  await kiosks.getByRole('button', { name: '开通链接' }).click()
  const dialog = page.getByRole('dialog')
  const link = await dialog.getByLabel('链接').inputValue()
  await dialog.getByRole('button', { name: '关闭', exact: true }).last().click()
  await kiosks.getByText('还没有连接过').waitFor()
  await page.reload()
  await kiosks.getByText('一楼大厅', { exact: true }).waitFor()
  assert.ok(!(await page.content()).includes(link.split('#')[1]), 'the token is shown once')
  return link
}

async function kiosk(house) {
  const link = await kioskLink(house)
  const context = await house.browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: 'zh-CN' })
  const screen = await context.newPage()
  screen.on('pageerror', (error) => house.faults.push(`kiosk: ${error.message}`))
  await screen.goto(link)
  const board = screen.getByRole('region', { name: '挂图', exact: true })
  await board.waitFor()
  assert.equal(await board.getByRole('button').count(), 0, 'a kiosk leads nowhere')
  await house.shot(screen, 'kiosk')
  step('大屏凭链接直接看，不用登录')
  const port = Number(new URL(house.address).port)
  await house.stop()
  await screen.getByText(/数据截至 .+，连接中断/).waitFor({ timeout: 60_000 })
  assert.match(await board.innerText(), /方面 \d/)
  await house.shot(screen, 'kiosk-broken')
  await house.start(0, port)
  await screen.getByText('连接中断').waitFor({ state: 'detached', timeout: 120_000 })
  await board.waitFor()
  step('服务器停了，最后一屏留着并写明时刻；起来后自己恢复')
  const page = await house.as(office)
  await page.goto(`${house.address}/rounds`)
  await told(page)
  const kiosks = page.getByRole('region', { name: '挂图链接' })
  await kiosks.getByText(/最近连接/).waitFor()
  await kiosks.getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await kiosks.getByText('已停用').waitFor()
  await screen.getByRole('heading', { name: '链接已停用' }).waitFor({ timeout: 60_000 })
  assert.equal(await board.count(), 0, 'the last picture is gone')
  await context.close()
  step('停用链接，大屏写明已停用，最后一屏也没有了')
}

export async function onTheWall(house) {
  await cockpit(house)
  await matrix(house)
  await turning(house)
  await kiosk(house)
}
