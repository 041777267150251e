// Pictures of every page as every role, to be looked at: node tests/journeys/pictures.mjs FOLDER [part of a picture's name …]
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newcomer } from './administrators.mjs'
import { House, root } from './house.mjs'
import { handedOn } from './pictures_handed.mjs'

const [folder, ...only] = process.argv.slice(2)
if (!folder) throw new Error('usage: node tests/journeys/pictures.mjs FOLDER [part of a picture’s name …]')
mkdirSync(folder, { recursive: true })

const desk = { width: 1440, height: 900 }
const wide = { width: 1920, height: 1080 }
const phone = { width: 390, height: 844 }
/** The desk's screen at twice the size of everything. */
const zoomed = { width: 720, height: 450 }
/** A page longer than this many screens is cut. */
const screens = 3

let taken = 0
const wanted = (name) => only.length === 0 || only.some((part) => name.includes(part))

/** Waits until nothing is being read and nothing moved for a moment. */
async function settled(page) {
  for (let still = 0; still < 3; still += 1) {
    if (await page.locator('.loading').count()) still = -1
    await page.waitForTimeout(100)
  }
}

/** The page as it scrolls past, screen by screen. */
async function look(page, name, { whole = true } = {}) {
  await settled(page)
  const { width, height } = page.viewportSize()
  const long = await page.evaluate(() => document.documentElement.scrollHeight)
  const n = whole ? Math.min(screens, Math.ceil(long / height)) : 1
  for (let i = 0; i < n; i += 1) {
    await page.evaluate((y) => window.scrollTo(0, y), i * height)
    await page.screenshot({ path: join(folder, `${name}-${width}${i > 0 ? `-${i + 1}` : ''}.png`) })
    taken += 1
  }
  const spread = await page.evaluate(() => document.documentElement.scrollWidth)
  if (spread > width) console.log(`  ${name} at ${width}: ${spread} wide`)
}

/** What somebody sees at an address, at each size; `act` does something there first. */
async function at(house, who, address, name, { sizes = [desk, phone], act, password } = {}) {
  if (!wanted(name)) return
  for (const size of sizes) {
    const page = await house.as(who, size, password)
    await page.goto(`${house.address}${address}`)
    await page.locator('.head, .taskhead, .aboutcheck, .empty, .door').first().waitFor()
    if (act) await act(page)
    await look(page, name)
  }
}

/** The address of the first task that a filter of the ledger finds. */
async function first(house, who, filter) {
  const page = await house.as(who)
  await page.goto(`${house.address}/ledger?${filter}`)
  const link = page.locator('.ledger td.title a, .empty').first()
  await link.waitFor()
  const href = await link.getAttribute('href')
  if (!href) throw new Error(`${who} finds no task by ${filter}`)
  return href
}

/** As it comes out of a printer, black on white, page after page. */
async function print(house, who, address, name, { act, ...sheet } = {}) {
  if (!wanted(name)) return
  const page = await house.as(who)
  await page.goto(`${house.address}${address}`)
  await page.locator('.ledger, .taskhead, .overview, .calendar, .head, .wall').first().waitFor()
  if (act) await act(page)
  await settled(page)
  writeFileSync(join(folder, `${name}.pdf`), await page.pdf({ format: 'A4', ...sheet }))
  taken += 1
}

