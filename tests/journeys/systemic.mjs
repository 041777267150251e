// A systemic problem from what is proposed to a task: the office confirms a group, a unit looks at itself on a phone, its head stands for it, the office makes a task of it. Alone: node tests/journeys/systemic.mjs
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { lookedAt } from './eyes.mjs'
import { House, login } from './house.mjs'
import { newRound } from './round.mjs'
import { counted, inDays, office, pdf, pick, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const title = '同类问题在几家单位都有'
const found = '核对近一年台账，二号料场也有三笔没有登记'
/** The clerk and the head of the unit that looks at itself, of one that finds nothing, and the owner. */
const [clerk, head, other, owner] = [login('甲酉六'), login('辛寅二'), login('壬未二'), login('癸戌一')]

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

async function confirmed(house) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, '/systemic')
  const group = page.locator('.proposals .group').first()
  await group.waitFor()
  const n = await page.locator('.proposals h2 span').innerText()
  await lookedAt(house, page, 'systemic-proposals')
  await group.getByRole('button', { name: '认定为共性问题' }).click()
  const form = group.getByRole('form', { name: '认定为共性问题' })
  await form.getByRole('button', { name: /^认定（/ }).click()
  await form.locator('.fault').first().waitFor()
  await form.getByLabel('共性问题').fill(title)
  await form.getByLabel('集团层面措施').fill('统一台账式样，每季抽查')
  await pick(form, '牵头部门', '安全环保部')
  await form.getByLabel('完成时限').first().fill(inDays(60))
  await lookedAt(house, page, 'systemic-confirm')
  await form.getByRole('button', { name: /^认定（/ }).click()
  await page.getByRole('heading', { name: title }).waitFor()
  step(`认定共性问题，原有 ${n} 组建议`)
  const asking = page.getByRole('form', { name: '布置自查' })
  for (const unit of ['陶瓷科技', '铜带箔']) await pick(asking, '加一个单位', unit)
  await asking.getByLabel('自查时限').first().fill(inDays(10))
  await asking.getByRole('button', { name: '布置（2 个单位）' }).click()
  await page.getByRole('article', { name: /陶瓷科技.*自查/ }).waitFor()
  step('布置两家单位自查')
  await page.getByRole('button', { name: '变更' }).click()
  const amend = page.getByRole('form', { name: '变更共性问题' })
  await amend.getByRole('button', { name: '变更' }).click()
  await amend.locator('.fault').first().waitFor()
  await amend.getByLabel('完成时限').first().fill(inDays(70))
  await amend.getByLabel(/陶瓷科技.*自查时限/).first().fill(inDays(12))
  await amend.getByLabel('变更理由').fill('校验机构排期较晚')
  await lookedAt(house, page, 'systemic-amend')
  await amend.getByRole('button', { name: '变更' }).click()
  await page.getByRole('region', { name: '变更记录' }).getByText('校验机构排期较晚').waitFor()
  await lookedAt(house, page, 'systemic-amended')
  const small = await house.as(office, phone)
  await small.goto(page.url())
  await small.getByRole('button', { name: '变更' }).click()
  await small.getByRole('form', { name: '变更共性问题' }).waitFor()
  await lookedAt(house, small, 'systemic-amend-phone')
  step('变更完成时限和一家的自查时限，写明理由')
  return page.url()
}

async function answered(house, address) {
  const page = await house.as(clerk, phone)
  await at(house, page, '/todo')
  await page.getByText('报送举一反三自查').first().waitFor()
  await page.goto(address)
  const form = page.getByRole('form', { name: '填报自查' })
  await form.getByLabel('自查结果').selectOption({ label: '类似' })
  await form.getByLabel('查到的情况').fill(found)
  await lookedAt(house, page, 'systemic-phone')
  await form.getByRole('button', { name: '报送自查' }).click()
  await page.getByText('待负责人确认').first().waitFor()
  assert.equal(await page.getByText('铜带箔').count(), 0, 'another unit asked is not shown')
  const chief = await house.as(head)
  await chief.goto(address)
  await chief.getByRole('form', { name: '确认报送' }).getByRole('button', { name: '确认报送' }).click()
  await chief.getByText('已报，待审核').first().waitFor()
  const none = await house.as(other)
  await none.goto(address)
  const empty = none.getByRole('form', { name: '填报自查' })
  await empty.getByLabel('自查结果').selectOption({ label: '不存在' })
  await empty.getByLabel('怎么查的').fill('逐册核对三年台账')
  await empty.getByRole('button', { name: '报送自查' }).click()
  await empty.locator('.fault').first().waitFor()
  await empty.locator('input[type=file]').setInputFiles(pdf)
  await empty.getByRole('button', { name: '报送自查' }).click()
  await none.getByText('已报，待审核').first().waitFor()
  step('一家报类似、由负责人确认，一家报不存在、附佐证')
}

async function raised(house, address) {
  const page = await house.as(office)
  await page.goto(address)
  const check = page.getByRole('article', { name: /陶瓷科技.*自查/ })
  await check.getByRole('button', { name: '立为整改任务' }).click()
  await check.getByText(/已立任务/).waitFor()
  const last = page.getByRole('article', { name: /铜带箔.*自查/ })
  await last.getByRole('button', { name: '认可', exact: true }).click()
  await last.getByText('已认可').waitFor()
  await lookedAt(house, page, 'systemic-problem')
  const does = await house.as(owner)
  await does.goto(address)
  const form = does.getByRole('form', { name: '报措施完成' })
  await form.getByLabel('完成情况').fill('台账式样已印发（集团〔2026〕21号）')
  await form.getByRole('button', { name: '报措施完成' }).click()
  await does.getByText('已报完成').waitFor()
  await page.goto(address)
  await page.getByRole('form', { name: '办结' }).getByRole('button', { name: '办结' }).click()
  await page.locator('.head .state', { hasText: '已办结' }).waitFor()
  await page.getByRole('article', { name: /陶瓷科技.*自查/ }).getByRole('link').click()
  await page.locator('.taskhead').waitFor()
  await page.getByText(found).first().waitFor()
  await page.getByRole('region', { name: '共性问题' }).getByText(title).waitFor()
  await lookedAt(house, page, 'systemic-task')
  step('从自查立为整改任务，措施完成后办结')
}

export async function lookedForElsewhere(house) {
  const address = await confirmed(house)
  await answered(house, address)
  await raised(house, address)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await House.open()
  try {
    // A second round of the same findings, so that something is alike.
    await newRound(house)
    await lookedForElsewhere(house)
    assert.deepEqual(house.faults, [])
    console.log(`systemic: ${counted()} steps, no fault`)
  } catch (error) {
    for (const [who, page] of house.people) await page.screenshot({ path: `${house.shots}/failed-${who}.png` }).catch(() => undefined)
    throw error
  } finally {
    await house.close()
  }
}
