// The ledger in place of the spreadsheet: ordered, put together, its columns chosen, kept as a view; and the three lists, written in cell by cell.
import assert from 'node:assert/strict'
import { chooseRound, office, second, step } from './steps.mjs'

const tasks = (page) => page.locator('.ledger tr.task')
/** Until the rows are those that were asked for last. */
async function settled(page) {
  await page.locator('.ledgerbox:not(.stale)').waitFor()
  await page.waitForFunction(() => !document.querySelector('.ledger tr.wait'))
}

/** 9月18日 and 2027年1月5日 as a number that grows with time. */
function asNumber(text) {
  const [, y, m, d] = text.match(/(?:(\d+)年)?(\d+)月(\d+)日/)
  return Number(y ?? new Date().getFullYear()) * 10_000 + Number(m) * 100 + Number(d)
}

async function ordered(page) {
  await page.getByRole('button', { name: '完成时限' }).click()
  await page.waitForURL(/sort=due/)
  await page.locator('.ledger tr.group').first().waitFor({ state: 'detached' })
  await settled(page)
  const days = (await page.locator('.ledger td.due .on').allInnerTexts()).map(asNumber)
  assert.ok(days.length > 20)
  assert.deepEqual(days, [...days].sort((a, b) => a - b))
  await page.getByRole('button', { name: '完成时限' }).click()
  await page.waitForURL(/sort=-due/)
  await settled(page)
  const back = (await page.locator('.ledger td.due .on').allInnerTexts()).map(asNumber)
  assert.deepEqual(back, [...back].sort((a, b) => b - a))
  await page.getByRole('button', { name: '完成时限' }).click()
  await page.waitForURL((url) => !url.search.includes('sort'))
  step('按完成时限升序、降序、还原，次序由服务器给')
}

async function grouped(page) {
  await page.getByLabel('分组').selectOption({ label: '牵头单位' })
  await page.waitForURL(/group=lead/)
  await settled(page)
  const groups = await page.locator('.ledger tr.group').allInnerTexts()
  const sum = groups.reduce((n, text) => n + Number(text.match(/任务 (\d+)/)[1]), 0)
  assert.equal(sum, Number(await page.locator('.chain button b').first().innerText()), 'subtotals come to the whole')
  await page.getByRole('button', { name: '全部收起' }).click()
  await tasks(page).first().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '全部展开' }).click()
  await tasks(page).nth(sum - 1).waitFor()
  assert.equal(await tasks(page).count(), sum)
  step(`按牵头单位分组：${groups.length} 组，小计合起来是 ${sum}`)
}

async function columnsChosen(page) {
  const menu = page.locator('.colmenu')
  await menu.locator('summary').click()
  await menu.getByRole('checkbox', { name: '最近变动' }).check()
  await menu.getByRole('checkbox', { name: '类型' }).uncheck()
  await menu.getByRole('button', { name: '最近变动左移' }).click()
  await page.keyboard.press('Escape')
  const heads = () => page.locator('.ledger th').allInnerTexts()
  const grip = await page.getByRole('separator', { name: '牵头单位列宽' }).boundingBox()
  await page.mouse.move(grip.x + 4, grip.y + 8)
  await page.mouse.down()
  await page.mouse.move(grip.x + 64, grip.y + 8, { steps: 4 })
  await page.mouse.up()
  await page.waitForResponse((r) => r.url().includes('/drafts/ledger-columns') && r.request().method() === 'PUT')
  const wide = await page.getByRole('separator', { name: '牵头单位列宽' }).getAttribute('aria-valuenow')
  assert.equal(Number(wide), 180)
  await page.reload()
  await page.locator('.ledger th', { hasText: '最近变动' }).waitFor()
  const now = (await heads()).map((h) => h.trim())
  assert.ok(!now.includes('类型'))
  assert.ok(now.findIndex((h) => h.startsWith('最近变动')) < now.findIndex((h) => h.startsWith('灯与原因')))
  assert.equal(await page.getByRole('separator', { name: '牵头单位列宽' }).getAttribute('aria-valuenow'), wide)
  step('选列、移列、拉宽，换一次页面还在')
}