async function door(house) {
  if (!wanted('door')) return
  for (const size of [desk, phone]) {
    const context = await house.browser.newContext({ viewport: size, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(house.address)
    await page.getByLabel('账号').waitFor()
    await look(page, 'door')
    await page.getByLabel('账号').fill('p072')
    await page.getByLabel('密码').fill('not this one')
    await page.getByRole('button', { name: '登录' }).click()
    await page.locator('.refused').waitFor()
    await look(page, 'door-refused')
    await context.close()
  }
}

async function administrators(house, prefix) {
  for (const who of ['sysadmin', 'secadmin', 'auditor']) {
    for (const part of ['accounts', 'people', 'units', 'delegations']) await at(house, who, `/organisation?part=${part}`, `${prefix}${who}-${part}`)
  }
  await at(house, 'auditor', '/organisation?part=log', `${prefix}auditor-log`)
  const press = (name) => async (page) => {
    await page.getByRole('button', { name }).first().click()
    await page.getByRole('dialog').waitFor()
  }
  await at(house, 'sysadmin', '/organisation', `${prefix}sysadmin-new`, { act: press('建账号') })
  await at(house, 'secadmin', '/organisation?part=delegations', `${prefix}secadmin-grant`, { act: press('登记授权') })
  await at(house, 'sysadmin', '/own', `${prefix}own`)
  await at(house, 'sysadmin', '/help', `${prefix}help`)
}

async function everybody(house) {
  const pages = {
    p072: ['todo', 'ledger', 'lists', 'signing', 'imports', 'rounds'],
    p073: ['todo', 'signing'],
    p068: ['todo', 'ledger', 'signing'],
    p001: ['todo', 'ledger', 'signing'],
    p003: ['todo', 'ledger', 'signing'],
    p005: ['todo', 'signing'],
    p012: ['todo', 'ledger', 'statements', 'plans', 'signing'],
    p013: ['todo', 'ledger', 'statements', 'plans'],
    p022: ['todo', 'plans', 'signing'],
    p038: ['todo', 'plans', 'statements'],
    p040: ['todo', 'ledger', 'statements'],
    p041: ['todo', 'ledger', 'plans', 'signing'],
  }
  for (const [who, names] of Object.entries(pages)) for (const name of names) await at(house, who, `/${name}`, `${who}-${name}`)
  for (const who of ['p001', 'p003', 'p072', 'p068', 'p012', 'p041']) for (const name of ['overview', 'wall', 'calendar', 'calendar?as=list', 'notices?all=1']) await at(house, who, `/${name}`, `${who}-${name.replace(/\?.*/, '')}${name.includes('list') ? '-list' : ''}`)
  // What keeps it from coming back, by who reads it.
  for (const who of ['p001', 'p072', 'p068', 'p012', 'p056', 'p051']) for (const name of ['rules', 'systemic', 'appraisals', 'accountability', 'burden', 'handovers']) await at(house, who, `/${name}`, `lasting-${who}-${name}`)
  for (const [list, link] of [['rules', '.rulelist a'], ['systemic', '.lines .do a']]) for (const who of ['p001', 'p072', 'p056']) await at(house, who, `/${list}`, `lasting-${who}-${list}-one`, { act: async (page) => { await page.locator(link).first().click({ timeout: 3_000 }).catch(() => undefined); await page.waitForTimeout(400) } })
  await at(house, 'p072', '/appraisals/scheme', 'lasting-p072-scheme')
  await at(house, 'p022', '/rules/new', 'lasting-p022-rule')
  for (const name of ['todo', 'ledger', 'lists', 'signing', 'overview', 'calendar']) await at(house, 'p072', `/${name}`, `p072-${name}`, { sizes: [wide, zoomed] })
  for (const name of ['todo', 'statements', 'plans']) await at(house, 'p012', `/${name}`, `p012-${name}`, { sizes: [zoomed] })
  for (const list of ['measures', 'responsibility']) await at(house, 'p072', `/lists?list=${list}`, `p072-lists-${list}`)
}

async function office(house) {
  const unfold = (name) => async (page) => page.getByRole('button', { name }).first().click()
  await at(house, 'p072', '/ledger?light=red', 'p072-ledger-red')
  await at(house, 'p072', '/ledger?text=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84', 'p072-ledger-none')
  await at(house, 'p072', '/ledger?light=red', 'p072-peek', { act: unfold(/速览/) })
  await at(house, 'p072', '/ledger?state=draft', 'p072-chosen', { act: async (page) => page.getByLabel('全选已读出的').check().catch(() => undefined) })
  await at(house, 'p072', '/todo', 'p072-notices', { act: async (page) => page.locator('.notices > summary').click() })
  await at(house, 'p072', '/todo', 'p072-search', { act: async (page) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('组织')
    await page.getByRole('group', { name: '任务' }).waitFor()
  } })
  await at(house, 'p072', '/todo', 'p072-answer', { act: async (page) => {
    await page.getByRole('button', { name: '阅签' }).first().click()
    await page.locator('.panel').waitFor()
  } })
  await at(house, 'p072', '/signing', 'p072-paper', { act: async (page) => {
    await page.getByRole('button', { name: /代录|纸质/ }).first().click()
    await page.locator('.panel').waitFor()
  } })
  const drop = (file) => async (page) => {
    await page.locator('input[type=file]').setInputFiles(join(root, 'tests/fixtures', file))
    await page.locator('.exits').waitFor()
  }
  await at(house, 'p072', '/imports', 'p072-import-old', { act: drop('ledgers/old.xlsx') })
  await at(house, 'p072', '/imports', 'p072-import-plan', { act: drop('plan.xlsx') })
}

const states = ['draft', 'issued', 'planning', 'plan_review', 'rectifying', 'closure_review', 'observing', 'closed', 'withdrawn']

async function tasks(house) {
  for (const state of states.filter((s) => wanted(`task-${s}`))) {
    const address = await first(house, 'p072', `state=${state}`)
    await at(house, 'p072', address, `task-${state}`, state === 'rectifying' ? { sizes: [desk, phone, wide] } : {})
  }
  for (const [number, name] of [['T46', 'golive'], ['T51', 'reopened'], ['T41', 'overdue'], ['T07', 'immediate'], ['T11', 'extended'], ['T44', 'paper'], ['T26', 'cross']]) {
    if (wanted(`task-${name}`)) await at(house, 'p072', await first(house, 'p072', `text=${number}`), `task-${name}`)
  }
  const acts = [
    ['p022', 'state=planning', 'submit_plan'], ['p012', 'state=rectifying', 'request_closure'], ['p012', 'state=rectifying', 'request_extension'], ['p012', 'state=rectifying', 'submit_statement'],
    ['p012', 'state=rectifying', 'attach_evidence'], ['p012', 'state=rectifying', 'propose_amendment'], ['p038', 'state=issued', 'claim'], ['p038', 'state=issued', 'wish_reassignment'],
    ['p072', 'state=rectifying', 'reassign'], ['p072', 'state=draft', 'issue'],
  ]
  for (const [who, filter, act] of acts) if (wanted(`act-${act}`)) await at(house, who, `${await first(house, who, filter)}?act=${act}`, `act-${act}`)
  const sign = async (page) => {
    await page.getByRole('button', { name: '看内容并签' }).first().click()
    await page.locator('.panel').waitFor()
  }
  for (const who of ['p001', 'p003', 'p005', 'p068']) await at(house, who, '/signing', `${who}-sign`, { act: sign })
}

/** A check in each place where one acts: planned, its frame, a number to give, drawn, on the spot; and the file that is drawn again. */
async function checks(house) {
  if (!wanted('check')) return
  const planner = await house.as('p068')
  await at(house, 'p068', '/checks', 'check-none')
  const unfold = async (page) => page.getByRole('button', { name: '筹备检查' }).click()
  await at(house, 'p068', '/checks', 'check-plan', { act: unfold })
  const plan = async (title) => {
    await planner.goto(`${house.address}/checks`)
    await unfold(planner)
    const form = planner.locator('.planform')
    await form.getByLabel('名称').fill(title)
    await form.getByRole('button', { name: /台账所写/ }).click()
    await form.getByRole('button', { name: '全选' }).click()
    await form.getByRole('button', { name: '保存' }).click()
    await planner.locator('.aboutcheck').waitFor()
    return new URL(planner.url()).pathname
  }
  const open = async (page) => {
    await page.locator('.nextact').getByRole('button', { name: '冻结抽样框' }).click()
    await page.locator('.framepreview .figure').first().waitFor()
  }
  const freeze = async (how, verb) => {
    await open(planner)
    const form = planner.locator('.frameform')
    for (const label of how) await form.getByLabel(label).check()
    await form.getByRole('button', { name: verb }).click()
    await planner.getByRole('dialog').getByRole('button', { name: /^冻结/ }).click()
    await planner.locator('.drawof').waitFor()
  }
  const common = await plan('第四季度已销号任务随时抽查')
  await at(house, 'p068', common, 'check-frame', { act: open })
  await planner.goto(`${house.address}${common}`)
  await freeze([/^甲子安/, /^巡督五/], '冻结抽样框')
  await at(house, 'p001', common, 'check-commit', { act: async (page) => page.locator('.nextact').getByRole('button', { name: '登记随机数' }).click() })
  const quick = await plan('安全环保类任务快速抽查')
  await freeze([/一人快速抽取/], '冻结并立即抽取')
  await at(house, 'p068', quick, 'check-drawn', { act: async (page) => {
    await page.getByRole('button', { name: '在本页重新抽取并验证' }).click()
    await page.locator('.verdict').waitFor()
  } })
  await planner.goto(`${house.address}${quick}`)
  await planner.getByRole('button', { name: '宣布进点' }).click()
  await planner.getByRole('dialog').getByRole('button', { name: '宣布进点' }).click()
  await planner.locator('.facts').getByText('宣布进点').waitFor()
  for (const who of ['p068', 'p069', 'p072']) {
    await at(house, who, quick, `check-running-${who}`)
    const page = await house.as(who)
    const link = page.locator('.targets').getByRole('link', { name: '记录' }).first()
    if (await link.count()) await at(house, who, await link.getAttribute('href'), `check-spot-${who}`)
  }
  for (const who of ['p001', 'p072', 'p068', 'p012']) await at(house, who, '/checks', `check-list-${who}`)
  await at(house, 'p012', quick, 'check-unseen')
  const record = (name) => async (page) => {
    await page.locator('input[type=file]').setInputFiles(join(root, 'tests/vectors', name))
    await page.locator('.verdict').waitFor()
  }
  await at(house, 'p068', '/draw', 'check-verify', { act: record('draw-of-three-parties.json') })
}

/** A slip of each kind in each place where one acts. */
async function slips(house) {
  if (!wanted('slip')) return
  await at(house, 'p072', '/slips', 'slip-none')
  const desk = await house.as('p072')
  const draft = async (level, from) => {
    await desk.goto(`${house.address}${from}`)
    const form = desk.locator('.slipform')
    await form.waitFor()
    await form.getByLabel(new RegExp(`^${level}`)).check()
    if (!(await form.getByRole('combobox', { name: /发往单位|涉及单位/ }).inputValue())) {
      await form.getByLabel('事项').fill('安全隐患整改迟缓')
      await form.getByLabel('依据').fill('调度会纪要〔2026〕3号')
      await form.getByRole('combobox', { name: /发往单位|涉及单位/ }).click()
      await form.getByRole('option', { name: '党委工作部' }).click()
    }
    await form.getByLabel('存在差距').fill('节点滞后，佐证材料不全，两次督促没有答复')
    await form.getByLabel('办理要求').fill('查明原因，补齐材料，书面答复整改情况')
    await look(desk, `slip-form-${level}`)
    await form.getByRole('button', { name: '保存' }).click()
    await desk.locator('.aboutcheck').waitFor()
    const path = new URL(desk.url()).pathname
    await desk.locator('.nextact').getByRole('button', { name: '送签' }).click()
    await desk.locator('.actform').getByRole('button', { name: '送签' }).click()
    await desk.locator('.aboutcheck .state').getByText('签发中').waitFor()
    return path
  }
  const sign = async (who, path) => {
    const page = await house.as(who)
    await page.goto(`${house.address}${path}?act=sign_slip`)
    await page.locator('.actform').getByRole('button', { name: '签发' }).click()
    await page.locator('.facts').getByText(/〔/).waitFor()
  }
  const interview = await draft('约谈通知书', '/slips?new=1')
  await at(house, 'p001', '/signing', 'slip-signing')
  await at(house, 'p001', `${interview}?act=sign_slip`, 'slip-sign')
  await sign('p001', interview)
  await desk.goto(`${house.address}${interview}?act=record_interview`)
  const record = desk.locator('.actform')
  await record.getByLabel('参加人员').fill('甲子安、甲丑一')
  await record.getByLabel('约谈情况').fill('指出整改长期滞后，要求限期完成')
  await record.getByLabel('承诺事项').fill('年底前全部整改到位')
  await record.getByLabel('承诺完成日期').fill('2026-12-31')
  await look(desk, 'slip-record')
  await record.getByRole('button', { name: '保存记录' }).click()
  await desk.getByText('约谈记录').waitFor()
  const referral = await draft('问责线索移交', '/slips?new=1')
  await sign('p001', referral)
  await at(house, 'p072', `${referral}?act=hand_over_slip`, 'slip-referral')
  await at(house, 'p072', `${referral}/paper`, 'slip-referral-paper')
  const task = await first(house, 'p010', 'state=rectifying')
  const notice = await draft('督办通知单', `/slips?new=1&task=${task.split('/').pop().split('?')[0]}`)
  await at(house, 'p072', `${notice}/paper`, 'slip-paper')
  await at(house, 'p073', `${notice}?act=record_slip_signature`, 'slip-on-paper')
  await sign('p073', notice)
  for (const who of ['p072', 'p010', 'p001', 'p068']) await at(house, who, '/slips', `slip-list-${who}`)
  await at(house, 'p010', `${interview}?act=receive_slip`, 'slip-receive')
  await at(house, 'p010', '/todo', 'slip-todo')
  await at(house, 'p072', task, 'slip-task')
  await at(house, 'p010', referral, 'slip-unseen')
}

/** What goes on around the tasks, by who looks at it. */
async function around(house) {
  for (const who of ['p072', 'p068', 'p001', 'p003', 'p012']) for (const name of ['brief', 'duties', 'slips', 'rules']) await at(house, who, `/${name}`, `around-${who}-${name}`)
  for (const who of ['p072', 'p001']) await at(house, who, '/meetings', `around-${who}-meetings`)
  if (!wanted('around-meeting') && !wanted('around-agenda')) return
  const page = await house.as('p072')
  await page.goto(`${house.address}/meetings`)
  const links = page.locator('main a[href^="/meetings/"]')
  await links.first().waitFor()
  const all = [...new Set(await links.evaluateAll((found) => found.map((a) => a.getAttribute('href'))))]
  for (const [i, href] of all.slice(0, 2).entries()) await at(house, 'p072', href, `around-meeting-${i + 1}`)
  await at(house, 'p012', '/duties/new', 'around-duty-new')
  await at(house, 'p072', '/ledger', 'around-export', { act: async (desk) => {
    await desk.getByRole('button', { name: '导出', exact: true }).click()
    await desk.getByRole('dialog').waitFor()
  } })
}

async function paper(house) {
  await print(house, 'p072', '/ledger', 'print-ledger', { landscape: true })
  if (wanted('print-task')) await print(house, 'p072', await first(house, 'p072', 'text=T51'), 'print-task')
  await print(house, 'p003', '/overview', 'print-overview')
  await print(house, 'p072', '/brief', 'print-brief')
  await print(house, 'p072', '/duties', 'print-duties', { landscape: true })
  await print(house, 'p072', '/calendar', 'print-calendar', { landscape: true })
  await print(house, 'p072', '/calendar?as=list', 'print-calendar-list')
}

/** Somebody who is named nowhere yet: each page before there is anything on it. */
async function nobody(house, prefix, names) {
  if (only.length > 0 && !only.some((part) => part.startsWith(prefix))) return
  for (const [role, pages] of Object.entries(names)) {
    const code = { 领导: 'P091', 单位: 'P092', 督导: 'P093' }[role]
    const { login, password } = await newcomer(house, { code, name: `${role}新来`, unit: 'U307', post: '职员', role })
    for (const name of pages) await at(house, login, `/${name}`, `${prefix}${login}-${name}`, { password })
  }
}

/** A database that was only initialised: nobody has a round yet, nor the office that is to open it. */
async function bare() {
  const house = await House.open({ isBare: true })
  try {
    await administrators(house, 'bare-')
    const maker = await house.as('sysadmin')
    await maker.goto(`${house.address}/organisation?part=units`)
    await maker.locator('input[type=file]').setInputFiles(join(root, 'tests/fixtures/units.csv'))
    await maker.getByRole('button', { name: '预览' }).click()
    await maker.getByRole('button', { name: '导入', exact: true }).click()
    await maker.getByText('已新增').waitFor()
    await nobody(house, 'bare-', { 督导: ['todo', 'ledger', 'signing', 'imports', 'rounds'] })
  } finally {
    await house.close()
  }
}

const house = await House.open()
try {
  await door(house)
  await administrators(house, '')
  await everybody(house)
  await office(house)
  await nobody(house, 'nobody-', { 领导: ['todo', 'ledger', 'signing', 'overview', 'calendar', 'notices', 'brief', 'duties', 'slips', 'meetings', 'rules', 'systemic', 'appraisals', 'burden'], 单位: ['todo', 'ledger', 'statements', 'plans', 'signing', 'brief', 'duties', 'slips', 'rules', 'systemic', 'appraisals', 'accountability'], 督导: ['todo', 'rounds', 'imports'] })
  await tasks(house)
  await checks(house)
  await slips(house)
  await around(house)
  await paper(house)
  // Last, for it makes what it shows.
  if (wanted('handed')) await handedOn(house, { at, look, print })
} finally {
  await house.close()
}
if (only.length === 0 || only.some((part) => part.startsWith('bare'))) await bare()
console.log(`${taken} pictures in ${folder}`)
