// A check on the spot from its plan to its figures: a draw of two parties in browsers of their own, found on a phone without a network, signed by the second.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { lookedAt } from './eyes.mjs'
import { login } from './house.mjs'
import { office, step, told } from './steps.mjs'

const phone = { width: 390, height: 844 }
const planner = login('巡督一')
const principal = login('甲子安')
const unit = login('甲丑一')
/** A picture of one point. */
const photo = { name: '现场照片.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }

async function at(house, page, address) {
  await page.goto(`${house.address}${address}`)
  await page.locator('.head, .aboutcheck').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
}

const looked = (house, page, what, whole = true) => lookedAt(house, page, `check-${what}`, whole)

async function plan(house) {
  const page = await house.as(planner)
  await at(house, page, '/checks')
  await told(page)
  await page.getByRole('button', { name: '筹备检查' }).click()
  const form = page.locator('.planform')
  await form.getByLabel('名称').fill('已销号任务随时抽查')
  await form.getByRole('button', { name: /台账所写与现场是否一致/ }).click()
  await form.getByRole('button', { name: '全选' }).click()
  await looked(house, page, 'plan')
  await form.getByRole('button', { name: '保存' }).click()
  await page.locator('.aboutcheck').waitFor()
  step('督导组组长筹备随时抽查')
  return new URL(page.url()).pathname
}

async function freeze(house, path) {
  const page = await house.as(planner)
  await page.getByRole('button', { name: '冻结抽样框' }).first().click()
  const form = page.getByRole('region', { name: '冻结抽样框' })
  await form.getByLabel('牵头单位').uncheck()
  await form.getByLabel('处置类型').check()
  await form.getByLabel(/抽取数/).fill('4')
  for (const who of ['甲子安', '巡督一']) await form.getByLabel(new RegExp(`^${who}`)).check()
  const size = form.locator('.framepreview .figure').first()
  await size.waitFor()
  await form.locator('.framepreview').getByText(/抽 4 项/).waitFor()
  const before = Number(await size.innerText())
  // One is left out: without a reason it cannot be, and the frame is smaller by it.
  const field = form.getByRole('combobox', { name: '剔除任务' })
  await field.click()
  await form.locator('.pickbox').getByRole('option').first().click()
  await form.getByText('剔除的任务须写理由').waitFor()
  await form.getByLabel(/不参加抽取的理由/).fill('正在司法程序中')
  await page.waitForFunction((n) => Number(document.querySelector('.framepreview .figure').textContent) === n, before - 1)
  await looked(house, page, 'frame')
  await form.getByRole('button', { name: '冻结抽样框' }).click()
  await page.getByRole('dialog').getByText('冻结后不能撤销或修改').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '冻结' }).click()
  await page.locator('.partylist').waitFor()
  step(`抽样框 ${before - 1} 项冻结，剔除一项写明理由`)
  return path
}

