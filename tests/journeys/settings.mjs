// What people settle and look up: the round's rules before they hold, one's own log-ins and notices, help, and the walk of the first day.
import assert from 'node:assert/strict'
import { login } from './house.mjs'
import { office, pdf, step } from './steps.mjs'

/** The rules: what a change would do is seen before it is done, and the ledger's light follows. */
export async function rules(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/rounds`)
  const version = async () => Number(/第 (\d+) 版/.exec(await page.locator('.rules h2').innerText())[1])
  const before = await version()
  await page.getByLabel('截止日', { exact: true }).selectOption({ label: '周四' })
  await page.getByRole('button', { name: '看会改变什么' }).click()
  const effect = page.getByRole('dialog')
  assert.match(await effect.locator('.changes').innerText(), /写实截止\s+周五 17:00\s+周四 17:00/)
  await effect.getByRole('button', { name: '保存为新版' }).click()
  await effect.getByText('请填写').waitFor()
  await effect.getByRole('button', { name: '再改改' }).click()
  // What was changed and not saved is there after a reload, and can be given up.
  await page.getByText('改动已存为草稿').waitFor()
  await page.reload()
  await page.getByRole('button', { name: '恢复为现行规则' }).click()
  assert.equal(await page.getByLabel('截止日', { exact: true }).inputValue(), '5')
  // An unsound chain is named at its place.
  await page.getByLabel('移除销号申请第 3 步').click()
  await page.getByRole('button', { name: '看会改变什么' }).click()
  await page.locator('.chainrule.wrong').filter({ hasText: '销号申请' }).waitFor()
  await page.getByRole('button', { name: '恢复为现行规则' }).click()
  await page.getByLabel('每月协调会（次）').fill('3')
  await page.getByRole('button', { name: '看会改变什么' }).click()
  await effect.getByLabel('修改依据').fill('领导组第2次会议纪要')
  await house.shot(page, 'rules-effect')
  await effect.getByRole('button', { name: '保存为新版' }).click()
  await page.getByText(`已保存为第 ${before + 1} 版`).waitFor()
  step('改规则先看会改变什么；不成立的签批链在原处指出；存为新版')
}

/** One's own page: another log-in is ended, a notice that only tells is hushed, a password is refused where it is weak. */
export async function own(house) {
  const who = login('甲丑一')
  const page = await house.as(who)
  await page.goto(`${house.address}/own`)
  await page.getByRole('heading', { name: '登录在哪些地方' }).waitFor()
  const others = page.getByRole('button', { name: '退出', exact: true })
  const elsewhere = await house.browser.newContext({ locale: 'zh-CN' })
  const there = await elsewhere.newPage()
  await there.goto(house.address)
  await there.getByLabel('账号').fill(who)
  await there.getByLabel('密码').fill(house.password)
  await there.getByRole('button', { name: '登录' }).click()
  await there.getByRole('navigation', { name: '主导航' }).waitFor()
  await page.reload()
  await others.first().waitFor()
  const n = await others.count()
  await others.first().click()
  await others.nth(n - 1).waitFor({ state: 'detached' })
  const rest = page.getByRole('button', { name: '退出其他全部登录' })
  await page.getByText('只有这一处登录').or(rest).waitFor()
  if (await rest.count()) await rest.click()
  await page.getByText('只有这一处登录').waitFor()
  await there.reload()
  await there.getByLabel('账号').waitFor()
  await elsewhere.close()
  await page.getByLabel('任务转为预警').uncheck()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存').waitFor()
  await page.reload()
  assert.equal(await page.getByLabel('任务转为预警').isChecked(), false)
  await page.getByLabel('任务转为预警').check()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存').waitFor()
  // The phone of the same person, if it was used, has been logged out as well.
  for (const [key, known] of house.people) {
    if (!key.startsWith(`${who}@`) || known === page) continue
    await known.context().close()
    house.people.delete(key)
  }
  step('看到自己登录在哪里并退出其他；只告知的消息可以不提醒')
}

/** Help: the walk along what one has, the manual with its pictures, the keys. */
export async function help(house) {
  const page = await house.as(login('丙亥一'))
  await page.goto(`${house.address}/todo`)
  await page.getByRole('button', { name: '看一遍' }).click()
  const walk = page.getByRole('dialog', { name: /^引导/ })
  const seen = []
  for (;;) {
    await walk.waitFor()
    seen.push((await walk.locator('b').innerText()).trim())
    const next = walk.getByRole('button', { name: '下一处' })
    if ((await next.count()) === 0) break
    await next.click()
  }
  await walk.getByRole('button', { name: '开始使用' }).click()
  await walk.waitFor({ state: 'detached' })
  assert.ok(seen.includes('每周写实') && seen.includes('搜索') && !seen.includes('组织与账号'), seen.join('、'))
  await page.reload()
  await page.locator('.head').waitFor()
  assert.equal(await page.getByRole('button', { name: '看一遍' }).count(), 0)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: '快捷键' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: '帮助' }).click()
  await page.locator('.manual').waitFor()
  const chapters = page.getByRole('group', { name: '帮助内容' }).getByRole('button')
  for (let i = 0; i < (await chapters.count()); i += 1) {
    await chapters.nth(i).click()
    const broken = await page.evaluate(async () => {
      const images = [...document.querySelectorAll('.manual img')]
      await Promise.all(images.map((image) => { image.loading = 'eager'; return image.decode().catch(() => undefined) }))
      return images.filter((image) => image.naturalWidth === 0).map((image) => image.alt)
    })
    assert.deepEqual(broken, [])
  }
  step(`首次引导 ${seen.length} 处，看过不再出现；手册各章和图都在，快捷键一按即出`)
}

/** A meeting that decided on several requests is entered once; the form of one is printed with its number and code. */
export async function desk(house) {
  const page = await house.as(office)
  await page.goto(`${house.address}/signing`)
  const boxes = page.locator('.part').filter({ hasText: '线下签批与会议' }).getByRole('checkbox')
  await boxes.first().waitFor()
  const open = []
  for (let i = 0; i < (await boxes.count()) && open.length < 2; i += 1) if (await boxes.nth(i).isEnabled()) open.push(boxes.nth(i))
  assert.equal(open.length, 2)
  for (const box of open) await box.check()
  await page.getByRole('region', { name: '会议审定' }).getByRole('button', { name: '登记会议审定' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: '登记 2 项' }).click()
  assert.equal(await form.getByText('请填写').count(), 3)
  await form.getByLabel('会议', { exact: true }).fill('整改工作领导组会议')
  await form.getByLabel('纪要文号').fill('〔2026〕9号')
  await form.getByLabel(/会议纪要扫描件/).setInputFiles({ name: '视频.mp4', mimeType: 'video/mp4', buffer: Buffer.from('x') })
  await form.getByRole('button', { name: '登记 2 项' }).click()
  await form.getByText('不接受这种文件').waitFor()
  await form.getByLabel(/会议纪要扫描件/).setInputFiles(pdf)
  await form.getByRole('button', { name: '登记 2 项' }).click()
  await form.waitFor({ state: 'detached' })
  assert.equal(await page.locator('ul.refused').count(), 0)
  await page.locator('.do').getByRole('button', { name: '代录纸质签批' }).first().click()
  await page.getByRole('link', { name: '打印签批单' }).first().click()
  await page.locator('.paper .qr').waitFor()
  assert.match(await page.locator('.paper header').innerText(), /签批单\s+第 \d+ 号\s+校验码 [0-9A-F]{8}/)
  await house.shot(page, 'paper-form')
  step('一次会议审定两项，一次登记；签批单带编号、校验码和二维码')
}
