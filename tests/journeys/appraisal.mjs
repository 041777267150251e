// An appraisal from the scheme to the answered objection, and a record of accountability that its reader alone finds. Alone: node tests/journeys/appraisal.mjs
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { lookedAt } from './eyes.mjs'
import { House, login } from './house.mjs'
import { counted, office, pick, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const [principal, second, head] = ['甲子安', '乙丑平', '乙午一'].map(login)
const unit = '党委组织部'

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

async function asked(page, verb) {
  await page.getByRole('dialog').getByRole('button', { name: verb }).click()
}

/** The office writes a scheme, is told what is wrong with it, and tries it on a month that is over. */
async function drafted(house) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, '/appraisals')
  await lookedAt(house, page, 'appraisals-empty')
  await page.getByRole('link', { name: '考评方案' }).click()
  const weight = page.getByRole('group', { name: '每周写实' }).getByLabel('分值')
  await weight.fill('25')
  await page.getByText('分值合计 105／100').waitFor()
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.locator('.fault', { hasText: '105' }).first().waitFor()
  await weight.fill('20')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByText('已保存').waitFor()
  await page.getByRole('button', { name: '试算' }).click()
  const result = page.getByRole('table', { name: '试算结果' })
  await result.waitFor()
  const line = result.locator('tr', { hasText: unit })
  const score = await line.locator('td[data-label="得分"]').innerText()
  await lookedAt(house, page, 'appraisal-scheme')
  const small = await house.as(office, phone)
  await at(house, small, '/appraisals/scheme')
  await lookedAt(house, small, 'appraisal-scheme-phone')
  step(`考评方案合计不是100分时指明，改正后在上月试算，${unit}得 ${score} 分`)
  const [from, to] = await Promise.all(['从', '到'].map((label) => page.getByRole('region', { name: '试算' }).getByLabel(label, { exact: true }).inputValue()))
  return { score, from, to }
}

async function enforced(house) {
  const page = await house.as(principal)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, '/appraisals/scheme')
  const form = page.getByRole('form', { name: '公布方案' })
  await form.getByLabel('依据').fill('领导组第3次会议纪要')
  await form.getByRole('button', { name: '公布方案' }).click()
  await asked(page, '公布')
  await page.getByText('现行第 1 版').waitFor()
  step('主要负责人公布方案')
}

/** Has the scores of a period reckoned, on the page of appraisals. */
async function reckon(page, from, to) {
  const form = page.getByRole('form', { name: '计算一段时间的得分' })
  await form.getByLabel('考评期从').fill(from)
  await form.getByLabel('到', { exact: true }).fill(to)
  await form.getByRole('button', { name: '计算得分' }).click()
}

/** A period that was begun wrongly is put aside, after a question, and may be begun anew. */
async function discarded(house, { from, to }) {
  const page = await house.as(office)
  await at(house, page, '/appraisals')
  await reckon(page, from, to)
  await page.getByRole('button', { name: '作废' }).click()
  const why = page.getByRole('form', { name: '作废考评' })
  await why.getByRole('button', { name: '作废' }).click()
  await why.locator('.fault').first().waitFor()
  await why.getByLabel('作废理由').fill('考评期选错，应按季度')
  await why.getByRole('button', { name: '作废' }).click()
  await page.getByRole('dialog').waitFor()
  await lookedAt(house, page, 'appraisal-discard')
  await asked(page, '作废')
  await page.getByText('已作废：考评期选错，应按季度').waitFor()
  step('误算的考评写明理由作废，这段时间可重新计算')
}

/** The same month is reckoned: the score is the one that was tried. */
async function reckoned(house, { score, from, to }) {
  const page = await house.as(office)
  await at(house, page, '/appraisals')
  await reckon(page, from, to)
  const line = page.locator('.scores tr', { hasText: unit }).first()
  await line.waitFor()
  assert.equal(await line.locator('td[data-label="得分"]').innerText(), score)
  await line.getByRole('button', { name: /展开/ }).click()
  await page.locator('.scorefacts').waitFor()
  for (const summary of await page.locator('.scorefacts summary').all()) await summary.click()
  await lookedAt(house, page, 'appraisal')
  const adjust = page.getByRole('form', { name: '调整得分' })
  await adjust.getByLabel('对象').selectOption({ index: 1 })
  await adjust.getByLabel('分数').fill('-0.5')
  await adjust.getByRole('button', { name: '调整' }).click()
  await adjust.locator('.fault').first().waitFor()
  await adjust.getByLabel('理由').fill('配合检查不力')
  await adjust.getByRole('button', { name: '调整' }).click()
  await page.locator('.scores').getByText('−0.5').first().waitFor()
  const address = page.url()
  const boss = await house.as(principal)
  await boss.goto(address)
  await boss.getByRole('form', { name: '公布考评结果' }).getByRole('button').click()
  await asked(boss, '公布考评结果')
  await boss.getByText('已公布').first().waitFor()
  step('按方案计算的得分与试算相同，展开到事实；调整写明理由，由主要负责人公布')
  return address
}

