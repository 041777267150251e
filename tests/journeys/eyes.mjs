// Pages as they are looked at: on a phone, and by the rules of accessibility.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { login, root } from './house.mjs'
import { office, open, step } from './steps.mjs'

const axe = readFileSync(join(root, 'frontend/node_modules/axe-core/axe.min.js'), 'utf8')
const phone = { width: 390, height: 844 }

async function width(page, who) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(wide <= phone.width, `${who} ${page.url()}: ${wide} wide`)
}

/** The serious faults of a page by the rules of accessibility, each with where it is. */
async function seriousFaults(page, name) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  return serious.map((v) => `${name} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`)
}

/** No serious fault by the rules of accessibility, and nothing wider than the screen; a picture of it, where it is wanted. */
export async function lookedAt(house, page, name, whole = true) {
  assert.deepEqual(await seriousFaults(page, name), [])
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.ok(wide <= screen, `${name}: ${wide} wide`)
  assert.doesNotMatch(await page.locator('body').innerText(), /NaN|undefined|Invalid Date|\[object/, `${name}: a word no person wrote`)
  if (whole) await house.shot(page, name)
}

export async function onPhone(house, task) {
  const tours = [
    [login('甲丑一'), ['/todo', '/statements', '/plans', '/signing', '/slips', '/ledger', '/overview', '/brief', '/calendar', '/notices']],
    [login('丙寅正'), ['/todo', '/signing', '/ledger', '/overview', '/wall', '/calendar?as=list']],
    [office, ['/todo', '/ledger', '/imports', '/rounds', '/checks', '/slips', '/documents', '/templates', '/publications', '/rules', '/rules/new', '/burden', '/draw']],
  ]
  let pages = 0
  for (const [who, addresses] of tours) {
    const page = await house.as(who, phone)
    for (const address of [...addresses, new URL(task).pathname]) {
      await page.goto(`${house.address}${address}`)
      await page.locator('.head, .taskhead').first().waitFor()
      await page.waitForFunction(() => !document.querySelector('.loading'))
      await house.shot(page, `phone-${who}-${address.split('/')[1]}`)
      await width(page, who)
      pages += 1
    }
  }
  step(`手机上 ${pages} 页不横向滚动`)
}

/** A decision stays in reach of the thumb: both buttons inside the screen, above the bottom bar, high enough to hit. */
export async function underTheThumb(house, task) {
  const page = await house.as(login('丙寅正'), phone)
  const panel = await open(page, task, 'sign')
  await panel.scrollIntoViewIfNeeded()
  const bar = await page.locator('nav.side').boundingBox()
  for (const name of ['退回', '同意并签字']) {
    const box = await panel.getByRole('button', { name }).boundingBox()
    assert.ok(box.height >= 44, `${name} is ${box.height} high`)
    assert.ok(box.y + box.height <= bar.y, `${name} ends at ${box.y + box.height}, the bar begins at ${bar.y}`)
  }
  await house.shot(page, 'phone-sign')
  await width(page, 'leader')
  step('手机签批：两个按钮固定在底部，够得着')
}

export async function byTheRules(house, task) {
  const tours = [
    [login('甲丑一'), ['/todo', '/ledger', '/statements', '/plans', `${new URL(task).pathname}?act=request_extension`]],
    [office, ['/signing', '/imports', '/rounds', '/ledger', '/overview', '/calendar', '/calendar?as=list', '/notices?all=1', '/checks', '/draw']],
    ['sysadmin', ['/organisation', '/organisation?part=units']],
  ]
  const found = []
  let pages = 0
  for (const [who, addresses] of tours) {
    const page = await house.as(who)
    for (const address of addresses) {
      await page.goto(`${house.address}${address}`)
      await page.locator('.head, .taskhead').first().waitFor()
      await page.waitForFunction(() => !document.querySelector('.loading'))
      found.push(...(await seriousFaults(page, address)))
      pages += 1
    }
  }
  assert.deepEqual(found, [])
  step(`无障碍检查 ${pages} 页，没有严重问题`)
}
