// Another system is let in and told by itself: registered by one administrator, its address entered, tried out and told once more by another.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { inDays, pick, step } from './steps.mjs'

/** A system on this machine that is told; what it answers can be set. */
export async function receiver() {
  const heard = []
  const own = { heard, status: 204 }
  own.server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => { body += text })
    request.on('end', () => {
      heard.push({ id: request.headers['webhook-id'], signature: request.headers['webhook-signature'], ...JSON.parse(body) })
      response.writeHead(own.status, { connection: 'close' }).end()
    })
  })
  await new Promise((done) => own.server.listen(0, '127.0.0.1', done))
  own.host = `http://127.0.0.1:${own.server.address().port}`
  return own
}

export async function toldByItself(house, other) {
  const maker = await house.as('sysadmin')
  await maker.goto(`${house.address}/organisation?part=services`)
  await maker.getByRole('button', { name: '登记对接系统' }).click()
  await maker.getByLabel('名称').fill('集团办公网')
  await pick(maker, '责任人', '乙午一')
  await maker.getByLabel('用途').fill('门户里显示各单位的待办')
  await maker.getByRole('button', { name: '登记', exact: true }).click()
  await maker.getByRole('heading', { name: /集团办公网/ }).waitFor()
  assert.equal(await maker.getByRole('button', { name: '登记推送地址' }).count(), 0, 'who registers a system does not say what it is told')

  const keeper = await house.as('secadmin')
  await keeper.goto(`${house.address}/organisation?part=services`)
  const system = keeper.getByRole('region', { name: '集团办公网', exact: true })
  await system.getByRole('button', { name: '登记推送地址' }).click()
  await system.getByRole('button', { name: '登记', exact: true }).click()
  assert.equal(await system.locator('.fault').count(), 4, 'where, of what, for whom, until when')
  await system.getByRole('textbox', { name: '地址' }).fill('http://127.0.0.1:9/hook')
  await system.getByLabel('整改任务').check()
  await pick(system, '单位（含下级）', '梓岭铜业股份有限公司')
  await system.getByLabel('有效至').fill(inDays(90))
  await system.getByRole('button', { name: '登记', exact: true }).click()
  await system.locator('.fault').getByText('不在允许推送的主机之列').waitFor()
  await house.shot(keeper, 'webhook-form')
  await system.getByRole('textbox', { name: '地址' }).fill(`${other.host}/hook`)
  await system.getByRole('button', { name: '登记', exact: true }).click()
  await system.getByRole('button', { name: '试推一条' }).click()
  await system.getByRole('row', { name: /试推.*已送达/ }).waitFor()
  assert.equal(other.heard.length, 1)
  assert.match(other.heard[0].signature, /^v1a,/)
  other.status = 503
  await system.getByRole('button', { name: '试推一条' }).click()
  const failed = system.getByRole('row', { name: /试推.*未送达.*对方答复 503/ })
  await failed.waitFor()
  await house.shot(keeper, 'webhooks')
  const phone = await house.as('secadmin', { width: 390, height: 844 })
  await phone.goto(`${house.address}/organisation?part=services`)
  await phone.getByRole('button', { name: '推送记录' }).click()
  await phone.getByRole('row', { name: /试推.*未送达/ }).waitFor()
  await phone.getByRole('heading', { name: '推送地址' }).scrollIntoViewIfNeeded()
  await house.shot(phone, 'webhooks-phone')
  other.status = 200
  await failed.getByRole('button', { name: '重推试推' }).click()
  await failed.waitFor({ state: 'detached' })
  await system.getByRole('row', { name: /试推.*已送达/ }).nth(1).waitFor()
  assert.equal(other.heard[2].id, other.heard[1].id, 'under the same id')
  await system.getByRole('button', { name: '验签公钥' }).click()
  assert.match(await keeper.getByRole('dialog').getByLabel('公钥').inputValue(), /^whpk_/)
  await keeper.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click()
  await system.getByRole('button', { name: '登记推送地址' }).click()
  await system.getByRole('textbox', { name: '地址' }).fill(`${other.host}/checkpoints`)
  await system.getByLabel('台账检查点').check()
  await system.getByLabel('有效至').fill(inDays(90))
  await system.getByRole('button', { name: '登记', exact: true }).click()
  await system.getByText(/^台账检查点；至 /).waitFor()
  await house.shot(keeper, 'webhooks-checkpoints')
  other.server.close()
  step('登记对接系统和推送地址，试推送达；对方出错时写明原因，重推后送达，编号不变；台账检查点不限单位')
}
