// A publication from the rule that lets it be to the line that remains: switched on, composed, an exempted name found and mended, signed by three, published, read without a log-in and without a script, an opinion with a script in it handed in, answered, looked up by its code; another one withdrawn; months later the first is a line.
import assert from 'node:assert/strict'
import { lookedAt } from './eyes.mjs'
import { login } from './house.mjs'
import { inDays, office, pdf, pick, second, step, told } from './steps.mjs'
import { savedByTwo, writtenByTwo } from './together.mjs'

const phone = { width: 390, height: 844 }
const secret = login('丁卯清')
const principal = login('甲子安')
const unit = login('甲丑一')
const evil = '<script>document.title="注入"</script>三楼档案室仍有未归档的合同'

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head, .aboutcheck').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

/** Opens an act of a publication and leaves its form in sight. */
async function open(page, label) {
  await page.locator('.nextact').getByRole('button', { name: label, exact: true }).click()
  return page.locator('.actform')
}

async function isNow(page, label) {
  await page.locator('.aboutcheck .state').getByText(label, { exact: true }).waitFor()
}

/** The same settings on two desks. */
async function settledByTwo(house) {
  const [mine, theirs] = [await house.as(office), await house.as(second)]
  for (const page of [mine, theirs]) {
    await at(house, page, '/rounds')
    await told(page)
  }
  const card = (page) => page.locator('section.card').first()
  const fields = ['反馈文件', '被巡察单位'].map((label) => (page) => card(page).getByLabel(label))
  const before = await Promise.all(fields.map((field) => field(mine).inputValue()))
  const save = async (page) => {
    await card(page).getByRole('button', { name: '保存', exact: true }).click()
    await card(page).locator('[role=status]').getByText('已保存').waitFor()
  }
  await savedByTwo(mine, theirs, fields, save)
  for (const [i, field] of fields.entries()) await field(mine).fill(before[i])
  await save(mine)
  step('两人同改轮次资料：各改各的都在，同改一处的先问')
}

