// A notice of progress from its draft to its filing: figures filled in by the records, words written with a figure put in, sent, signed by two, the second on a phone; then corrected, and a broken template turned away.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync, strFromU8, strToU8, zipSync } from '../../frontend/node_modules/fflate/esm/index.mjs'
import { lookedAt } from './eyes.mjs'
import { login } from './house.mjs'
import { office, second, step, told } from './steps.mjs'
import { lookedAtAgain } from './together.mjs'

const phone = { width: 390, height: 844 }
const principal = login('甲子安')
const looked = (house, page, what) => lookedAt(house, page, `document-${what}`)

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head, .aboutcheck').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

/** A file the page hands to the browser, as its parts. */
async function handed(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()])
  const bytes = await readFile(await download.path())
  return { name: download.suggestedFilename(), bytes, parts: unzipSync(bytes) }
}

const words = (parts) => strFromU8(parts['word/document.xml']).replace(/<[^>]*>/g, '')

async function drafted(house) {
  const page = await house.as(office)
  await at(house, page, '/todo')
  await told(page)
  await at(house, page, '/documents')
  await page.getByRole('button', { name: '拟制文书' }).click()
  await looked(house, page, 'kinds')
  await page.getByRole('radio', { name: /阶段性进展通报/ }).check()
  await page.getByRole('button', { name: '按现在的数据拟制' }).click()
  await page.getByRole('heading', { name: /阶段性进展情况的通报/ }).waitFor()
  step('整改办拟制阶段性进展通报，数字由台账带入')

  const section = page.getByLabel('下步要求')
  await section.fill('各单位抓紧推进。')
  await section.press('End')
  await page.locator('section.card', { has: section }).getByLabel('插入数据').selectOption('任务数')
  assert.equal(await section.inputValue(), '各单位抓紧推进。{{任务数}}')
  const says = page.locator('section.card', { has: section }).locator('.says .prose')
  const n = /各单位抓紧推进。(\d+)$/.exec(await says.innerText())?.[1]
  assert.ok(Number(n) > 0, await says.innerText())
  await page.locator('.keptline', { hasText: '已保存' }).waitFor()
  await page.reload()
  await section.waitFor()
  assert.equal(await section.inputValue(), '各单位抓紧推进。{{任务数}}')
  await looked(house, page, 'draft')
  step('写一段话、插入一个数，停笔自动保存，刷新还在')

  const theirs = await house.as(second)
  await at(house, theirs, new URL(page.url()).pathname)
  const also = theirs.getByLabel('主要做法')
  const done = await also.inputValue()
  await also.fill('另一人写的做法。')
  await theirs.locator('.keptline', { hasText: '已保存' }).waitFor()
  await lookedAtAgain(page)
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((t) => t.value === '另一人写的做法。'))
  const away = (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue())
  await page.route('**/api/v1/**', away)
  await section.fill('我写的要求。')
  await also.fill(done)
  await theirs.locator('.keptline', { hasText: '已保存' }).waitFor()
  await page.unroute('**/api/v1/**', away)
  await lookedAtAgain(page)
  await section.fill('各单位抓紧推进。{{任务数}}')
  await page.getByRole('button', { name: '保留我的，覆盖文字' }).waitFor()
  await theirs.reload()
  assert.equal(await also.inputValue(), done, 'nothing is put back')
  await page.getByRole('button', { name: '用别人的版本' }).click()
  await page.locator('.keptline', { hasText: '已保存' }).waitFor()
  assert.equal(await section.inputValue(), '各单位抓紧推进。{{任务数}}')
  step('两人同写一份通报：没动笔的跟着别人的走，动了笔的先问')

  const made = await handed(page, () => page.getByRole('button', { name: '下载 Word' }).click())
  assert.match(made.name, /通报-第1版-\d{8}\.docx$/)
  assert.ok(words(made.parts).includes(`各单位抓紧推进。${n}`))
  step('下载 Word，所写的话和数都在')

  await page.getByRole('button', { name: /更改任务数|填写任务数/ }).click()
  await page.getByRole('button', { name: '取消' }).click()
  await page.getByRole('button', { name: '送签', exact: true }).click()
  await page.locator('.actform').getByRole('button', { name: '送签' }).click()
  await page.locator('.state', { hasText: '送签' }).first().waitFor()
  return { path: new URL(page.url()).pathname, made }
}

async function signed(house, path, made) {
  const officer = await house.as(second)
  await at(house, officer, '/documents')
  await told(officer)
  await officer.locator('.documentlines a', { hasText: '通报' }).first().click()
  await officer.getByRole('button', { name: '签发', exact: true }).click()
  await officer.locator('.actform').getByRole('button', { name: '签发' }).click()
  await officer.locator('.actform').waitFor({ state: 'detached' })
  step('第二名整改办人员核稿')

  const page = await house.as(principal, phone)
  await at(house, page, '/todo')
  await told(page)
  await page.getByText('签发：阶段性进展通报').first().waitFor()
  await at(house, page, path)
  await looked(house, page, 'sign-phone')
  await page.getByRole('button', { name: '签发', exact: true }).click()
  await page.locator('.actform').getByRole('button', { name: '签发' }).click()
  await page.locator('.state', { hasText: '已定稿' }).first().waitFor()
  const again = await handed(page, () => page.getByRole('button', { name: '下载 Word' }).click())
  assert.deepEqual(Buffer.from(again.bytes), Buffer.from(made.bytes))
  step('主要负责人在手机上签发，定稿的文件与送签前一字节不差')
}

async function corrected(house, path) {
  const page = await house.as(office)
  await at(house, page, path)
  await page.getByRole('button', { name: '更正', exact: true }).click()
  await page.locator('.actform').getByLabel('更正说明').fill('漏写一个单位')
  await page.locator('.actform').getByRole('button', { name: '拟制更正版' }).click()
  await page.getByText('更正说明：漏写一个单位').waitFor()
  await page.locator('.keptline').waitFor()
  await looked(house, page, 'corrected')
  step('定稿后更正：第 2 版带着更正说明，第 1 版不动')
}

async function templates(house) {
  const page = await house.as(office)
  await at(house, page, '/templates')
  const card = page.getByRole('region', { name: '整改落实情况报告' })
  const made = await handed(page, () => card.getByRole('button', { name: '下载现行模板' }).click())
  const broken = { ...made.parts, 'word/document.xml': strToU8(strFromU8(made.parts['word/document.xml']).replace('{{标题}}', '{{总标题}}')) }
  const file = join(tmpdir(), `bihuan-template-${process.pid}.docx`)
  await writeFile(file, zipSync(broken))
  await card.locator('input[type=file]').setInputFiles(file)
  await card.getByRole('button', { name: '检查并启用' }).click()
  const refused = card.locator('.refused')
  await refused.waitFor()
  const said = await refused.innerText()
  assert.match(said, /没有“.*总标题.*”这一项（正文第 \d+ 段）/)
  await looked(house, page, 'template-refused')
  step('改坏的模板不启用，指出是哪一段的哪个名称')
}

export async function documents(house) {
  const { path, made } = await drafted(house)
  await signed(house, path, made)
  await corrected(house, path)
  await templates(house)
}
