// Those who keep accounts: somebody new is entered, gets an account and a role, and comes in; a leader who is away is stood in for.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { inDays, pick, step } from './steps.mjs'

/** A person who came to a unit since the tables were made, with an account, a role and a password of his own: his login and password. */
export async function newcomer(house, { code, name, unit, post, role }) {
  const table = `person_id,name,unit_id,title,role,is_head,is_principal\n${code},${name},${unit},${post},,,\n`
  const maker = await house.as('sysadmin')
  await maker.goto(`${house.address}/organisation?part=people`)
  await maker.locator('input[type=file]').setInputFiles({ name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
  await maker.getByRole('button', { name: '预览' }).click()
  await maker.getByText('将新增 1，更新 0，未变 0').waitFor()
  await maker.getByRole('button', { name: '导入', exact: true }).click()
  await maker.getByText('已新增 1').waitFor()
  await maker.getByRole('button', { name: '账号', exact: true }).click()
  await maker.getByRole('button', { name: '建账号' }).click()
  let dialog = maker.getByRole('dialog', { name: '建账号' })
  await dialog.getByRole('button', { name: '建立' }).click()
  await dialog.locator('.fault').getByText('请填写').waitFor()
  await pick(dialog, '人员', name)
  await dialog.getByLabel('账号').fill(code.toLowerCase())
  await dialog.getByRole('button', { name: '建立' }).click()
  dialog = maker.getByRole('dialog', { name: '一次性密码' })
  const once = (await dialog.locator('.secret').innerText()).trim()
  await house.shot(maker, `account-${code.toLowerCase()}`)
  await dialog.getByRole('button', { name: '关闭' }).click()

  const keeper = await house.as('secadmin')
  await keeper.goto(`${house.address}/organisation`)
  await keeper.getByLabel('查找账号').fill(code.toLowerCase())
  const row = keeper.getByRole('row', { name: new RegExp(name) })
  await row.getByLabel('的角色').selectOption({ label: role })
  await row.getByRole('button', { name: '授权' }).click()
  await row.getByRole('cell', { name: '启用', exact: true }).waitFor()
  return { login: code.toLowerCase(), once, password: await ownPassword(house, code.toLowerCase(), once) }
}

/** The first thing somebody new does: a password that nobody gave him. */
async function ownPassword(house, who, once) {
  const password = 'Shan-7-Qing-2-Hai'
  const context = await house.browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(house.address)
  await page.getByLabel('账号').fill(who)
  await page.getByLabel('密码').fill(once)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByText('首次登录，请先修改密码').waitFor()
  await house.shot(page, 'first-password')
  await page.getByLabel('现密码').fill(once)
  await page.getByLabel('新密码').fill(password)
  await page.getByLabel('再输一遍').fill(`${password}.`)
  await page.getByRole('button', { name: '修改密码' }).click()
  await page.locator('.fault').getByText('两次输入不一致').waitFor()
  await page.getByLabel('再输一遍').fill(password)
  await page.getByRole('button', { name: '修改密码' }).click()
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await context.close()
  return password
}

export async function newAccount(house) {
  const somebody = await newcomer(house, { code: 'P099', name: '甲辰新', unit: 'U106', post: '会计', role: '单位' })
  const page = await house.as(somebody.login, undefined, somebody.password)
  await page.getByRole('heading', { name: '我的待办' }).waitFor()
  const own = await page.locator('.rail h2', { hasText: '本单位任务' }).innerText()
  assert.match(own, /[1-9]/, 'the tasks of his unit are his from the first day')
  await house.shot(page, 'newcomer')
  const keeper = await house.as('secadmin')
  assert.equal(await keeper.getByRole('button', { name: '建账号' }).count(), 0, 'who gives roles makes no accounts')
  const maker = await house.as('sysadmin')
  assert.equal(await maker.getByRole('button', { name: '停用' }).count(), 0, 'who makes accounts gives no roles')
  step('系统管理员录入人员、建账号，安全管理员授予角色，本人首次登录改密码，见到本单位任务')
}

export async function delegation(house) {
  const [away, standIn] = ['戊辰稳', '乙丑平']
  const keeper = await house.as('secadmin')
  await keeper.goto(`${house.address}/organisation?part=delegations`)
  await keeper.getByRole('button', { name: '登记授权' }).click()
  const dialog = keeper.getByRole('dialog', { name: '登记授权' })
  await dialog.getByRole('button', { name: '登记' }).click()
  assert.equal(await dialog.locator('.fault').count(), 4, 'who, for whom, on which document, granted by whom')
  await pick(dialog, '授权人', away)
  await pick(dialog, '代行人', standIn)
  await dialog.getByLabel('至（可不填）').fill(inDays(14))
  await dialog.getByLabel('依据（文号）').fill('党办函〔2026〕21号')
  await dialog.getByLabel('批准').fill('党委会')
  await dialog.getByRole('button', { name: '登记' }).click()
  await dialog.waitFor({ state: 'detached' })
  const row = keeper.getByRole('row', { name: new RegExp(`${away}.*${standIn}`) })
  await row.waitFor()
  const page = await house.as(login(standIn))
  await page.goto(`${house.address}/todo`)
  await page.locator('.todo').getByText(`代 ${away} 签`).first().waitFor()
  await house.shot(page, 'stands-in')
  await row.getByRole('button', { name: '终止' }).click()
  await keeper.getByRole('dialog').getByRole('button', { name: '终止' }).click()
  await keeper.getByRole('dialog').waitFor({ state: 'detached' })
  await row.getByText(/日 终止/).waitFor()
  await page.reload()
  await page.locator('.todo').waitFor()
  assert.equal(await page.locator('.todo').getByText(`代 ${away} 签`).count(), 0, 'an ended delegation opens nothing')
  step('登记授权代行，代行人待办里见到代签事项；终止后不再见到')
}
