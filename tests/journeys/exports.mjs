// The ledger is taken away as a workbook, with the filter in force, by the office at a desk and by a unit on a phone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { login, strFromU8, unzipSync } from './house.mjs'
import { chooseRound, office, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const unit = login('乙午一')

/** The text of the only sheet of a downloaded workbook. */
async function sheet(download) {
  const parts = unzipSync(readFileSync(await download.path()))
  return strFromU8(parts['xl/worksheets/sheet1.xml'])
}

/** Asks for one in the open dialog and waits for its file. */
async function taken(page) {
  const download = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click()
  return download
}

export async function handedOn(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/ledger?light=red`)
  await told(page)
  const first = (await page.locator('.ledger a.number').first().innerText()).trim()
  const tasks = (await page.locator('.chain').innerText()).match(/任务\s*(\d+)/)[1]
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const book = await taken(page)
  assert.match(book.suggestedFilename(), /整改台账-\d{8}\.xlsx$/)
  const text = await sheet(book)
  assert.ok(text.includes(first) && text.includes('灯：红灯'), 'the filter is in force and said')
  assert.ok(text.includes(`任务 ${tasks} 项`), `the page counts ${tasks}`)
  await page.getByText('已下载').waitFor()
  await house.shot(page, 'export')
  await page.keyboard.press('Escape')
  step(`按当前筛选导出整改台账，${tasks} 项，合计与页面一致`)
  await page.goto(`${house.address}/slips`)
  await page.locator('.slipfilters').waitFor()
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const slips = await taken(page)
  assert.match(slips.suggestedFilename(), /督办台账-\d{8}\.xlsx$/)
  const summary = (await page.locator('.head > p').innerText()).match(/在办 (\d+) 件/)[1]
  assert.ok((await sheet(slips)).includes(`在办 ${summary} 件`), `the page counts ${summary}`)
  await page.keyboard.press('Escape')
  await page.goto(`${house.address}/documents`)
  await page.getByRole('button', { name: '全部问题档案' }).click()
  const archive = await taken(page)
  const names = Object.keys(unzipSync(readFileSync(await archive.path())))
  assert.ok(names.includes('目录.xlsx') && names.some((name) => name.startsWith('一问题一档案-')), names.join())
  await page.getByText('已下载').waitFor()
  await house.shot(page, 'export-archive')
  await page.keyboard.press('Escape')
  step(`督办台账的件数与页面一致；全部问题档案一个压缩包，${names.length - 1} 份和目录`)
  // What follows is about the round of the journeys again.
  await chooseRound(page)
  const small = await house.as(unit, phone)
  await small.goto(`${house.address}/ledger`)
  await told(small)
  await small.getByRole('button', { name: '导出', exact: true }).click()
  await small.getByLabel('导出什么').selectOption('brief')
  const brief = await taken(small)
  assert.match(brief.suggestedFilename(), /单位任务书/)
  assert.ok((await sheet(brief)).includes('党委组织部'))
  await house.shot(small, 'export-phone')
  // What was made today can be fetched again.
  const again = small.waitForEvent('download')
  await small.getByRole('button', { name: '再下载一次' }).click()
  await again
  await small.keyboard.press('Escape')
  step('单位在手机上导出本单位任务书，可以再取一次')
}