async function objected(house, address) {
  const small = await house.as(head, phone)
  await small.goto(address)
  await small.locator('.scorefacts').waitFor()
  await lookedAt(house, small, 'appraisal-phone')
  const page = await house.as(head)
  await at(house, page, '/todo')
  // It waits in a round that is not the one in front.
  await page.getByRole('list', { name: '别处的待办' }).getByRole('button', { name: '去看' }).first().click()
  await page.getByText(/^查看.*考评得分/).first().waitFor()
  await page.goto(address)
  const form = page.getByRole('form', { name: '提出申诉' })
  await form.getByRole('button', { name: '提出申诉' }).click()
  await form.locator('.fault').first().waitFor()
  await form.getByLabel('申诉理由').fill('十月第三周的写实已线下报送，请核实')
  await form.getByRole('button', { name: '提出申诉' }).click()
  await asked(page, '提出')
  await page.getByText('等整改办答复').waitFor()
  const desk = await house.as(office)
  await at(house, desk, '/todo')
  await desk.getByText('答复考评申诉').first().waitFor()
  await lookedAt(house, desk, 'todo-appraisal')
  await at(house, desk, '/appraisals')
  await desk.getByText('1 件申诉待答复').waitFor()
  await desk.getByRole('link', { name: '答复' }).click()
  const answer = desk.getByRole('form', { name: '答复申诉' })
  await answer.getByLabel('得分变化').fill('1')
  await answer.getByLabel('答复').fill('经核实，当周写实已报')
  await answer.getByRole('button', { name: '答复' }).click()
  await desk.getByText('得分 +1').first().waitFor()
  await page.goto(address)
  await page.getByText('经核实，当周写实已报').first().waitFor()
  await lookedAt(house, page, 'appraisal-answered')
  step('单位负责人申诉一次，整改办答复，得分变化两边都看得到')
}

/** Who is named finds it by his notice; the office itself, where another entered it, does not. */
async function heldToAccount(house) {
  const page = await house.as(office)
  await at(house, page, '/accountability')
  await page.getByRole('button', { name: '登记问责记录' }).click()
  const form = page.getByRole('form', { name: '登记问责记录' })
  await form.getByRole('button', { name: '登记', exact: true }).click()
  await form.locator('.fault').first().waitFor()
  await pick(form, '姓名', '丙寅正')
  await form.getByLabel('方式').selectOption({ label: '提醒谈话' })
  await form.getByLabel('依据').fill('领导组第4次会议纪要')
  await form.getByLabel('决定机关').fill('领导组')
  await pick(form, '阅看人', '乙丑平')
  await lookedAt(house, page, 'accountability-form')
  await form.getByRole('button', { name: '登记', exact: true }).click()
  await asked(page, '登记')
  await page.getByText('只有下列人员可以看到').waitFor()
  await lookedAt(house, page, 'accountability-record')
  const address = page.url()
  const reader = await house.as(second, phone)
  await at(house, reader, '/notices')
  await reader.locator('#content').getByText('有一件事项请到系统查看').first().click()
  await reader.getByText('领导组第4次会议纪要').waitFor()
  await lookedAt(house, reader, 'accountability-phone')
  const boss = await house.as(principal)
  await boss.goto(address)
  await boss.locator('.refused').waitFor()
  step('问责记录只有写明的人看得到')
}

export async function appraised(house) {
  const tried = await drafted(house)
  await enforced(house)
  await discarded(house, tried)
  const address = await reckoned(house, tried)
  await objected(house, address)
  await heldToAccount(house)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await House.open()
  try {
    await appraised(house)
    assert.deepEqual(house.faults, [])
    console.log(`appraisal: ${counted()} steps, no fault`)
  } catch (error) {
    for (const [who, page] of house.people) await page.screenshot({ path: `${house.shots}/failed-${who}.png` }).catch(() => undefined)
    throw error
  } finally {
    await house.close()
  }
}