async function viewKept(house, page) {
  await page.locator('.several summary', { hasText: '状态' }).click()
  await page.locator('.several[open]').getByLabel('待下发').check()
  await page.locator('.several[open]').getByLabel('待认领').check()
  await page.waitForURL(/state=draft%2Cissued|state=draft,issued/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '存为视图' }).click()
  const dialog = page.getByRole('dialog', { name: '存为视图' })
  await dialog.getByLabel('名称').fill('待下发待认领')
  await dialog.getByLabel(/共享给本轮所有人/).check()
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '待下发待认领' }).first().waitFor()
  await page.waitForURL(/view=/)
  await house.shot(page, 'table-view')
  const other = await house.as(second)
  await other.goto(`${house.address}/ledger`)
  await chooseRound(other)
  await other.getByRole('button', { name: '待下发待认领' }).click()
  await other.waitForURL(/group=lead/)
  await settled(other)
  assert.equal(await tasks(other).count(), await tasks(page).count(), 'the same rows for whoever opens it')
  step('两种状态一起筛，存为共享视图，另一人打开是同样的行')
}

async function byKeys(page) {
  await page.getByRole('button', { name: /^全部 / }).click()
  await page.getByLabel('分组').selectOption({ label: '不分组' })
  await settled(page)
  const picks = page.locator('.ledger td.pick input')
  await picks.nth(1).click()
  await picks.nth(4).click({ modifiers: ['Shift'] })
  await page.getByText('已选 4 项').waitFor()
  await page.getByRole('button', { name: '取消选择' }).click()
  await page.getByRole('region', { name: '任务列表' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.getByText('已选 1 项').waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.peek').getByRole('link', { name: '打开任务' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.peek').waitFor({ state: 'detached' })
  await page.keyboard.press('x')
  step('Shift 连选 4 项；方向键移动、x 选、回车速览、Esc 收起')
  const all = await page.locator('.chain button b').first().innerText()
  await picks.nth(1).click()
  await page.getByRole('button', { name: `选取符合条件的全部 ${all} 项` }).click()
  await page.getByText(`已选 ${all} 项`).waitFor()
  assert.ok(await page.getByLabel('全选已读出的').isChecked())
  await picks.nth(0).click()
  await page.getByText(`已选 ${Number(all) - 1} 项`).waitFor()
  await page.getByRole('button', { name: '取消选择' }).click()
  step(`按条件选取全部 ${all} 项，再去掉一项`)
}

/** A day is typed as people write it, or taken from the month. */
async function daysTyped(page) {
  const field = page.getByLabel('时限自')
  await field.fill('2027年3月1日')
  await field.press('Enter')
  await page.waitForURL(/due_from=2027-03-01/)
  assert.equal(await field.inputValue(), '2027-03-01')
  await field.press('Alt+ArrowDown')
  const month = page.getByRole('dialog', { name: '选日期' })
  await month.getByText('2027年3月').waitFor()
  assert.ok(await month.getByRole('button', { name: /^2027-03-06/ }).evaluate((day) => day.className.includes('off')), 'a Saturday is marked')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await month.waitFor({ state: 'detached' })
  await page.waitForURL(/due_from=2027-03-09/)
  assert.ok(await field.evaluate((f) => f === document.activeElement), 'back in the field')
  await field.fill('三月底')
  await field.press('Enter')
  await page.getByText('请写成 2026-05-01 或 5月1日').waitFor()
  await page.waitForURL((url) => !url.search.includes('due_from'))
  await field.fill('')
  step('时限自由输入“2027年3月1日”，用月历换一天，不成日期的当场指出')
}

export async function tableKept(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/ledger`)
  await chooseRound(page)
  await settled(page)
  await ordered(page)
  await grouped(page)
  await columnsChosen(page)
  await viewKept(house, page)
  await byKeys(page)
  await daysTyped(page)
}

/** The cell of a task in a column. */
const cell = (page, number, column) => page.locator(`.list td[aria-label^="${number} ${column}，"], .list td[aria-label^="${number} ${column}："]`).first()

async function write(page, number, column, text) {
  await cell(page, number, column).click()
  await page.keyboard.press('Enter')
  const field = page.locator('.list textarea')
  await field.fill(text)
  await field.press('Enter')
  await field.waitFor({ state: 'detached' })
}

async function paste(page, text) {
  await page.locator('.list td.here').evaluate((at, copied) => {
    const held = new DataTransfer()
    held.setData('text/plain', copied)
    at.dispatchEvent(new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true }))
  }, text)
}

export async function listsWritten(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/ledger`)
  await page.getByRole('navigation', { name: '台账与清单' }).getByRole('link', { name: '整改清单' }).click()
  await page.getByRole('heading', { name: '整改清单' }).waitFor()
  await page.getByLabel('编号或词语').fill('T2')
  await page.waitForURL(/text=T2/)
  await cell(page, 'T20', '整改措施').waitFor()
  await write(page, 'T20', '整改目标', '底数清、责任明')
  await cell(page, 'T20', '整改措施').click()
  await paste(page, '逐项核对并建立清单\t2027/3/31\r\n')
  await page.getByText('改了 3 格，涉及 1 项任务').waitFor()
  // What is not sent is there again after the page was closed.
  await page.getByText('草稿已存').waitFor()
  await page.reload()
  await page.getByText('改了 3 格，涉及 1 项任务').waitFor()
  await page.getByRole('button', { name: '核对改动' }).click()
  const check = page.getByRole('region', { name: '核对改动' })
  await check.locator('ins', { hasText: '逐项核对并建立清单' }).waitFor()
  assert.equal(await check.locator('.difference tbody tr').count(), 3)
  await house.shot(page, 'lists-difference')
  await check.getByRole('button', { name: '保存 1 项任务的改动' }).click()
  await page.getByText('已保存 1 项任务的改动').last().waitFor()
  await page.reload()
  assert.match(await cell(page, 'T20', '整改目标').innerText(), /底数清、责任明/)
  step('整改清单上改一格、从 Excel 粘贴两格，刷新不丢，核对后保存')

  await page.goto(`${house.address}/lists?list=responsibility&text=T2`)
  const other = await house.as(second)
  await other.goto(`${house.address}/lists?list=findings&text=T2`)
  await chooseRound(other)
  await write(page, 'T21', '责任人', '查无此人')
  await page.getByRole('button', { name: '核对改动' }).click()
  await check.getByText('没有“查无此人”这个人').waitFor()
  assert.ok(await check.getByRole('button', { name: /保存/ }).isDisabled())
  await check.getByRole('button', { name: '返回继续改' }).click()
  await page.getByRole('button', { name: '全部放弃' }).click()

  await page.goto(`${house.address}/lists?list=findings&text=T2`)
  await write(page, 'T21', '具体问题', '第一人改的说法')
  await write(other, 'T21', '具体问题', '第二人改的说法')
  await other.getByRole('button', { name: '核对改动' }).click()
  await other.getByRole('button', { name: '保存 1 项任务的改动' }).click()
  await other.getByText('已保存 1 项任务的改动').last().waitFor()
  await page.getByRole('button', { name: '核对改动' }).click()
  const clash = check.locator('.clash')
  await clash.getByText('第二人改的说法').waitFor()
  await house.shot(page, 'lists-clash')
  await clash.getByRole('button', { name: '用他人的' }).click()
  await clash.waitFor({ state: 'detached' })
  await page.getByText('尚未保存').waitFor({ state: 'detached' })
  step('写了查无此人当场指出；两人同改一格，后来的见到两个说法，自己选定')
}
