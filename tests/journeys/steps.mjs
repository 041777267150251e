// What the journeys share: a counted step with its time, and the acts every story needs.
import { login } from './house.mjs'

export const pdf = { name: '记录.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n') }
export const office = login('巡督五')
export const second = login('巡督六')

let steps = 0
let last = Date.now()
export const counted = () => steps
export function step(what) {
  steps += 1
  console.log(`  ${steps}. ${what} (${((Date.now() - last) / 1000).toFixed(1)} s)`)
  last = Date.now()
}

/** A day some days from today, as a date field takes it. */
export const inDays = (n) => new Date(Date.now() + n * 864e5).toISOString().slice(0, 10)

/** Opens a task's act in the panel. */
export async function open(page, address, act) {
  await page.goto(`${address}?act=${act}`)
  const panel = page.locator('.panel')
  await panel.waitFor()
  return panel
}

/** Sends a panel's form and waits until the task is shown without it. */
export async function send(page, panel, name) {
  await panel.getByRole('button', { name }).click()
  await panel.waitFor({ state: 'detached' })
  await page.locator('.taskhead').waitFor()
}

/** The step the task stands at. */
export async function stage(page, address) {
  await page.goto(address)
  await page.locator('.taskhead').waitFor()
  return page.locator('.stages .current b').innerText()
}

/** Picks from a field that narrows as one types. */
export async function pick(scope, label, text) {
  const field = scope.getByRole('combobox', { name: label })
  await field.click()
  await field.fill(text)
  await scope.getByRole('option').filter({ hasText: text }).first().waitFor()
  await field.press('Enter')
}

export async function chooseRound(page) {
  await page.getByLabel('轮次').selectOption({ label: '浏览器旅程' })
}

/** The round of the demo, with seven weeks behind it; journeys before may have opened others. */
export async function told(page) {
  const rounds = page.getByLabel('轮次')
  // What a list says is not waited for by itself: the page may not have asked yet who looks at it.
  await rounds.locator('option').first().waitFor({ state: 'attached' })
  const names = await rounds.locator('option').allInnerTexts()
  const label = names.find((name) => name.endsWith('年巡察反馈问题整改'))
  if (!label) throw new Error(`no round of the demo among ${names}`)
  await rounds.selectOption({ label })
}

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
export async function signThrough(house, address) {
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

/** Hands the week in: the button, one look, the confirmation. */
export async function handIn(page) {
  await page.getByRole('region', { name: '提交' }).getByRole('button').click()
  await page.getByRole('dialog').getByRole('button', { name: /确认提交/ }).click()
}
