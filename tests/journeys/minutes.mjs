// The first three minutes, in which an office decides: played on the living demo as it stands, by those whom it names.
// Left out, for nothing makes documents so far: the report in Word with its red head, and the A3 ledger.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { counts, drop } from './ledger.mjs'
import { handIn, office, open, pdf, second, send, stage, step } from './steps.mjs'

const rows = (page) => page.locator('.ledger tr.task')

/** The address of a task of the demo, as somebody finds it. */
async function task(house, page, number) {
  await page.goto(`${house.address}/ledger?text=${number}`)
  return page.getByRole('row', { name: new RegExp(number) }).getByRole('link').first().evaluate((a) => a.href)
}

/** Their own workbook falls onto the page: counted, its doubts by cell, what is finished told apart. */
async function theirWorkbook(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/imports`)
  await drop(page)
  assert.match(await counts(page), /^方面7问题11任务32措施66/)
  const doubt = page.locator('.doubts details[open] li').first()
  const at = (await doubt.locator('.jump b').innerText()).trim()
  await doubt.locator('.jump').click()
  await page.locator('td.here').waitFor()
  await page.locator('.doubts').getByText('存量办结缺依据').waitFor()
  await house.shot(page, 'minutes-1-workbook')
  step(`拖入他们的台账：问题 11、任务 32、措施 66，疑点逐格列出（${at}），已办结的等补依据`)
}

/** A leader looks: what is red, in words; each figure opens its rows. */
async function whatIsRed(house) {
  const page = await house.as(login('甲子安'))
  await page.goto(`${house.address}/todo`)
  const figures = page.locator('.counts a')
  await figures.first().waitFor()
  await house.shot(page, 'minutes-2-leader')
  const seen = []
  for (const name of ['红灯', '预警', '正常', '已销号']) {
    await page.goto(`${house.address}/todo`)
    const door = figures.filter({ hasText: name })
    const n = Number(await door.locator('b').innerText())
    seen.push(`${name} ${n}`)
    if (n === 0) continue
    await door.click()
    await page.waitForURL(/ledger/)
    await rows(page).first().waitFor()
    assert.equal(await rows(page).count(), n, `${name} opens its rows`)
    if (name !== '红灯' && name !== '预警') continue
    for (const why of await rows(page).locator('.reason small').allInnerTexts()) assert.match(why, /[\u4e00-\u9fff]{3}/, 'a light has its reason in words')
    assert.equal(await rows(page).locator('.reason small').count(), n)
    await house.shot(page, 'minutes-2-rows')
  }
  step(`领导看自己的任务：${seen.join('、')}，点数字见到同样多的行，灯有原因`)
}

/** A clerk writes the week of all his tasks in one list and hands it in at once. */
async function fridaysList(house) {
  const page = await house.as(login('戊丑五'))
  await page.goto(`${house.address}/statements`)
  await page.locator('.sheet, .empty').first().waitFor()
  const owed = page.getByRole('region', { name: '必报' }).locator('.weekrow')
  const n = await owed.count()
  if (n === 0) {
    step('本周全是假日，没有要交的写实')
    return
  }
  for (let i = 0; i < n; i += 1) {
    const row = owed.nth(i)
    if (await row.locator('.writing').count()) await row.locator('.writing').click()
    await row.getByLabel('本周进展').fill(`本周完成第 ${i + 1} 项工作的资料核对，问题清单已发有关部室`)
  }
  await house.shot(page, 'minutes-3-list')
  await handIn(page)
  await page.locator('.batch').getByText(`已交 ${n} 项`).waitFor()
  await page.locator('.head').getByText(`必报 ${n} 项，已交 ${n} 项`).waitFor()
  // Each row says when it was handed in, once it has seen what came back.
  await owed.locator('.kept .ok').nth(n - 1).waitFor()
  await page.goto(`${house.address}/todo`)
  await page.locator('.todo').waitFor()
  assert.equal(await page.getByText(/交第\d+周写实/).count(), 0, 'it waits no more')
  step(`经办在一张表里交本周 ${n} 项写实`)
}

/** A closure that the unit cannot grant itself: what lacks is named; what does not convince comes back with its reason. */
async function notByItself(house) {
  const clerk = await house.as(login('戊丑五'))
  let panel = await open(clerk, await task(house, clerk, 'T05'), 'request_closure')
  const missing = await panel.locator('.missing li').allInnerTexts()
  assert.ok(missing.some((text) => text.includes('没有佐证')), missing.join('；'))
  assert.ok(await panel.getByRole('button', { name: '申请销号' }).isDisabled(), 'it cannot be asked for while something lacks')
  await house.shot(clerk, 'minutes-4-missing')

  const checker = await house.as(login('巡督一'))
  await checker.goto(`${house.address}/signing`)
  await checker.getByRole('button', { name: '看内容并签' }).first().click()
  panel = checker.locator('.panel')
  await panel.getByText('完成标准对照').waitFor()
  await panel.getByRole('button', { name: '退回' }).click()
  await panel.locator('.fault').first().waitFor()
  assert.equal(await panel.locator('.fault').count(), 2, 'how he looked and why it comes back')
  await panel.getByLabel('核实方式').fill('查阅抽取记录')
  const reason = '抽取记录只有 6 个项目，与所报 9 个不符'
  await panel.getByLabel('意见').fill(reason)
  await house.shot(checker, 'minutes-4-return')
  await panel.getByRole('button', { name: '退回' }).click()
  await panel.waitFor({ state: 'detached' })
  const unit = await house.as(login('乙申二'))
  const address = await task(house, unit, 'T53')
  assert.equal(await stage(unit, address), '整改')
  panel = await open(unit, address, 'request_closure')
  await panel.getByText(reason).waitFor()
  step(`销号不能自己批：缺 ${missing.length} 项逐条写明；督导退回，单位见到理由`)
}

/** The principal signs on paper: the office enters it with the scan, the second officer compares, the task is closed. */
async function onPaper(house) {
  const desk = await house.as(office)
  await desk.goto(`${house.address}/signing`)
  const line = desk.locator('.lines > li', { hasText: 'T60' })
  await line.getByRole('button', { name: '代录纸质签批' }).click()
  const form = line.locator('.panel')
  // Whose turn it is stands there.
  await desk.waitForFunction(() => document.querySelector('.panel [role=combobox]')?.value.includes('甲子安'))
  await form.locator('input[type=file]').setInputFiles(pdf)
  await form.getByLabel('批示原文').fill('同意销号')
  await form.getByLabel(/已核对/).check()
  await house.shot(desk, 'minutes-6-paper')
  await form.getByRole('button', { name: /登记/ }).click()
  await form.waitFor({ state: 'detached' })
  const other = await house.as(second)
  const address = await task(house, other, 'T60')
  const panel = await open(other, address, 'confirm_signature')
  await send(other, panel, '与原件一致')
  assert.equal(await stage(other, address), '跟踪巩固')
  await other.locator('.request', { hasText: '销号申请' }).locator('summary').first().click()
  await other.getByText('纸质签批代录').first().waitFor()
  await house.shot(other, 'minutes-6-closed')
  step('主要负责人在纸上签：整改办附扫描件代录，第二人复核，任务销号')
}

export async function firstMinutes(house) {
  await theirWorkbook(house)
  await whatIsRed(house)
  await fridaysList(house)
  await notByItself(house)
  await onPaper(house)
}
