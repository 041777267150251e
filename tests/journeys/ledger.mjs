// A ledger that five people kept by hand: dropped, looked at cell by cell, corrected, settled, taken in; and once more, which changes nothing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './house.mjs'
import { pick, second, step } from './steps.mjs'

const file = { name: '整改台账-旧表.xlsx', data: readFileSync(join(root, 'tests/fixtures/ledgers/old.xlsx')).toString('base64') }

/** Lets the file fall onto the page, as from a desktop. */
export async function drop(page) {
  const held = await page.evaluateHandle(({ name, data }) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], name))
    return transfer
  }, file)
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: held })
  await page.locator('.exits').waitFor()
}

export const counts = async (page) => (await page.locator('.exits .counts').innerText()).replace(/\s+/g, '')
const open = async (page) => Number((await page.locator('.exits .open').innerText()).match(/\d+/)[0])

/** Waits until the sheet has been read again with what was said. */
async function settles(page, n) {
  await page.waitForFunction((left) => {
    const told = document.querySelector('.exits .open')?.textContent
    return left === 0 ? !told : told?.includes(`还有 ${left} 个`)
  }, n)
}

async function take(page) {
  await page.getByRole('button', { name: '全部入账为草稿' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '入账' }).click()
  const told = page.getByRole('status').filter({ hasText: '已入账' })
  await told.waitFor()
  return told.innerText()
}

/** The doubts of a kind, unfolded. */
async function kind(page, name) {
  const group = page.locator('.doubts details').filter({ hasText: name })
  if ((await group.getAttribute('open')) === null) await group.locator('summary').click()
  return group
}

export async function handKept(house) {
  const page = await house.as(second)
  await page.goto(`${house.address}/rounds`)
  await page.getByRole('button', { name: '新开一轮' }).click()
  await page.getByLabel('代号').first().fill('OLD-1')
  await page.getByLabel('名称').first().fill('手工台账')
  await page.getByRole('button', { name: '建立' }).click()
  await page.getByRole('heading', { name: '手工台账' }).waitFor()
  await page.getByRole('link', { name: '导入' }).click()
  await drop(page)
  assert.match(await counts(page), /^方面7问题11任务32措施66/)
  const all = await open(page)
  // A row that is no data says what it was taken for.
  await page.getByRole('row', { name: /填报单位/ }).getByText('标题').waitFor()
  await page.getByText('隐藏的 Sheet2 不导入').waitFor()
  await house.shot(page, 'ledger-dropped')
  step(`拖入手工台账：问题 11、任务 32、措施 66，疑点 ${all} 处，原表照样显示`)

  const column = page.getByLabel('D 列的意思')
  assert.equal(await column.locator('option:checked').innerText(), '整改措施')
  await column.selectOption({ label: '备注' })
  await page.waitForFunction(() => !document.querySelector('.exits .counts').textContent.includes('66'))
  await column.selectOption({ label: '整改措施' })
  await page.waitForFunction(() => document.querySelector('.exits .counts').textContent.includes('66'))
  await settles(page, all)
  step('改一列的意思，预览跟着变；改回来，数也回来')

  const units = await kind(page, '没有写明单位')
  await units.getByRole('button', { name: /F12/ }).click()
  const cell = page.locator('td.here')
  await cell.filter({ hasText: '各单位' }).waitFor()
  await house.shot(page, 'ledger-doubt')
  await units.locator('li', { hasText: 'F12' }).getByRole('button', { name: '按建议' }).click()
  await settles(page, all - 1)
  const shares = await kind(page, '写了百分比')
  const nShares = await shares.locator('li').count()
  await shares.getByRole('button', { name: '这一类都确认' }).click()
  await settles(page, all - 1 - nShares)
  step(`疑点点到单元格，单个按建议定；百分比一类 ${nShares} 处一次定`)

  const closed = await kind(page, '存量办结缺依据')
  const nClosed = await closed.locator('li').count()
  await closed.getByRole('button', { name: '一并补上，作存量办结' }).click()
  const dialog = page.getByRole('dialog', { name: `${nClosed} 项作存量办结` })
  await dialog.getByLabel('办结日期').fill('2020-10-15')
  await dialog.getByLabel('依据文件').fill('2020年10月整改台账')
  await pick(dialog, '确认人', '巡督五')
  await dialog.getByRole('button', { name: '按此' }).click()
  await settles(page, all - 1 - nShares - nClosed)
  await page.getByText(`其中存量办结 ${nClosed}`).waitFor()
  for (;;) {
    const left = page.locator('.doubts details').first()
    if ((await left.count()) === 0) break
    const before = await open(page)
    const n = await left.locator('li').count()
    await left.locator('.acts').getByRole('button', { name: /按建议|确认/ }).first().click()
    // One of a kind has no button for all of it.
    await settles(page, before - ((await left.count()) && n > 1 ? n : 1)).catch(() => undefined)
  }
  await settles(page, 0)
  await house.shot(page, 'ledger-settled')
  assert.match(await take(page), /新增 32，更新 0，未变 0/)
  step(`已办结的 ${nClosed} 行一并补依据作存量办结，其余定完，全部入账`)

  await page.getByRole('link', { name: '整改台账' }).click()
  const chain = page.locator('.chain')
  await chain.getByText('32').waitFor()
  assert.match((await chain.innerText()).replace(/\s+/g, ''), new RegExp(`方面7›?问题11›?任务32›?措施66›?已销号${nClosed}`))
  await page.locator('.ledger').waitFor()
  await house.shot(page, 'ledger-taken')
  await page.getByRole('link', { name: '导入', exact: true }).first().click()
  await drop(page)
  assert.match(await take(page), /新增 0，更新 0，未变 32/)
  step('台账上是同样的数；同一文件再拖一次，什么也不变')
}
