// Journeys in a real Chromium: every step is done on the page by the person whose step it is.
import assert from 'node:assert/strict'
import { House, login, planOfToday } from './house.mjs'

const pdf = { name: '记录.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n') }
const office = login('巡督五')
const second = login('巡督六')
let steps = 0
const step = (what) => {
  steps += 1
  console.log(`  ${steps}. ${what}`)
}

/** Opens a task's act in the panel. */
async function open(page, address, act) {
  await page.goto(`${address}?act=${act}`)
  await page.locator('.panel').waitFor()
  return page.locator('.panel')
}
const send = async (page, panel, name) => {
  await panel.getByRole('button', { name }).click()
  await panel.waitFor({ state: 'detached' })
  await page.locator('.taskhead').waitFor()
}
const stage = (page) => page.locator('.stages .current b').innerText()

/** The open request's present step: its words and whom it waits for. */
async function current(house, address) {
  const page = await house.as(office)
  await page.goto(address)
  await page.locator('.taskhead').waitFor()
  const now = page.locator('.request[open] .chainsteps .current')
  if ((await now.count()) === 0) return null
  const text = (await now.first().innerText()).replace(/\s+/g, ' ')
  return { text, name: text.match(/[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]./)?.[0] }
}

/** Everybody whose turn it is signs on screen, until nothing is open. */
async function signThrough(house, address) {
  const verifiers = ['巡督一', '巡督二', '巡督三', '巡督四'].map(login)
  for (let i = 0; i < 10; i += 1) {
    const now = await current(house, address)
    if (!now) return
    const who = now.name ? login(now.name) : now.text.includes('督导') ? verifiers.shift() : office
    const page = await house.as(who)
    const panel = await open(page, address, 'sign')
    const method = panel.getByLabel('核实方式')
    if (await method.count()) await method.fill('现场查看')
    await panel.getByLabel('意见').fill('同意')
    await send(page, panel, /同意并签字|核实通过/)
    step(`${who} 签：${now.text}`)
  }
  throw new Error('signing does not end')
}

