// A slip from its draft to its end: begun at a task with everything known filled in, signed by a second officer, answered by the unit on a phone, returned, answered again, accepted; the task waits for it meanwhile.
import assert from 'node:assert/strict'
import { lookedAt } from './eyes.mjs'
import { login } from './house.mjs'
import { office, pdf, second, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const unit = login('甲丑一')
const name = /督办通知单〔\d{4}〕\d+号/

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head, .aboutcheck, .taskhead').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

const looked = (house, page, what) => lookedAt(house, page, `slip-${what}`)

/** A task the unit leads and is at work on. */
async function ofUnit(house) {
  const page = await house.as(unit)
  await at(house, page, '/ledger?state=rectifying')
  await told(page)
  const link = page.locator('tbody a.number').first()
  await link.waitFor()
  return new URL(await link.evaluate((a) => a.href)).pathname
}

/** Opens an act of a slip and leaves its form in sight. */
async function open(page, label) {
  await page.locator('.nextact').getByRole('button', { name: label, exact: true }).click()
  return page.locator('.actform')
}

async function draft(house, task) {
  const page = await house.as(office)
  await at(house, page, task)
  await page.getByRole('link', { name: '发督办单' }).click()
  const form = page.locator('.slipform')
  await form.waitFor()
  const number = (await form.locator('h2 a').innerText()).trim()
  assert.equal(await form.getByLabel('依据').inputValue(), `整改任务 ${number}`)
  assert.notEqual(await form.getByLabel('事项').inputValue(), '')
  assert.notEqual(await form.getByRole('combobox', { name: '发往单位' }).inputValue(), '')
  await form.getByRole('button', { name: '保存' }).click()
  await form.locator('.fault').first().waitFor()
  await form.getByLabel('存在差距').fill('节点滞后，佐证材料不全')
  await form.getByLabel('办理要求').fill('查明原因，补齐材料，书面答复整改情况')
  await looked(house, page, 'draft')
  await form.getByRole('button', { name: '保存' }).click()
  await page.locator('.aboutcheck').waitFor()
  step(`整改办从 ${number} 拟制督办单，编号、单位、事项自动带入`)
  return new URL(page.url()).pathname
}

/** Before it is issued the unit finds nothing, neither in its list nor by the address. */
async function unseen(house, path, known) {
  const page = await house.as(unit)
  await at(house, page, '/slips')
  assert.equal(await page.locator('.sliplines li').count(), known)
  if (known === 0) await looked(house, page, 'none')
  await page.goto(`${house.address}${path}`)
  await page.locator('.empty').waitFor()
}

async function signed(house, path, known = 0) {
  const drafter = await house.as(office)
  await at(house, drafter, path)
  await (await open(drafter, '送签')).getByRole('button', { name: '送签' }).click()
  await drafter.locator('.aboutcheck .state').getByText('签发中').waitFor()
  await unseen(house, path, known)
  const page = await house.as(second)
  await at(house, page, '/signing')
  await told(page)
  await looked(house, page, 'signing')
  await page.locator('.sliplines').getByRole('link', { name: '签发' }).first().click()
  const form = page.locator('.actform')
  await form.waitFor()
  await looked(house, page, 'sign')
  await form.getByRole('button', { name: '签发' }).click()
  await page.locator('.facts').getByText(name).waitFor()
  const number = (await page.locator('.facts b').first().innerText()).trim()
  step(`第二人签发，编号 ${number}；此前单位看不到`)
  return number
}

/** The unit does all of it from its list of things to do, on a phone. */
async function received(house, task, path, number) {
  const desk = await house.as(unit)
  await at(house, desk, `${task}?act=request_closure`)
  await desk.locator('.panel').getByText(`${number}未办结`).waitFor()
  await looked(house, desk, 'blocked')
  const page = await house.as(unit, phone)
  await at(house, page, '/todo')
  await told(page)
  await page.locator('.todo li', { hasText: `签收${number}` }).getByRole('link', { name: '签收' }).click()
  const form = page.locator('.actform')
  await form.waitFor()
  await looked(house, page, 'receive')
  await form.getByRole('button', { name: '签收' }).click()
  await form.getByLabel('办理结果').waitFor()
  await form.getByLabel('办理结果').fill('已查明原因，正在补齐材料')
  await form.getByLabel('添加佐证材料').setInputFiles(pdf)
  await form.getByText(pdf.name).waitFor()
  await looked(house, page, 'answer')
  await form.getByRole('button', { name: '答复' }).click()
  await page.locator('.aboutcheck .state').getByText('待复核').waitFor()
  step(`单位在手机上从待办签收并答复 ${number}，附一份材料；销号被挡住`)
}

async function reviewed(house, task, path, number) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await page.locator('.todo li', { hasText: `复核${number}的答复` }).getByRole('link', { name: '复核' }).click()
  const form = page.locator('.actform')
  await form.getByRole('button', { name: '退回重新办理' }).click()
  await form.locator('.fault').waitFor()
  await form.getByLabel(/复核意见/).fill('没有完成情况清单，请补充')
  await looked(house, page, 'review')
  await form.getByRole('button', { name: '退回重新办理' }).click()
  await page.locator('.aboutcheck .state').getByText('办理中').waitFor()
  const again = await house.as(unit, phone)
  await at(house, again, '/todo')
  await again.locator('.todo li', { hasText: `重新答复${number}` }).getByRole('link', { name: '答复' }).click()
  const reply = again.locator('.actform')
  await reply.getByText('没有完成情况清单').waitFor()
  await reply.getByLabel('办理结果').fill('材料已补齐，完成情况清单附后')
  await reply.getByLabel('添加佐证材料').setInputFiles(pdf)
  await reply.getByText(pdf.name).waitFor()
  await reply.getByRole('button', { name: '答复' }).click()
  await again.locator('.aboutcheck .state').getByText('待复核').waitFor()
  step('整改办退回，单位看到理由后重新答复')
  await at(house, page, path)
  await (await open(page, '复核答复')).getByRole('button', { name: '同意办结' }).click()
  await page.locator('.aboutcheck .state').getByText('已办结').waitFor()
  await looked(house, page, 'settled')
  await page.getByRole('link', { name: '打印' }).click()
  await page.locator('.paper .qr').waitFor()
  await page.locator('.paper').getByText('材料已补齐').waitFor()
  await looked(house, page, 'paper')
  await at(house, page, task)
  await page.locator('.history').getByText(`${number}办结`).waitFor()
  await page.locator('.taskslips').getByText(number).waitFor()
  const desk = await house.as(unit)
  await at(house, desk, `${task}?act=request_closure`)
  await desk.locator('.panel').waitFor()
  assert.equal(await desk.locator('.panel').getByText(`${number}未办结`).count(), 0)
  step(`${number} 复核办结，不再挡住销号，任务经过里有记载`)
}

/** The whole way of one slip; a second one is left unanswered, and its address handed on. */
export async function slipsOfTasks(house) {
  const task = await ofUnit(house)
  const path = await draft(house, task)
  const number = await signed(house, path)
  await received(house, task, path, number)
  await reviewed(house, task, path, number)
  const late = await draft(house, task)
  await signed(house, late, 1)
  return late
}

/** Days later, what was not answered is proposed for the next level, and the office takes it up. */
export async function raisedWhenOverdue(house, path) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await page.locator('.todo li', { hasText: /逾期未办结，提请升级为催办单/ }).first().waitFor()
  await at(house, page, '/slips')
  await page.locator('.sliplines li').first().getByText('逾期', { exact: true }).waitFor()
  await looked(house, page, 'list')
  await at(house, page, path)
  await page.locator('.actline').getByRole('button', { name: '升级为催办单' }).click()
  await page.locator('.actform').getByRole('button', { name: '升级为催办单' }).click()
  await page.locator('.facts b').getByText('催办单', { exact: true }).waitFor()
  await page.locator('.slipwords').getByText(/应于.*前答复/).waitFor()
  await looked(house, page, 'raised')
  step('逾期的督办通知单由系统提请、整改办一键拟制催办单，内容全部带入')
}
