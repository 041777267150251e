// The four personal duties: a head enters his own in seconds on a phone, his unit enters for him and he confirms, what the system knows is taken over, and who has done none is seen. Alone: node tests/journeys/duties.mjs
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { lookedAt } from './eyes.mjs'
import { House, login } from './house.mjs'
import { counted, inDays, office, open, send, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const principal = login('甲子安')
const number = 'T06'
/** Head and deputy of the unit that leads it, and of one that leads other tasks. */
const [head, deputy] = [login('壬巳一'), login('乙子五')]
const name = '壬巳一'
const other = login('甲丑一')

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

const looked = (house, page, what) => lookedAt(house, page, `duties-${what}`)

/** The row of a head in the register. */
const row = (page, who = name) => page.locator('.dutygrid tbody > tr', { has: page.getByRole('rowheader', { name: new RegExp(who) }) }).first()

async function marked(house) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, `/ledger?text=${number}&group=none`)
  const link = page.locator('a.number', { hasText: number }).first()
  await link.waitFor()
  const address = `${house.address}${await link.getAttribute('href')}`
  const panel = await open(page, address, 'mark_key')
  await panel.getByRole('button', { name: '标为关键问题' }).click()
  await panel.locator('.fault').waitFor()
  await panel.getByLabel('依据').fill('领导组第2次会议确定')
  await send(page, panel, '标为关键问题')
  await page.locator('.taskhead').getByText('关键问题', { exact: true }).waitFor()
  await at(house, page, '/ledger?group=none')
  await page.getByRole('button', { name: '关键问题', exact: true }).click()
  await page.waitForURL(/[?&]key=/)
  // The rows of before are gone once every one that is left bears the mark.
  await page.waitForFunction(() => {
    const [rows, marks] = ['.ledger a.number', '.ledger .tag.key'].map((what) => document.querySelectorAll(what).length)
    return rows > 0 && rows === marks
  })
  await house.shot(page, 'duties-ledger-key')
  step(`整改办把 ${number} 标为关键问题，台账能按关键问题筛选`)
}

async function nobodyYet(house) {
  const page = await house.as(principal)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, '/duties')
  const first = page.locator('.dutygrid tbody > tr').first()
  await first.getByText('没有记录').waitFor()
  assert.match(await first.innerText(), new RegExp(name), 'who has a key problem stands first')
  await looked(house, page, 'none')
  step('主要负责人看到：负责关键问题的正职排在前面，没有记录的一眼可见')
}

async function inTenSeconds(house) {
  const page = await house.as(head, phone)
  await at(house, page, '/todo')
  await told(page)
  await page.getByRole('link', { name: '记四个亲自' }).waitFor()
  await looked(house, page, 'todo-phone')
  const words = '到现场核对资产盘点'
  const began = Date.now()
  let taps = 0
  const tap = async (what) => { taps += 1; await what.click() }
  await tap(page.getByRole('link', { name: '记四个亲自' }))
  await tap(page.getByRole('radio', { name: '亲自检查保证落实' }))
  // The field has the keyboard already; a person types about three characters a second with an input method.
  await page.keyboard.type(words, { delay: 300 })
  await tap(page.locator('.dutychoices button', { hasText: number }))
  await tap(page.getByRole('button', { name: '记入' }))
  await page.waitForURL(/\/duties$/)
  const took = Date.now() - began
  assert.ok(took < 10_000, `${took} ms`)
  await row(page).getByRole('button', { name: /亲自检查保证落实 1/ }).waitFor()
  console.log(`     measured: ${taps} taps, ${words.length} characters at 300 ms each, ${(took / 1000).toFixed(1)} s from the list to the register`)
  await looked(house, page, 'register-phone')
  await row(page).getByRole('button', { name: /亲自检查保证落实 1/ }).click()
  await page.locator('.behind').getByText(words).waitFor()
  await looked(house, page, 'acts-phone')
  step('正职在手机上十秒内从待办记一条')
}

async function refusals(house) {
  const page = await house.as(head, phone)
  await at(house, page, '/duties/new')
  await page.getByRole('button', { name: '记入' }).click()
  await page.getByText('请选一件').waitFor()
  await page.getByRole('radio', { name: '亲自部署挂图作战' }).click()
  await page.getByLabel('做了什么').fill('召开部署会')
  await page.getByLabel('哪一天').fill(inDays(3))
  await page.getByRole('button', { name: '记入' }).click()
  await page.getByText('不能晚于今天').waitFor()
  await looked(house, page, 'form-phone')
  // What was typed is kept, and taken away again here.
  await page.getByLabel('做了什么').fill('')
  const desk = await house.as(head)
  await at(house, desk, '/duties/new')
  await desk.getByRole('radio').first().waitFor()
  await looked(house, desk, 'form')
  step('没有选、没有写、日期在后的都说明原因')
}

