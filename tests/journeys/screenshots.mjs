// The pictures of the manual and of the README, made anew from the living demo: node tests/journeys/screenshots.mjs
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { House, login, root } from './house.mjs'
import { office } from './steps.mjs'

const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const clerk = login('乙午一')
const leader = login('甲子安')

/** Each picture: whose page, where, on what, and what is done there first; those of the README stand in both places. */
const manual = [
  { name: 'unit-todo', who: clerk, at: '/todo' },
  { name: 'unit-plans', who: login('庚未一'), at: '/plans' },
  { name: 'unit-statements', who: clerk, at: '/statements' },
  { name: 'leader-overview', who: leader, at: '/overview' },
  { name: 'leader-wall', who: leader, at: '/wall', size: { width: 1440, height: 810 }, act: board },
  { name: 'leader-sign', who: leader, at: '/signing', size: phone, act: sign },
  { name: 'paper-form', who: office, at: '/signing', act: form },
  { name: 'office-import', who: office, at: '/imports', act: drop },
  { name: 'office-ledger', who: office, at: '/ledger' },
  { name: 'office-rules', who: office, at: '/rounds', act: rules },
  { name: 'office-brief', who: office, at: '/brief' },
  { name: 'office-agenda', who: office, at: '/meetings', act: agenda },
  { name: 'leader-duties', who: leader, at: '/duties' },
  { name: 'admin-accounts', who: 'sysadmin', at: '/organisation' },
]
const readme = [
  { name: 'todo', who: clerk, at: '/todo' },
  { name: 'ledger', who: office, at: '/ledger' },
  { name: 'overview', who: leader, at: '/overview' },
  { name: 'statements', who: clerk, at: '/statements' },
  { name: 'task', who: office, at: '/ledger?light=red', act: task },
  { name: 'import', who: office, at: '/imports', act: drop },
  { name: 'todo-phone', who: clerk, at: '/todo', size: phone },
  { name: 'sign-phone', who: leader, at: '/signing', size: phone, act: sign },
]

async function sign(page) {
  await page.getByRole('button', { name: '看内容并签' }).first().click()
  await page.locator('.panel .decide').waitFor()
}

async function board(page) {
  await page.getByRole('button', { name: '全屏轮播' }).click()
  await page.locator('.board').waitFor()
}

async function form(page) {
  await page.locator('.do').getByRole('button', { name: '代录纸质签批' }).first().click()
  await page.getByRole('link', { name: '打印签批单' }).first().click()
  await page.locator('.paper .qr').waitFor()
}

async function drop(page) {
  await page.locator('input[type=file]').setInputFiles(join(root, 'tests/fixtures/ledgers/old.xlsx'))
  await page.locator('.exits').waitFor()
}

async function rules(page) {
  await page.getByLabel('临期预警（工作日）').fill('12')
  await page.getByRole('button', { name: '看会改变什么' }).click()
  await page.getByRole('dialog').waitFor()
}

async function agenda(page) {
  await page.getByText('协调会').locator('visible=true').last().waitFor()
  await page.locator('main a[href^="/meetings/"]').first().click()
  await page.locator('.agenda').waitFor()
}

async function task(page) {
  await page.locator('.ledger a').first().click()
  await page.locator('.taskhead').waitFor()
}

const house = await House.open()
try {
  for (const [folder, wanted] of [['docs/manual/pictures', manual], ['docs/screenshots', readme]]) {
    mkdirSync(join(root, folder), { recursive: true })
    for (const { name, who, at, size = desk, act } of wanted) {
      const page = await house.as(who, size)
      await page.goto(`${house.address}${at}`)
      await page.locator('.head').first().waitFor()
      const declined = page.getByRole('button', { name: '不用了' })
      await page.waitForTimeout(500)
      if (await declined.count()) await declined.click()
      if (act) await act(page)
      await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
      await page.waitForTimeout(600)
      await page.screenshot({ path: join(root, folder, `${name}.jpg`), type: 'jpeg', quality: 62 })
    }
  }
} finally {
  await house.close()
}