async function newRound(house) {
  const page = await house.as(office)
  await page.getByRole('link', { name: '轮次设置' }).click()
  await page.getByRole('button', { name: '新开一轮' }).click()
  await page.getByLabel('代号').first().fill('J-1')
  await page.getByLabel('名称').first().fill('浏览器旅程')
  await page.getByRole('button', { name: '建立' }).click()
  await page.getByRole('heading', { name: '浏览器旅程' }).waitFor()
  const add = async (label, name) => page.getByLabel(label).selectOption({ label: (await page.getByLabel(label).locator('option').allInnerTexts()).find((t) => t.startsWith(name)) })
  await page.getByLabel('添加成员').locator('option').nth(5).waitFor({ state: 'attached' })
  for (const name of ['甲子安', '乙丑平', '丙寅正']) await add('添加成员', name)
  await page.getByLabel('职务').first().selectOption('head')
  await page.getByText('主要负责人').first().click()
  await page.getByRole('button', { name: '保存领导组' }).click()
  await page.waitForFunction(() => document.querySelectorAll('input[name=principal]:checked').length === 1)
  await page.waitForTimeout(500)
  for (const name of ['巡督六', '巡督一', '巡督二', '巡督三', '巡督四']) await add('添加人员', name)
  await page.getByLabel('分工').nth(1).selectOption('office')
  await page.getByRole('button', { name: '保存分工' }).click()
  await page.waitForTimeout(800)
  assert.equal(await page.locator('.refused').count(), 0, await page.locator('.content').innerText())
  step('整改办新开一轮，设领导组、整改办和督导组')

  await page.getByRole('link', { name: '导入' }).click()
  await page.locator('input[type=file]').setInputFiles({ name: '整改方案.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: planOfToday() })
  await page.getByRole('button', { name: '预览' }).click()
  await page.locator('.chain').waitFor()
  assert.match((await page.locator('.chain').innerText()).replace(/\s+/g, ''), /方面7问题24任务60措施120疑点0/)
  await house.shot(page, 'import')
  await page.getByRole('button', { name: '全部入账为草稿' }).click()
  await page.getByText('新增 60').waitFor()
  step('导入整改方案：方面 7、问题 24、任务 60、措施 120、无疑点')

  await page.getByRole('link', { name: '轮次设置' }).click()
  await page.getByRole('button', { name: '启动本轮整改' }).click()
  await page.getByText('进行中').waitFor()
  await page.getByRole('link', { name: '整改台账' }).click()
  await page.getByLabel('选择 T08').check()
  await page.getByLabel('选择 T05').check()
  await page.getByRole('button', { name: '下发', exact: true }).click()
  await page.getByRole('row', { name: /T08/ }).getByText('待认领').waitFor()
  await house.shot(page, 'ledger')
  step('启动并下发 T05、T08')
  return page.getByRole('row', { name: /T08/ }).getByRole('link').first().evaluate((a) => a.href)
}

async function chooseRound(page) {
  const round = page.getByLabel('轮次')
  await round.selectOption({ label: '浏览器旅程' })
}

async function wholePath(house) {
  const task = await newRound(house)
  const head = login('甲丑一')
  const clerk = await house.as(head)
  await clerk.reload()
  await chooseRound(clerk)
  await clerk.getByRole('link', { name: '我的待办' }).click()
  await clerk.getByText('认领任务').first().waitFor()
  await house.shot(clerk, 'todo-clerk')
  await clerk.getByRole('button', { name: '认领' }).first().click()
  await clerk.getByText('报送方案').first().waitFor()
  step('单位认领')

  // What is typed outlives a reload: the draft is on the server.
  let panel = await open(clerk, task, 'submit_plan')
  await panel.getByLabel('整改目标').fill('事项按期办结，有记录可查')
  await panel.getByText('草稿已存').waitFor()
  await clerk.reload()
  panel = clerk.locator('.panel')
  await clerk.waitForFunction(() => document.querySelector('.panel textarea')?.value === '事项按期办结，有记录可查')
  step('刷新后草稿还在')
  await panel.getByRole('button', { name: '加一个节点' }).click()
  await panel.getByLabel('节点 1', { exact: true }).fill('印发督办办法')
  const due = await clerk.evaluate(() => {
    const date = new Date(Date.now() + 20 * 864e5)
    return date.toISOString().slice(0, 10)
  })
  await panel.getByLabel('节点 1 时间').fill(due)
  await panel.getByLabel('我是单位负责人').check()
  await house.shot(clerk, 'plan')
  await send(clerk, panel, '报送方案')
  assert.equal(await stage(clerk), '方案')
  step('单位报送方案')

  const leader = await house.as(login('丙寅正'))
  panel = await open(leader, task, 'sign')
  await panel.getByRole('button', { name: '退回' }).click()
  await panel.locator('.fault').waitFor()
  await panel.getByLabel('意见').fill('节点佐证没有写明')
  await house.shot(leader, 'sign-return')
  await send(leader, panel, '退回')
  panel = await open(clerk, task, 'submit_plan')
  await panel.getByText('节点佐证没有写明').waitFor()
  await panel.getByLabel('节点 1 佐证').fill('印发文件')
  await panel.getByLabel('我是单位负责人').check()
  await send(clerk, panel, '报送方案')
  step('领导退回，单位见到理由，补充后再报')

  const desk = await house.as(office)
  panel = await open(desk, task, 'record_signature')
  await panel.locator('input[type=file]').setInputFiles(pdf)
  await panel.getByLabel('批示原文').fill('同意')
  await panel.getByLabel(/已核对/).check()
  await house.shot(desk, 'paper')
  await send(desk, panel, /登记/)
  const checker = await house.as(second)
  panel = await open(checker, task, 'confirm_signature')
  await send(checker, panel, '与原件一致')
  step('纸质签批代录，第二人复核')
  await signThrough(house, task)
  await clerk.goto(task)
  await clerk.locator('.taskhead').waitFor()
  assert.equal(await stage(clerk), '整改')

  await clerk.getByRole('link', { name: '每周写实' }).click()
  await clerk.getByLabel('本周进展').first().fill('督办办法已起草，征求 6 个部室意见')
  await clerk.getByRole('button', { name: '交已填的各项' }).click()
  await clerk.getByText('已交 1 项').waitFor()
  await house.shot(clerk, 'statements')
  step('交本周写实')

  panel = await open(clerk, task, 'request_extension')
  const later = await clerk.evaluate(() => new Date(Date.now() + 200 * 864e5).toISOString().slice(0, 10))
  await panel.getByLabel('拟延至').fill(later)
  await panel.getByLabel('理由').fill('系统上线推迟')
  await send(clerk, panel, '申请延期')
  await signThrough(house, task)
  await clerk.goto(task)
  await clerk.getByText('原定').first().waitFor()
  step('延期获批，原时限仍在')

  panel = await open(clerk, task, 'request_closure')
  assert.ok((await panel.locator('.missing li').count()) >= 2, 'what is missing is listed')
  await house.shot(clerk, 'closure-missing')
  for (;;) {
    await clerk.goto(task)
    await clerk.locator('.taskhead').waitFor()
    if (!(await clerk.getByRole('button', { name: '报节点完成' }).count()) && !(await clerk.locator('.menu button', { hasText: '报节点完成' }).count())) break
    panel = await open(clerk, task, 'complete_milestone')
    await send(clerk, panel, '报完成')
  }
  panel = await open(clerk, task, 'attach_evidence')
  await panel.locator('input[type=file]').setInputFiles(pdf)
  for (const box of await panel.locator('fieldset input[type=checkbox]').all()) await box.check()
  await send(clerk, panel, '上传')
  panel = await open(clerk, task, 'request_closure')
  assert.equal(await panel.locator('.missing li').count(), 0, await panel.innerText())
  await panel.getByLabel('整改成效').fill('督办办法印发，全部事项有记录')
  await panel.getByLabel(/我是单位负责人/).check()
  await send(clerk, panel, '申请销号')
  step('节点、佐证补齐后申请销号')
  await signThrough(house, task)
  await desk.goto(task)
  await desk.locator('.taskhead').waitFor()
  assert.equal(await stage(desk), '跟踪巩固')
  await house.shot(desk, 'task-observing')
  return task
}

async function reassignment(house) {
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
  const units = panel.getByLabel('添加责任单位')
  await units.selectOption({ label: (await units.locator('option').allInnerTexts()).find((t) => t.includes('企业管理部')) })
  const list = panel.locator('fieldset', { hasText: '责任单位' }).locator('li')
  while ((await list.count()) > 1) await list.first().getByRole('button', { name: '移除' }).click()
  const people = panel.getByLabel('添加责任人')
  await people.selectOption({ label: (await people.locator('option').allInnerTexts()).find((t) => t.startsWith('庚未一')) })
  const persons = panel.locator('fieldset', { hasText: '责任人' }).locator('li')
  while ((await persons.count()) > 1) await persons.first().getByRole('button', { name: '移除' }).click()
  await panel.getByLabel('理由').fill('按职责调整')
  await send(desk, panel, '调整责任分工')
  await unit.goto(address)
  await unit.getByText('没有找到，或您无权查看').waitFor()
  step('责任分工调整：原单位不再看到')
}

async function stranger(house, task) {
  const other = await house.as(login('己寅一'))
  await other.goto(task)
  await other.getByText('没有找到，或您无权查看').waitFor()
  await house.shot(other, 'stranger')
  step('无关单位看不到任务')
}

async function afterObservation(house, task) {
  const path = new URL(task).pathname
  await house.stop()
  await house.start(120)
  step('四个月后')
  const address = `${house.address}${path}`
  const desk = await house.as(office)
  let panel = await open(desk, address, 'confirm')
  await send(desk, panel, '确认销号')
  await house.shot(desk, 'task-confirmed')
  step('期满确认')
  panel = await open(desk, address, 'reopen')
  const later = await desk.evaluate(() => new Date(Date.now() + 260 * 864e5).toISOString().slice(0, 10))
  await panel.getByLabel('新时限').fill(later)
  await panel.getByLabel('理由').fill('抽查发现反弹')
  await send(desk, panel, '重新整改')
  assert.equal(await stage(desk), '整改')
  step('反弹后重新整改')
}

async function phone(house, task) {
  const size = { width: 390, height: 844 }
  for (const [who, name, page] of [[login('甲丑一'), 'clerk', ''], [login('丙寅正'), 'leader', ''], [office, 'office', '/ledger']]) {
    const there = await house.as(who, size)
    await there.goto(`${house.address}${page || '/todo'}`)
    await there.locator('.head').waitFor()
    await house.shot(there, `phone-${name}`)
    const wide = await there.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= 390, `${name}: the page is ${wide} wide`)
    await there.goto(task)
    await there.locator('.taskhead').waitFor()
    await house.shot(there, `phone-task-${name}`)
    const task_wide = await there.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(task_wide <= 390, `${name}: the task is ${task_wide} wide`)
  }
  step('手机上不横向滚动')
}

const house = await House.open()
try {
  const task = await wholePath(house)
  await reassignment(house)
  await stranger(house, task)
  await phone(house, task)
  await afterObservation(house, task)
  assert.deepEqual(house.faults, [])
  console.log(`journeys: ${steps} steps, no fault`)
} catch (error) {
  for (const [who, page] of house.people) await page.screenshot({ path: `${house.shots}/failed-${who}.png` }).catch(() => undefined)
  throw error
} finally {
  await house.close()
}
