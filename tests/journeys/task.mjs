// One task from claim to observation, with screen and paper signatures; then four months later to its end and back.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { chooseRound, handIn, inDays, office, open, pdf, second, send, signThrough, stage, step } from './steps.mjs'

const head = login('甲丑一')

export async function claimAndPlan(house, task) {
  const clerk = await house.as(head)
  await clerk.reload()
  await chooseRound(clerk)
  await clerk.getByRole('link', { name: '我的待办' }).click()
  await clerk.getByText('认领任务').first().waitFor()
  await house.shot(clerk, 'todo-clerk')
  await clerk.getByRole('button', { name: '认领' }).first().click()
  await clerk.getByText('报送方案').first().waitFor()
  step('单位在待办里认领')

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
  await panel.getByLabel('节点 1 时间').fill(inDays(20))
  await panel.getByText('没有写以什么为证').waitFor()
  await panel.getByLabel('我是单位负责人').check()
  await house.shot(clerk, 'plan')
  await send(clerk, panel, '报送方案')
  assert.equal(await stage(clerk, task), '方案')
  step('单位报送方案')

  const leader = await house.as(login('丙寅正'))
  await leader.getByRole('link', { name: '签批' }).click()
  await chooseRound(leader)
  await leader.goto(`${house.address}/signing`)
  await leader.getByRole('button', { name: '看内容并签' }).first().click()
  panel = leader.locator('.panel')
  await panel.getByRole('button', { name: '退回' }).click()
  await panel.locator('.fault').getByText('请填写').waitFor()
  await panel.getByLabel('意见').fill('节点佐证没有写明')
  await house.shot(leader, 'sign-return')
  await panel.getByRole('button', { name: '退回' }).click()
  await panel.waitFor({ state: 'detached' })
  panel = await open(clerk, task, 'submit_plan')
  await panel.getByText('节点佐证没有写明').waitFor()
  await panel.getByLabel('节点 1 佐证').fill('印发文件')
  await panel.getByLabel('我是单位负责人').check()
  await send(clerk, panel, '报送方案')
  step('领导在签批列表里退回，单位见到理由，补充后再报')
}

/** Somebody else changes the task while a form of it is open. */
async function meanwhile(house, task) {
  const clerk = await house.as(head)
  await send(clerk, await open(clerk, task, 'complete_milestone'), '报完成')
}

export async function work(house, task) {
  const desk = await house.as(office)
  const clerk = await house.as(head)
  let panel = await open(desk, task, 'record_signature')
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
  assert.equal(await stage(clerk, task), '整改')

  await clerk.getByRole('link', { name: '每周写实' }).click()
  const row = clerk.getByRole('article', { name: /T08/ })
  await row.getByLabel('本周进展').fill('督办办法已起草，征求 6 个部室意见')
  // What is taken out before it is handed in is no evidence of the task.
  await row.locator('input[type=file]').setInputFiles({ ...pdf, name: '误传.pdf', buffer: Buffer.concat([pdf.buffer, Buffer.from('% mistaken\n')]) })
  const removed = clerk.waitForResponse((r) => r.url().endsWith('/remove-evidence') && r.ok())
  await row.getByRole('button', { name: '不附 误传.pdf' }).click()
  await removed
  await row.locator('input[type=file]').setInputFiles({ ...pdf, name: '征求意见稿.pdf', buffer: Buffer.concat([pdf.buffer, Buffer.from('% draft\n')]) })
  await row.getByText('征求意见稿.pdf').waitFor()
  await handIn(clerk)
  await clerk.locator('.batch').getByText('已交 1 项').waitFor()
  await row.getByText('佐证 1 份').waitFor()
  await house.shot(clerk, 'statements')
  await desk.goto(task)
  await desk.locator('.files').getByText('征求意见稿.pdf').first().waitFor()
  assert.equal(await desk.locator('.files').getByText('误传.pdf').count(), 0)
  step('一张表里写本周进展、附佐证、交写实；交前撤下的不留在佐证里')

  await desk.getByRole('link', { name: '我的待办' }).click()
  await desk.getByRole('button', { name: '阅签', exact: true }).click()
  panel = desk.locator('.panel')
  await panel.getByText('督办办法已起草').waitFor()
  await panel.getByRole('button', { name: '阅签' }).click()
  await panel.waitFor({ state: 'detached' })
  step('整改办在待办里阅签写实')

  panel = await open(clerk, task, 'request_extension')
  await panel.getByRole('button', { name: '申请延期' }).click()
  assert.equal(await panel.locator('.fault').count(), 2, 'date and reason each say that they are missing')
  await panel.getByLabel('拟延至').fill(inDays(200))
  await panel.getByLabel('理由').fill('系统上线推迟')
  await send(clerk, panel, '申请延期')
  const leader = await house.as(login('丙寅正'))
  panel = await open(leader, task, 'sign')
  await panel.getByLabel('意见').fill('同意延期')
  await meanwhile(house, task)
  await panel.getByRole('button', { name: '同意并签字', exact: true }).click()
  await panel.getByRole('alert', { name: '内容已被他人更新' }).waitFor()
  assert.equal(await panel.getByLabel('意见').inputValue(), '同意延期')
  await house.shot(leader, 'sign-overtaken')
  await send(leader, panel, '仍同意并签字')
  step('签字时任务又有变动：两版都在，意见还在，看过仍可签')
  await signThrough(house, task)
  await clerk.goto(task)
  await clerk.getByText('原定').first().waitFor()
  step('延期获批，原时限仍在')
}

export async function close(house, task) {
  const clerk = await house.as(head)
  const desk = await house.as(office)
  let panel = await open(clerk, task, 'request_closure')
  assert.ok((await panel.locator('.missing:not(.signals) li').count()) >= 2, 'what is missing is listed')
  await house.shot(clerk, 'closure-missing')
  for (;;) {
    await clerk.goto(task)
    await clerk.locator('.taskhead').waitFor()
    if (!(await clerk.locator('.taskhead button', { hasText: '报节点完成' }).count())) break
    panel = await open(clerk, task, 'complete_milestone')
    await send(clerk, panel, '报完成')
  }
  panel = await open(clerk, task, 'attach_evidence')
  await panel.locator('input[type=file]').setInputFiles(pdf)
  for (const box of await panel.locator('fieldset input[type=checkbox]').all()) await box.check()
  await send(clerk, panel, '上传')
  panel = await open(clerk, task, 'request_closure')
  assert.equal(await panel.locator('.missing:not(.signals) li').count(), 0, await panel.innerText())
  await panel.getByLabel('整改成效').fill('督办办法印发，全部事项有记录')
  await panel.getByLabel(/我是单位负责人/).check()
  await send(clerk, panel, '申请销号')
  step('节点、佐证补齐后申请销号')
  await signThrough(house, task)
  assert.equal(await stage(desk, task), '跟踪巩固')
  await house.shot(desk, 'task-observing')
}

export async function afterObservation(house, task) {
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
  await panel.getByLabel('新时限').fill(inDays(260))
  await panel.getByLabel('理由').fill('抽查发现反弹')
  await send(desk, panel, '重新整改')
  assert.equal(await stage(desk, address), '整改')
  step('反弹后重新整改')
}
