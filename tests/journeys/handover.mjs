// A handover from the table of people to the last signature: somebody leaves, the unit is warned, a list is drawn up, both sign it on their own pages, and the task names who came. Alone: node tests/journeys/handover.mjs
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { lookedAt } from './eyes.mjs'
import { House, login } from './house.mjs'
import { counted, office, pick, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const number = 'T06'
/** The head of the unit that leads the task, and its deputy. */
const [head, deputy] = [login('壬巳一'), login('乙子五')]

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

/** The head goes to another unit, by the administrator's table. */
async function leaves(house) {
  const page = await house.as('sysadmin')
  await at(house, page, '/organisation?part=people')
  const table = 'person_id,name,unit_id,title,role,is_head,is_principal\nP026,壬巳一,U108,副部长,,,\n'
  await page.locator('input[type=file]').setInputFiles({ name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
  await page.getByRole('button', { name: '预览' }).click()
  await page.getByText('将新增 0，更新 1，未变 0').waitFor()
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await page.getByText('已更新 1').or(page.getByText('更新 1')).first().waitFor()
  await at(house, page, '/organisation')
  await page.locator('.note', { hasText: /1人职务已终止，仍负责\d+件事项/ }).waitFor()
  await lookedAt(house, page, 'handover-organisation')
  await page.getByRole('link', { name: '去办理交接' }).click()
  await page.locator('.leavers').getByText('壬巳一').waitFor()
  // A changed post ends his sessions.
  await house.forget(head)
  step('一人调离，组织页和职务交接页提示其名下仍有事项')
}

/** The unit's deputy draws the list up; who left and who comes are told. */
async function listed(house) {
  const page = await house.as(deputy)
  await at(house, page, '/handovers')
  await page.locator('.note', { hasText: '职务已终止' }).waitFor()
  await lookedAt(house, page, 'handovers')
  await page.locator('.leavers').getByRole('link', { name: '编制清单' }).click()
  const form = page.getByRole('form', { name: '编制交接清单' })
  await page.locator('.heldlist').getByText(number).first().waitFor()
  await lookedAt(house, page, 'handover-held')
  await form.getByRole('button', { name: /编制交接清单/ }).click()
  await form.locator('.fault').first().waitFor()
  await pick(form, '接收人', '乙子五')
  await form.getByLabel('依据').fill('集团任〔2026〕12号')
  await form.getByRole('button', { name: /编制交接清单/ }).click()
  await page.getByText('待移交人签字').first().waitFor()
  await lookedAt(house, page, 'handover-prepared')
  step('单位编制交接清单，双方收到通知')
  return page.url()
}

async function signed(house, address) {
  const giver = await house.as(head)
  await at(house, giver, '/todo')
  await giver.getByText('签字移交交接清单').first().waitFor()
  await giver.goto(address)
  await giver.getByRole('form', { name: '签字移交' }).getByRole('button', { name: '签字移交' }).click()
  await giver.getByText('待接收人签收').first().waitFor()
  const taker = await house.as(deputy, phone)
  await taker.goto(address)
  const form = taker.getByRole('form', { name: '签收' })
  await form.waitFor()
  await lookedAt(house, taker, 'handover-phone')
  await form.getByRole('button', { name: '签收' }).click()
  await taker.getByText('已交接').first().waitFor()
  await form.waitFor({ state: 'detached' })
  const page = await house.as(deputy)
  await page.goto(address)
  await page.getByText('已交接').first().waitFor()
  await lookedAt(house, page, 'handover-done')
  step('移交人先签、接收人后签，事项一次转移')
}

/** The task's own page says so. */
async function moved(house) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, `/ledger?text=${number}&group=none`)
  const link = page.locator('a.number', { hasText: number }).first()
  await link.waitFor()
  await page.goto(`${house.address}${await link.getAttribute('href')}`)
  await page.locator('.taskhead').waitFor()
  await page.getByText(/职务交接：壬巳一移交乙子五/).first().waitFor()
  step(`${number} 的办理记录写明交接`)
}

export async function handedOver(house) {
  await leaves(house)
  const address = await listed(house)
  await signed(house, address)
  await moved(house)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await House.open()
  try {
    await handedOver(house)
    assert.deepEqual(house.faults, [])
    console.log(`handover: ${counted()} steps, no fault`)
  } catch (error) {
    for (const [who, page] of house.people) await page.screenshot({ path: `${house.shots}/failed-${who}.png` }).catch(() => undefined)
    throw error
  } finally {
    await house.close()
  }
}
