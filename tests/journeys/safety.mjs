// Nothing typed is lost: on a refusal, an expired log-in, a server that does not answer; and nothing is sent twice.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { open, send, step } from './steps.mjs'

const clerk = login('甲丑一')

/** Ends somebody's log-ins as the security administrator does. */
async function endLogIns(house, who) {
  const admin = await house.as('secadmin')
  await admin.goto(`${house.address}/organisation`)
  await admin.getByLabel('查找账号').fill(who)
  const row = admin.getByRole('row', { name: new RegExp(who) })
  await row.getByRole('button', { name: '停用' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await row.getByRole('button', { name: '启用' }).click()
  await row.getByRole('button', { name: '停用' }).waitFor()
}

export async function nothingIsLost(house, task) {
  const page = await house.as(clerk)
  const panel = await open(page, task, 'request_extension')
  const words = '设备到货推迟，合同已改'
  await panel.getByLabel('理由').fill(words)
  await panel.getByLabel('拟延至').fill('2020-01-01')
  await panel.getByRole('button', { name: '申请延期' }).click()
  await panel.locator('.field', { hasText: '拟延至' }).locator('.fault').waitFor()
  assert.equal(await panel.getByLabel('理由').inputValue(), words)
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true')
  step('被拒的表单：原因在字段旁，光标到该字段，内容还在')

  // It is what he writes next that finds out, no draft that is still to be kept and nothing that the page asks for by itself: under the dialog nothing
  // can be written.
  await panel.getByText('草稿已存').waitFor()
  const reading = (route) => (route.request().method() === 'GET' ? route.abort() : route.continue())
  await page.route('**/api/v1/**', reading)
  await endLogIns(house, clerk)
  await panel.getByLabel('理由').fill(`${words}，附补充协议`)
  const dialog = page.getByRole('dialog', { name: '登录已过期' })
  await dialog.waitFor()
  await page.unroute('**/api/v1/**', reading)
  await house.shot(page, 'expired')
  await dialog.getByLabel('密码').fill(house.password)
  await dialog.getByRole('button', { name: '登录' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await panel.getByLabel('理由').inputValue(), `${words}，附补充协议`)
  await panel.getByText('草稿已存').waitFor()
  await page.reload()
  await page.waitForFunction((said) => [...document.querySelectorAll('.panel textarea')].some((t) => t.value === said), `${words}，附补充协议`)
  step('登录过期：就地重新登录，内容还在，刷新后也在')

  // Faster than a draft is kept.
  await panel.getByLabel('理由').fill(`${words}，附补充协议两份`)
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  const act = page.locator('.acts').getByRole('button', { name: '申请延期', exact: true })
  if (!(await act.isVisible())) await page.locator('.acts .more summary').click()
  await act.click()
  assert.equal(await panel.getByLabel('理由').inputValue(), `${words}，附补充协议两份`)
  step('刚写完就收起表单，再打开时一个字不少')

  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/unavailable', title: '系统暂时不可用，内容未丢失，请稍后重试', status: 503, code: 'unavailable', instance: '', errors: [] }) }))
  await page.getByRole('link', { name: '签批' }).click()
  await page.getByText('系统暂时不可用').first().waitFor()
  await house.shot(page, 'unavailable')
  await page.unroute('**/api/v1/**')
  await page.getByRole('heading', { name: '签批' }).waitFor()
  step('服务不可用时说明情况，恢复后自行继续')
  await page.goto(`${house.address}/nowhere`)
  await page.getByRole('heading', { name: '没有这个页面' }).waitFor()
  step('不存在的地址有说明和出路')
}

export async function sentOnce(house, task) {
  const page = await house.as(clerk)
  let posts = 0
  const count = (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/complete-milestone')) posts += 1
  }
  page.on('request', count)
  const panel = await open(page, task, 'complete_milestone')
  await panel.getByRole('button', { name: '报完成' }).dblclick()
  await panel.waitFor({ state: 'detached' })
  assert.equal(posts, 1, 'a double click sends once')
  page.off('request', count)
  const again = await open(page, task, 'reopen_milestone')
  await page.keyboard.press('Escape')
  await again.waitFor({ state: 'detached' })
  const undo = await open(page, task, 'reopen_milestone')
  await undo.getByLabel('理由').fill('报错了节点')
  await send(page, undo, '撤销完成')
  step('双击只报一次；Esc 收起表单；撤销有记录')
}
