// What changes while one looks, and the pages one looks at: the overview and its doors, the search, the calendar, the notices.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { office, open, step, told } from './steps.mjs'

/** Everything the page says, once nothing is being read. */
async function settled(page) {
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

/** A task issued by the office is on its unit's list, and counted at the bell, without anybody's touching the page. */
export async function bySelf(house) {
  const desk = await house.as(office)
  await desk.goto(`${house.address}/ledger`)
  await told(desk)
  await desk.goto(`${house.address}/ledger?state=draft`)
  await settled(desk)
  const row = desk.locator('.ledger tbody tr:not(.group)').first()
  const number = (await row.locator('.number').first().innerText()).trim()
  const task = await row.getByRole('link').first().evaluate((a) => a.href)
  await desk.goto(task)
  await desk.locator('.taskhead').waitFor()
  const person = await desk.evaluate(async (address) => {
    const renewed = await fetch('/api/v1/sessions/refresh', { method: 'POST' }).then((r) => r.json())
    const view = await fetch(`/api/v1${new URL(address).pathname}`, { headers: { authorization: `Bearer ${renewed.access_token}` } }).then((r) => r.json())
    return view.persons[0].name
  }, task)
  const page = await house.as(login(person))
  await page.goto(`${house.address}/todo`)
  await told(page)
  await settled(page)
  assert.equal(await page.locator('.todo .line', { hasText: number }).count(), 0, `${number} is not there yet`)
  const before = Number((await page.locator('.notices > summary em').innerText().catch(() => '0')) || '0')
  let loads = 0
  page.on('load', () => { loads += 1 })
  await page.evaluate(() => { window.untouched = true })

  const panel = await open(desk, task, 'issue')
  await panel.getByRole('button', { name: /下发/ }).click()
  await panel.waitFor({ state: 'detached' })
  const began = Date.now()
  const line = page.locator('.todo .line', { hasText: number })
  await line.getByRole('button', { name: '认领' }).waitFor()
  await page.waitForFunction((n) => Number(document.querySelector('.notices > summary em')?.textContent ?? '0') > n, before)
  assert.equal(loads, 0, 'the page was not loaded again')
  assert.equal(await page.evaluate(() => window.untouched), true)
  await house.shot(page, 'live')
  step(`${number} 下发后 ${((Date.now() - began) / 1000).toFixed(1)} 秒出现在 ${person} 的待办，铃上计数加一，页面没有重载`)
  return number
}

/** Each figure opens a list whose chain says the same number. */
export async function doorsOfOverview(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/overview`)
  await told(page)
  await settled(page)
  await page.locator('.chart svg').first().waitFor()
  await house.shot(page, 'overview')
  const tables = page.locator('details.figures')
  for (let i = 0; i < (await tables.count()); i += 1) await tables.nth(i).locator('summary').click()
  const doors = await page.locator('.overview a[href^="/ledger"]').evaluateAll((links) => links.map((a) => ({ href: a.getAttribute('href'), text: a.textContent })))
  const figures = doors.flatMap(({ href, text }) => {
    const n = /^\D*(\d+)\D*$/.exec(text)?.[1]
    return n && !/^(方面|问题|措施)/.test(text) && !/个$/.test(text) ? [{ href, n: Number(n) }] : []
  })
  assert.ok(figures.length > 40, `${figures.length} figures`)
  // Every kind of door once, by the names of what it narrows to.
  const kinds = new Map(figures.map((f) => [[...new URL(f.href, house.address).searchParams.keys()].sort().join(), f]))
  for (const { href, n } of kinds.values()) {
    await page.goto(`${house.address}${href}`)
    await settled(page)
    await page.waitForFunction((want) => [...document.querySelectorAll('.chain.card button, .chain.card a, .chain.card span')].some((e) => e.textContent.trim() === `任务 ${want}`), n)
  }
  step(`总览 ${figures.length} 个数字，${kinds.size} 种门，打开的行数与数字相同`)

  await page.goto(`${house.address}/overview`)
  await settled(page)
  const bar = page.locator('.bars').first().locator('[ecmeta_data_index]').first()
  await bar.scrollIntoViewIfNeeded()
  await bar.click()
  await page.waitForURL(/\/ledger\?.*lead=/)
  await settled(page)
  step('点图上的一段，打开那些行')
}

export async function foundByKeyboard(house, number) {
  const page = await house.as(office)
  await page.goto(`${house.address}/calendar`)
  await settled(page)
  await page.keyboard.press('Control+k')
  const dialog = page.getByRole('dialog', { name: '搜索' })
  await dialog.waitFor()
  await page.keyboard.type(number)
  await dialog.getByRole('option', { name: new RegExp(number) }).first().waitFor()
  await house.shot(page, 'search')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/tasks\//)
  await page.locator('.taskhead').getByText(number).first().waitFor()
  await page.keyboard.press('Control+k')
  await dialog.getByRole('option', { name: number }).first().waitFor()
  await page.keyboard.type('组织')
  await dialog.getByRole('group', { name: '单位' }).getByRole('option').first().waitFor()
  await page.keyboard.type('没有这样的')
  await dialog.getByText('没有找到').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+k')
  await page.keyboard.type('总览')
  await dialog.getByRole('group', { name: '页面' }).getByRole('option', { name: '总览' }).waitFor()
  for (let i = 0; i < 30 && (await dialog.locator('[aria-selected="true"]').innerText()) !== '总览'; i += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/overview/)
  step(`Ctrl K：编号 ${number}、两个字的单位、页面都找得到，最近搜过的在，全程用键盘`)
}

export async function days(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/calendar?all=1`)
  await told(page)
  await settled(page)
  await page.locator('.monthpage td').first().waitFor()
  await house.shot(page, 'calendar')
  await page.getByRole('button', { name: '清单' }).click()
  await page.locator('.daylist').waitFor()
  const door = page.locator('.daylist a[href^="/ledger"]').first()
  if (await door.count()) {
    const n = Number(/(\d+)/.exec(await door.innerText())[1])
    await door.click()
    await page.waitForFunction((want) => [...document.querySelectorAll('.chain.card *')].some((e) => e.textContent.trim() === `任务 ${want}`), n)
    await page.goBack()
  }
  await page.locator('.daylist a[href^="/tasks/"]').first().click()
  await page.locator('.taskhead').waitFor()
  step('日历：月历和清单，每一项打开它的任务')
}

export async function notices(house) {
  const page = await house.as(login('甲丑一'))
  await page.goto(`${house.address}/notices?all=1`)
  await settled(page)
  await page.locator('.told li').first().waitFor()
  await house.shot(page, 'notices')
  await page.getByRole('button', { name: '未读' }).click()
  const mark = page.getByRole('button', { name: '标为已读', exact: true })
  if (await mark.count()) {
    const n = await mark.count()
    await mark.first().click()
    await page.waitForFunction((was) => document.querySelectorAll('.told .new').length < was, n)
  }
  await page.getByRole('button', { name: '全部', exact: true }).click()
  await page.locator('.told a[href^="/tasks/"]').first().click()
  await page.locator('.taskhead').waitFor()
  step('通知：未读在前，逐条标已读，每条打开它的任务')
}
