// Who somebody is: a leader begins a second factor because the house asks for one and comes in with its code; a list is taken away only after a
// fresh proof; who lost his device is let in again.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { login } from './house.mjs'
import { office, step, told } from './steps.mjs'

const leader = login('丁卯清')
const phone = { width: 390, height: 844 }

/** The code of a secret as it is shown, some steps of 30 s from now. */
function code(secret, away = 0) {
  const bits = [...secret.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + away))
  const made = createHmac('sha1', key).update(counter).digest()
  const n = made.readUInt32BE(made[19] & 15) & 0x7fffffff
  return String(n % 1_000_000).padStart(6, '0')
}

/** A page of its own at the door, the password given. */
async function atTheDoor(house, who, size) {
  const context = await house.browser.newContext({ viewport: size, locale: 'zh-CN' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(house.address)
  await page.getByLabel('账号').fill(who)
  await page.getByLabel('密码').fill(house.password)
  await page.getByRole('button', { name: '登录' }).click()
  return page
}

/** Answers the proof that is asked for over the page; it may never be asked for. */
async function proved(house, page) {
  const dialog = page.getByRole('dialog', { name: '验证身份' })
  try {
    await dialog.waitFor()
  } catch {
    return
  }
  await dialog.getByLabel('密码').fill(house.password)
  await dialog.getByRole('button', { name: '验证并继续' }).click()
}

/** Sets the rules of the house as the security administrator. */
async function ask(house, { holder, minutes }) {
  const page = await house.as('secadmin')
  await page.goto(`${house.address}/organisation?part=identity`)
  await page.getByLabel(holder, { exact: true }).click()
  await page.getByLabel('签批、公示、导出前').fill(minutes)
  await page.getByRole('button', { name: '保存', exact: true }).click()
  const saved = page.getByText('没有改动')
  await Promise.race([proved(house, page), saved.waitFor()])
  await saved.waitFor()
  return page
}

export async function identified(house) {
  const keeper = await ask(house, { holder: '领导', minutes: '1' })
  await house.shot(keeper, 'identity-rules')

  let page = await atTheDoor(house, leader, phone)
  await page.getByText('您的岗位须启用动态口令').waitFor()
  assert.equal(await page.getByRole('navigation', { name: '主导航' }).count(), 0, 'nothing else is open')
  await page.getByRole('button', { name: '启用动态口令' }).click()
  const secret = await page.locator('.secret').innerText()
  await house.shot(page, 'enrol-phone')
  await page.getByLabel('应用上的 6 位口令').fill('000000')
  await page.getByRole('button', { name: '确认启用' }).click()
  await page.locator('.fault').getByText('动态口令不正确').waitFor()
  await page.getByLabel('应用上的 6 位口令').fill(code(secret))
  await page.getByRole('button', { name: '确认启用' }).click()
  await page.locator('.recovery').waitFor()
  const codes = await page.locator('.recovery li').allInnerTexts()
  assert.equal(codes.length, 10)
  await house.shot(page, 'recovery-phone')
  await page.getByLabel('已保存恢复码').check()
  await page.getByRole('button', { name: '完成' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await page.context().close()
  step('岗位要求动态口令：登录后先启用，再进入')

  page = await atTheDoor(house, leader, { width: 1440, height: 900 })
  await page.getByText('密码正确，请再输入').waitFor()
  await house.shot(page, 'login-code')
  await page.getByLabel('动态口令').fill(code(secret, 1))
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await page.goto(`${house.address}/own`)
  await page.getByText('恢复码还剩 10 个').waitFor()
  await house.shot(page, 'own-factor')
  await page.context().close()
  step('再次登录：密码之后输入口令')

  // Logged in for more than the minute the house now allows.
  const taker = await house.as(office)
  await taker.goto(`${house.address}/ledger?light=red`)
  await told(taker)
  await taker.getByRole('button', { name: '导出', exact: true }).click()
  const dialog = taker.getByRole('dialog', { name: '验证身份' })
  const download = taker.waitForEvent('download')
  await taker.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click()
  await dialog.getByLabel('密码').fill('不是这个密码')
  await dialog.getByRole('button', { name: '验证并继续' }).click()
  await dialog.locator('.fault').getByText('密码不正确').waitFor()
  await house.shot(taker, 'proof')
  await dialog.getByLabel('密码').fill(house.password)
  await dialog.getByRole('button', { name: '验证并继续' }).click()
  assert.match((await download).suggestedFilename(), /\.xlsx$/)
  await taker.keyboard.press('Escape')
  step('导出前再次验证身份，验证后自动继续')

  await keeper.getByRole('button', { name: '账号', exact: true }).click()
  await keeper.getByLabel('查找账号').fill(leader)
  await keeper.getByRole('button', { name: '解除动态口令' }).click()
  await keeper.getByLabel('理由').fill('手机遗失，本人到场申请')
  await keeper.getByRole('dialog').getByRole('button', { name: '解除', exact: true }).click()
  const gone = keeper.getByRole('button', { name: '解除动态口令' })
  await Promise.race([proved(house, keeper), gone.waitFor({ state: 'detached' })])
  await gone.waitFor({ state: 'detached' })
  await ask(house, { holder: '领导', minutes: '15' })
  step('丢了手机的由安全管理员解除，规则恢复原样')
}