/** The rule, with what it would change shown before it is one. */
async function switchedOn(house) {
  const page = await house.as(office)
  await at(house, page, '/publications')
  await told(page)
  await page.locator('.empty').getByText('没有开通公示').waitFor()
  await lookedAt(house, page, 'publications-off')
  await at(house, page, '/rounds')
  await told(page)
  const rules = page.locator('.rules')
  await rules.getByLabel('公示范围').selectOption('open')
  await rules.getByLabel('监督电话').fill('0000-1234567')
  await rules.getByLabel('标记词').fill('内部电话')
  await rules.getByRole('button', { name: '看会改变什么' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.changes').getByText('公示范围').waitFor()
  await dialog.getByLabel('修改依据').fill('领导组会议纪要')
  await dialog.getByRole('button', { name: '保存为新版' }).click()
  await dialog.waitFor({ state: 'detached' })
  step('整改办开通公示，先看会改变什么')
}

async function composed(house) {
  const page = await house.as(office)
  await at(house, page, '/publications')
  await told(page)
  await page.getByRole('button', { name: '起草公示' }).click()
  await page.getByLabel('时段自').fill(inDays(-60))
  await page.getByRole('button', { name: '带入记录' }).click()
  await page.locator('.pubitems li').first().waitFor()
  const n = await page.locator('.pubitems > li').count()
  assert.ok(n > 0)
  const first = page.locator('.pubitems > li').first()
  assert.notEqual(await first.getByLabel('问题').inputValue(), '', 'what is known is there')
  await page.locator('.pubitems > li').last().getByRole('button', { name: '移出此项' }).click()
  await page.locator('.pubitems > li').nth(n - 1).waitFor({ state: 'detached' })
  await first.getByRole('button', { name: '添加豁免' }).click()
  await first.getByLabel('不公示的人名').fill('丙寅正')
  await pick(first, '批准人', '丁卯清')
  await first.getByLabel('整改成效').fill('由丙 寅、正负责，已完成。')
  await first.locator('[role=status]').getByText('已保存').waitFor()
  await page.locator('.hits').getByText('丙寅正').waitFor()
  await lookedAt(house, page, 'publication-hit')
  const form = page.locator('form.card').filter({ hasText: '保密审查人' })
  await pick(form, '保密审查人', '丁卯清')
  await form.locator('[role=status]').getByText('已保存').waitFor()
  const theirs = await house.as(second)
  await at(house, theirs, new URL(page.url()).pathname)
  const lead = (one) => one.locator('form.card').filter({ hasText: '保密审查人' }).getByLabel('导语')
  const before = await lead(page).inputValue()
  const kept = (one) => one.locator('form.card').filter({ hasText: '保密审查人' }).locator('[role=status]').getByText('已保存').waitFor()
  await writtenByTwo(page, theirs, lead, kept)
  await lead(page).fill(before)
  await kept(page)
  step('两人同开一份公示稿：没动笔的不会盖过别人写的，同改一处的由人选定')
  const submit = await open(page, '送审签')
  await submit.getByRole('button', { name: '送审签' }).click()
  await submit.getByRole('alert').first().waitFor()
  step('起草带入记录，豁免的人名换了写法也被拦下')
  await first.getByLabel('整改成效').fill('由丙某负责，已完成。')
  await page.locator('.hits').waitFor({ state: 'detached' })
  await submit.getByRole('button', { name: '送审签' }).click()
  await isNow(page, '审签中')
  step('改写后送审签，数据随之固定')
  return new URL(page.url()).pathname
}

async function signedBy(house, path, who, size) {
  const page = await house.as(who, size)
  await at(house, page, path)
  const form = await open(page, '审签')
  await form.getByRole('button', { name: '同意' }).click()
  await form.waitFor({ state: 'detached' })
  return page
}

async function outside(house, { script = false, size = phone } = {}) {
  const context = await house.browser.newContext({ viewport: size, locale: 'zh-CN', javaScriptEnabled: script })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return page
}

/** Nothing is wider than the screen; without a script of its own the page is asked from outside it. */
async function narrow(page) {
  const box = await page.locator('main').boundingBox()
  assert.ok(box && box.width <= page.viewportSize().width, 'nothing is wider than the screen')
}

async function readAndWritten(house) {
  const page = await outside(house)
  await page.goto(`${house.openAddress}/`)
  await page.getByRole('link', { name: /整改进展情况通报/ }).click()
  await page.locator('ol.items').getByText('由丙某负责').waitFor()
  const text = await page.locator('main').innerText()
  assert.ok(!text.includes('丙寅正') && text.includes('0000-1234567'), text)
  assert.equal((await page.context().cookies()).length, 0)
  await narrow(page)
  await house.shot(page, 'public-phone').catch(() => page.screenshot({ path: `${house.shots}/public-phone.png`, fullPage: true }))
  const notice = new URL(page.url()).pathname
  await page.getByLabel('意见（必填').fill(evil)
  await page.getByLabel('姓名').fill('来信人甲')
  await page.getByLabel('附件').setInputFiles({ name: '程序.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\u0090') })
  await page.getByRole('button', { name: '提交意见' }).click()
  await page.locator('.faults').getByText('程序.exe').waitFor()
  assert.equal(await page.getByLabel('意见（必填').inputValue(), evil, 'nothing is lost')
  await page.getByLabel('附件').setInputFiles(pdf)
  await page.getByRole('button', { name: '提交意见' }).click()
  const code = (await page.locator('.code').innerText()).trim()
  assert.match(code, /^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/)
  await page.screenshot({ path: `${house.shots}/public-received.png` })
  const desk = await outside(house, { script: true, size: { width: 1440, height: 900 } })
  await desk.goto(`${house.openAddress}${notice}`)
  await lookedAt(house, desk, 'public-desk')
  await desk.context().close()
  await page.context().close()
  step('不登录、不开脚本读到公示，提交意见，附件不对有提示，改后得到查询码')
  return { notice, code }
}

async function answered(house, code) {
  const page = await house.as(office)
  await at(house, page, '/opinions')
  await told(page)
  const line = page.locator('.opinionlines > li').first()
  await line.getByText(evil).waitFor()
  assert.notEqual(await page.title(), '注入')
  await line.getByRole('link', { name: '办理' }).click()
  await line.getByRole('button', { name: '分办' }).click()
  await pick(line.locator('.actform'), '承办单位', '办公室')
  await line.locator('.actform').getByRole('button', { name: '分办' }).click()
  await line.locator('.state').getByText('办理中').waitFor()
  await line.getByRole('button', { name: '拟答复' }).click()
  await line.getByLabel('答复', { exact: true }).fill('已核查，合同已全部归档，感谢监督。')
  await lookedAt(house, page, 'opinions')
  await line.getByRole('button', { name: '送审核' }).click()
  await line.locator('.state').getByText('答复待审核').waitFor()
  const other = await house.as(second, phone)
  await at(house, other, '/opinions')
  await told(other)
  const same = other.locator('.opinionlines > li').first()
  await same.getByRole('link', { name: '办理' }).click()
  await same.getByRole('button', { name: '审核答复' }).click()
  await lookedAt(house, other, 'opinions-phone')
  await same.getByRole('button', { name: '通过' }).click()
  await same.locator('.state').getByText('已答复').waitFor()
  const page2 = await outside(house)
  await page2.goto(`${house.openAddress}/answers`)
  await page2.getByLabel('查询码').fill(code.toLowerCase())
  await page2.getByRole('button', { name: '查询' }).click()
  await page2.getByText('合同已全部归档').waitFor()
  await page2.screenshot({ path: `${house.shots}/public-answer.png` })
  await page2.context().close()
  step('意见分办、拟答复、另一人审核，凭查询码看到答复；脚本只是文字')
}

/** What a unit finds of it: nothing that is not its own. */
async function unseen(house, path) {
  const page = await house.as(unit)
  await page.goto(`${house.address}${path}`)
  await page.locator('.empty').waitFor()
}

async function publishedBy(house, path) {
  await signedBy(house, path, second)
  await signedBy(house, path, secret)
  const leader = await signedBy(house, path, principal, phone)
  await isNow(leader, '已审定，待发布')
  await lookedAt(house, leader, 'publication-leader-phone')
  const page = await house.as(office)
  await at(house, page, path)
  await (await open(page, '发布')).getByRole('button', { name: '发布' }).click()
  await isNow(page, '公示中')
  await lookedAt(house, page, 'publication-published')
  await page.goto(`${house.address}${path}/paper`)
  await page.locator('.poster').waitFor()
  await lookedAt(house, page, 'publication-paper')
  step('整改办、保密审查、主要负责人审签，发布')
}

async function withdrawn(house) {
  const page = await house.as(office)
  await at(house, page, '/publications')
  await told(page)
  await page.getByRole('button', { name: '起草公示' }).click()
  await page.getByLabel('种类').selectOption('progress')
  await page.getByLabel('时段自').fill(inDays(-30))
  await page.getByRole('button', { name: '带入记录' }).click()
  const form = page.locator('form.card').filter({ hasText: '保密审查人' })
  await form.getByLabel('标题').fill('将要撤回的通报')
  await pick(form, '保密审查人', '丁卯清')
  await form.locator('[role=status]').getByText('已保存').waitFor()
  await (await open(page, '送审签')).getByRole('button', { name: '送审签' }).click()
  await isNow(page, '审签中')
  const path = new URL(page.url()).pathname
  await publishedBy(house, path)
  await at(house, page, path)
  const act = await open(page, '撤回公示')
  await act.getByLabel('撤回原因').fill('所列时间有误')
  await act.getByRole('button', { name: '撤回公示' }).click()
  await isNow(page, '已撤回')
  const read = await outside(house)
  await read.goto(`${house.openAddress}/`)
  await read.getByRole('link', { name: '将要撤回的通报' }).click()
  await read.getByText('所列时间有误').waitFor()
  assert.equal(await read.locator('ol.items').count(), 0)
  await read.context().close()
  step('撤回后公示网页只留一行说明和原因')
}

export async function published(house) {
  await settledByTwo(house)
  await switchedOn(house)
  const path = await composed(house)
  await unseen(house, path)
  await publishedBy(house, path)
  const found = await readAndWritten(house)
  await answered(house, found.code)
  await withdrawn(house)
  return { path, ...found }
}

/** Months later: the days are over. */
export async function outlived(house, { notice, code }) {
  const page = await outside(house)
  await page.goto(`${house.openAddress}${notice}`)
  await page.getByText('公示期已满').waitFor()
  const text = await page.locator('main').innerText()
  assert.ok(text.includes('收到意见1件，已答复1件') && !text.includes('由丙某负责'), text)
  await page.screenshot({ path: `${house.shots}/public-ended.png` })
  await page.goto(`${house.openAddress}/answers`)
  await page.getByLabel('查询码').fill(code)
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText('合同已全部归档').waitFor()
  await page.context().close()
  step('公示期满，网页只留一行，答复仍可查')
}