async function forHim(house, text) {
  const page = await house.as(deputy)
  await at(house, page, '/todo')
  await told(page)
  assert.equal(await page.getByRole('link', { name: '记四个亲自' }).count(), 0)
  await at(house, page, '/duties')
  await page.getByRole('link', { name: '代填一条' }).click()
  await page.getByRole('radio', { name: '亲自把关协调督促' }).click()
  await page.getByLabel('做了什么').fill(text)
  await page.getByRole('button', { name: '提交本人确认' }).click()
  await page.waitForURL(/\/duties$/)
  await row(page).getByText(/待确认 \d/).first().waitFor()
  return page
}

async function confirmed(house) {
  const desk = await forHim(house, '协调财务部核对账目')
  await looked(house, desk, 'unconfirmed')
  const page = await house.as(head, phone)
  await at(house, page, '/todo')
  await page.locator('.todo li', { hasText: '确认代填的“四个亲自” 1 条' }).getByRole('link', { name: '去确认' }).click()
  const waiting = page.getByRole('region', { name: '等您确认' })
  await waiting.getByText('协调财务部核对账目').waitFor()
  await looked(house, page, 'confirm-phone')
  await waiting.getByRole('button', { name: '确认' }).click()
  await waiting.waitFor({ state: 'detached' })
  await row(page).getByRole('button', { name: /亲自把关协调督促 1/ }).waitFor()
  step('单位代填，本人在手机上确认后才计入')

  await forHim(house, '听取进展汇报')
  await at(house, page, '/duties')
  await waiting.getByRole('button', { name: '不认可' }).click()
  const form = waiting.getByRole('form', { name: '不认可' })
  await form.getByRole('button', { name: '不认可' }).click()
  await form.locator('.fault').waitFor()
  await form.getByLabel('不认可的理由').fill('当日出差，不是本人办的')
  await form.getByRole('button', { name: '不认可' }).click()
  await waiting.waitFor({ state: 'detached' })
  await at(house, desk, '/duties')
  await row(desk).getByRole('button', { name: /亲自把关协调督促 1/ }).click()
  await desk.locator('.behind').getByText('当日出差，不是本人办的').waitFor()
  await looked(house, desk, 'refused')
  await at(house, desk, '/notices')
  await desk.locator('#content').getByText('本人没有认可').first().waitFor()
  step('本人不认可并写明理由，代填人收到消息')
}

async function taken(house) {
  const page = await house.as(head)
  await at(house, page, '/duties')
  const known = page.getByRole('region', { name: '系统里已有的记录' })
  await known.waitFor()
  const before = await known.locator('li').count()
  assert.ok(before > 0)
  await looked(house, page, 'suggested')
  const line = known.locator('li', { hasText: '签报单位整改方案' }).first()
  await line.getByRole('button', { name: '采用' }).click()
  await page.waitForFunction(([n]) => document.querySelectorAll('section[aria-label="系统里已有的记录"] li').length === n - 1, [before])
  await page.getByLabel('时段').selectOption({ label: '整个轮次' })
  await page.waitForURL(/month=/)
  const count = row(page).getByRole('button', { name: /亲自研究制定措施 1/ })
  await count.click()
  const act = page.locator('.behind li', { hasText: '采用系统记录：签报单位整改方案' })
  await act.waitFor()
  await act.getByRole('button', { name: '撤回' }).click()
  await act.getByLabel('撤回的理由').fill('改由代签')
  await act.getByRole('form').getByRole('button', { name: '撤回' }).click()
  await page.locator('.behind').getByText('已撤回').waitFor()
  await looked(house, page, 'withdrawn')
  step('系统已有的记录一键采用，撤回留下理由')
}

async function seen(house) {
  const page = await house.as(principal)
  await at(house, page, '/duties')
  await row(page).getByRole('button', { name: /亲自检查保证落实 1/ }).click()
  await page.locator('.behind').getByText('到现场核对资产盘点').waitFor()
  await looked(house, page, 'register')
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByLabel('时段').isVisible(), false)
  await house.shot(page, 'duties-print')
  await page.emulateMedia({ media: 'screen' })
  const stranger = await house.as(other)
  await at(house, stranger, '/todo')
  await told(stranger)
  await at(house, stranger, '/duties')
  assert.equal(await row(stranger).count(), 0, 'another unit sees its own alone')
  await looked(house, stranger, 'other')
  step('主要负责人看登记表、点数字看每一条，可打印；别的单位看不到')
}

export async function personally(house) {
  await marked(house)
  await nobodyYet(house)
  await inTenSeconds(house)
  await refusals(house)
  await confirmed(house)
  await taken(house)
  await seen(house)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await House.open()
  try {
    await personally(house)
    assert.deepEqual(house.faults, [])
    console.log(`${counted()} steps, no fault`)
  } finally {
    await house.close()
  }
}
