// Whose task it is: reassigned it is another's, and who has no part in it sees nothing.
import { login } from './house.mjs'
import { chooseRound, office, open, pick, send, step } from './steps.mjs'

export async function reassignment(house) {
  const unit = await house.as(login('乙午一'))
  await unit.reload()
  await chooseRound(unit)
  await unit.getByRole('link', { name: '认领与方案' }).click()
  await unit.getByRole('link', { name: '申请调整' }).first().click()
  let panel = unit.locator('.panel')
  await panel.getByLabel('理由').fill('此项由企业管理部主管')
  const address = unit.url().split('?')[0]
  await send(unit, panel, '提出申请')
  const desk = await house.as(office)
  panel = await open(desk, address, 'reassign')
  await pick(panel, '添加责任单位', '企业管理部')
  const units = panel.getByRole('group', { name: '责任单位' }).locator('.ordered li')
  while ((await units.count()) > 1) await units.first().getByRole('button', { name: '移除' }).click()
  await pick(panel, '添加责任人', '庚未一')
  const persons = panel.getByRole('group', { name: '责任人' }).locator('.ordered li')
  while ((await persons.count()) > 1) await persons.first().getByRole('button', { name: '移除' }).click()
  await panel.getByLabel('理由').fill('按职责调整')
  await send(desk, panel, '调整责任分工')
  await unit.goto(address)
  await unit.getByText('没有找到，或您无权查看').waitFor()
  step('责任分工调整：原单位不再看到')
}

export async function stranger(house, task) {
  const other = await house.as(login('己寅一'))
  await other.goto(task)
  await other.getByText('没有找到，或您无权查看').waitFor()
  await house.shot(other, 'stranger')
  step('无关单位看不到任务')
}