/** Two parties, each in a browser of his own: the second has only what he wrote down. */
async function draw(house, path) {
  const numbers = new Map()
  for (const who of [planner, principal]) {
    const page = await house.as(who)
    await at(house, page, path)
    await page.locator('.nextact').getByRole('button', { name: '登记随机数' }).click()
    numbers.set(who, (await page.getByTestId('nonce').innerText()).replace(/\s/g, ''))
    await looked(house, page, `commit-${who}`)
    const send = page.locator('.actform').getByRole('button', { name: '登记随机数' })
    assert.equal(await send.isDisabled(), true, 'not before it is written down')
    await page.getByLabel('已抄写、复制或打印').check()
    await send.click()
    await page.locator('.partylist li', { hasText: '本人' }).getByText('✓ 已登记').waitFor()
  }
  assert.equal(new Set(numbers.values()).size, 2)
  for (const number of numbers.values()) assert.match(number, /^[0-9a-f]{64}$/)
  step('两方各自登记随机数的校验码')
  const lost = await house.as(principal)
  await lost.evaluate(() => { for (const key of Object.keys(localStorage)) if (key.startsWith('bihuan.nonce/')) localStorage.removeItem(key) })
  for (const who of [planner, principal]) {
    const page = await house.as(who)
    await at(house, page, path)
    await page.locator('.nextact').getByRole('button', { name: '公开随机数' }).click()
    const field = page.getByLabel('您的随机数')
    if (who === principal) {
      assert.equal(await field.inputValue(), '')
      await field.fill('0'.repeat(64))
      await page.locator('.actform').getByRole('button', { name: '公开随机数' }).click()
      await page.locator('.actform .fault').waitFor()
      await field.fill(numbers.get(who).toUpperCase())
    }
    await page.locator('.actform').getByRole('button', { name: '公开随机数' }).click()
    await page.locator('.partylist li', { hasText: '本人' }).getByText('✓ 已公开').waitFor()
  }
  const page = await house.as(planner)
  await at(house, page, path)
  await page.getByRole('button', { name: '在本页重新抽取并验证' }).click()
  await page.locator('.verdict.agrees').getByText('全部一致').waitFor()
  await page.getByText('✓ 您的随机数').waitFor()
  await looked(house, page, 'drawn')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载抽取记录' }).click()])
  const text = readFileSync(await file.path(), 'utf8')
  step('公开后抽取，在页面里重新抽取一遍，全部一致')

  await at(house, page, '/draw')
  const input = page.locator('input[type=file]')
  await input.setInputFiles({ name: 'draw.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await page.locator('.verdict.agrees').waitFor()
  await looked(house, page, 'verified')
  const bundle = JSON.parse(text)
  bundle.sample[0].inspectors.reverse()
  await input.setInputFiles({ name: 'changed.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle)) })
  await page.locator('.verdict.differs').getByText(/检查人员/).waitFor()
  await looked(house, page, 'refused')
  step('下载的抽取记录在验证页一致，改动一处被指出')
  return bundle.sample.length
}

/** A unit sees none of it, neither in the navigation nor by its address. */
async function unseen(house, path) {
  const page = await house.as(unit)
  await page.goto(`${house.address}${path}`)
  await page.locator('.empty').waitFor()
  assert.equal(await page.getByText('已销号任务随时抽查').count(), 0)
  assert.equal(await page.getByRole('navigation', { name: '主导航' }).getByText('检查', { exact: true }).count(), 0)
  step('被检查单位按地址也看不到检查')
}

/** On a phone the network goes while one writes; the form is kept over a reload and arrives once. */
async function withoutNetwork(house, path) {
  const desk = await house.as(planner)
  await at(house, desk, path)
  await desk.getByRole('button', { name: '宣布进点' }).click()
  await desk.getByRole('dialog').getByRole('button', { name: '宣布进点' }).click()
  await desk.locator('.facts').getByText('宣布进点').waitFor()
  const line = desk.locator('.targets li').first()
  const people = (await line.locator('.muted').last().innerText()).match(/检查人员 (.+)$/)[1].split('、')
  const number = (await line.locator('.number').innerText()).trim()
  const [first, second] = people.map(login)

  const page = await house.as(first, phone)
  let sent = 0
  let received = 0
  page.on('request', (request) => {
    if (/\/results\//.test(request.url()) && request.method() === 'PUT') sent += 1
  })
  page.on('response', (answer) => {
    if (/\/checks\/[^/]+\/files/.test(answer.url()) && answer.ok()) received += 1
  })
  await at(house, page, path)
  await looked(house, page, 'phone')
  await page.locator('.targets li', { hasText: number }).getByRole('link', { name: '记录' }).click()
  const form = page.getByRole('region', { name: '现场情况' })
  await form.waitFor()
  await page.locator('.claims h3').first().waitFor()
  await page.context().setOffline(true)
  await form.getByRole('radio', { name: /虚假整改/ }).click()
  const words = '现场没有台账所写的设备，问了两名班组长，都说没有到货'
  await form.getByLabel('看到的情况').pressSequentially(words)
  await form.getByLabel('添加照片或文件').setInputFiles(photo)
  await form.getByText('现场照片.png').waitFor()
  await looked(house, page, 'phone-writing')
  for (const radio of await form.getByRole('radio').all()) assert.ok((await radio.boundingBox()).height >= 60, 'a thumb hits it')
  await form.getByRole('button', { name: '保存' }).click()
  await page.locator('.outbox').getByText('待发送 1').waitFor()
  assert.equal(received, 0, 'nothing was received while the network was off')
  await house.shot(page, 'check-phone-waiting')
  step(`${first} 断网时记录 ${number}，已存在本机，待发送 1`)

  // Reloaded with a network that carries nothing but the page: what was kept is still there, and waits.
  await page.route('**/api/v1/checks/*/files**', (route) => route.abort())
  await page.context().setOffline(false)
  await page.reload()
  await form.waitFor()
  await page.locator('.outbox').getByText('待发送 1').waitFor()
  assert.equal(await form.getByLabel('看到的情况').inputValue(), words)
  await page.unroute('**/api/v1/checks/*/files**')
  // The first answer is lost on its way back: it is sent again, and still entered once.
  let isLost = false
  await page.route('**/results/**', async (route) => {
    if (isLost || route.request().method() !== 'PUT') return route.continue()
    isLost = true
    await route.fetch()
    await route.abort()
  })
  sent = 0
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await page.waitForTimeout(500)
  await page.locator('.outbox').getByText('已发送 1').waitFor({ timeout: 30_000 })
  await page.unroute('**/results/**')
  assert.equal(isLost, true)
  assert.equal(sent, 2, `${sent} were sent`)
  await page.reload()
  await form.getByText('等另一位检查人员复核签名').waitFor()
  await page.waitForTimeout(1_000)
  assert.equal(sent, 2, 'nothing more is sent')
  assert.equal(received, 1, `${received} files were received`)
  step('网络恢复后送到，回执丢失也只记一次')
  return { number, second }
}

/** Everybody else's results, and every second signature, are given on the page. */
async function rest(house, path, { number, second }) {
  const page = await house.as(second, phone)
  await at(house, page, path)
  await page.locator('.targets li', { hasText: number }).getByRole('link', { name: '复核签名' }).click()
  const form = page.getByRole('region', { name: '复核签名' })
  await form.getByText('现场没有台账所写的设备').waitFor()
  assert.equal(await form.getByText('现场照片.png').count(), 1, 'one file, once')
  await looked(house, page, 'phone-second')
  await form.getByRole('button', { name: '复核签名' }).click()
  await page.getByText(/复核签名$/).first().waitFor()
  step(`${second} 在自己的手机上复核签名`)
  const desk = await house.as(planner)
  await at(house, desk, path)
  const lines = await desk.locator('.targets li').evaluateAll((all) => all.map((li) => [li.querySelector('.number').textContent.trim(), li.innerText]))
  for (const [task, text] of lines) {
    if (task === number) continue
    const [one, two] = text.match(/检查人员 (.+)/)[1].trim().split('、').map(login)
    const writer = await house.as(one, phone)
    await at(house, writer, path)
    await writer.locator('.targets li').filter({ has: writer.locator('.number', { hasText: new RegExp(`^${task}$`) }) }).getByRole('link', { name: '记录' }).click()
    const found = writer.getByRole('region', { name: '现场情况' })
    await found.getByRole('radio', { name: /^属实/ }).click()
    await found.getByLabel('看到的情况').fill('与台账一致')
    await found.getByRole('button', { name: '保存' }).click()
    await found.getByText('等另一位检查人员复核签名').waitFor()
    const signer = await house.as(two, phone)
    await at(house, signer, path)
    await signer.locator('.targets li').filter({ has: signer.locator('.number', { hasText: new RegExp(`^${task}$`) }) }).getByRole('link', { name: '复核签名' }).click()
    await signer.getByRole('region', { name: '复核签名' }).getByRole('button', { name: '复核签名' }).click()
    await signer.getByRole('region', { name: '检查情况' }).getByText('✓').waitFor()
  }
  step(`其余 ${lines.length - 1} 项记录并复核签名`)
  return lines.length
}

async function figures(house, path, drawn, { number }) {
  const page = await house.as(planner)
  await at(house, page, path)
  const text = await page.locator('.figuresofcheck').innerText()
  assert.match(text, /抽查不实率\s+\d/)
  const [share, low, high] = text.match(/抽查不实率\s+([\d.]+)%\s+95% 置信区间 ([\d.]+)% 至 ([\d.]+)%/).slice(1).map(Number)
  assert.ok(low > 0 && low < share && share < high && high < 100, text)
  const counts = await page.locator('.tallies dd').allInnerTexts()
  assert.deepEqual(counts, [drawn, drawn, drawn - 1, 0, 0, 1].map(String))
  await looked(house, page, 'figures')
  await page.locator('.nextact').getByRole('button', { name: '检查办结' }).click()
  await page.locator('.actform').getByRole('button', { name: '检查办结' }).click()
  await page.locator('.aboutcheck .state').getByText('已办结').waitFor()
  step(`检查办结：不实率 ${share}%，区间 ${low}% 至 ${high}%`)
  const desk = await house.as(office)
  await at(house, desk, path)
  await desk.locator('.figuresofcheck').getByRole('link', { name: number }).click()
  await desk.locator('.taskhead .light.red').first().waitFor()
  const task = desk.url().replace(/\?.*/, '')
  await desk.goto(`${task}?act=settle_check`)
  const panel = desk.locator('.panel')
  await panel.getByLabel('检查结论处理').fill('设备已于检查后到位，另行跟踪')
  await house.shot(desk, 'check-settle')
  await panel.getByRole('button', { name: '作出处理' }).click()
  await panel.waitFor({ state: 'detached' })
  await desk.locator('.taskhead .light.red').waitFor({ state: 'detached' })
  step(`${number} 因虚假整改亮红灯，作检查结论处理后解除`)
}

export async function onTheSpot(house) {
  const path = await freeze(house, await plan(house))
  const drawn = await draw(house, path)
  await unseen(house, path)
  const found = await withoutNetwork(house, path)
  assert.equal(await rest(house, path, found), drawn)
  await figures(house, path, drawn, found)
}
