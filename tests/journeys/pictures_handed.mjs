// Pictures of what is handed on: documents, publications, opinions, the open page, the wall, by who looks at it, before there is anything and after.
import { documents } from './documents.mjs'
import { published } from './publication.mjs'

const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const lists = ['documents', 'publications', 'opinions']
const readers = { p072: lists, p001: lists, p068: lists, p012: ['opinions'] }

/** The addresses of what a list holds, each once. */
async function held(house, who, list) {
  const page = await house.as(who)
  await page.goto(`${house.address}/${list}`)
  await page.locator('.head').first().waitFor()
  await page.locator('body:not(:has(.loading))').waitFor({ state: 'attached' })
  const links = await page.locator(`main a[href^="/${list}/"]`).evaluateAll((found) => found.map((a) => a.getAttribute('href').split('?')[0]))
  return [...new Set(links)]
}

async function everyList(house, at, prefix) {
  for (const [who, names] of Object.entries(readers)) for (const name of names) await at(house, who, `/${name}`, `${prefix}${who}-${name}`)
}

/** What somebody sees who has no account, without a script. */
async function outside(house, look, address, name) {
  for (const size of [desk, phone]) {
    const context = await house.browser.newContext({ viewport: size, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(`${house.openAddress}${address}`)
    await look(page, name)
    await context.close()
  }
}

export async function handedOn(house, { at, look, print }) {
  await everyList(house, at, 'handed-none-')
  await documents(house)
  const { notice } = await published(house)
  await everyList(house, at, 'handed-')
  for (const who of ['p072', 'p001', 'p068']) {
    for (const [i, href] of (await held(house, who, 'documents')).slice(0, 2).entries()) await at(house, who, href, `handed-${who}-document-${i + 1}`)
    for (const [i, href] of (await held(house, who, 'publications')).slice(0, 2).entries()) await at(house, who, href, `handed-${who}-publication-${i + 1}`)
  }
  await at(house, 'p072', '/templates', 'handed-templates')
  await at(house, 'p072', '/documents', 'handed-new-document', { act: async (page) => page.getByRole('button', { name: '拟制文书' }).click() })
  const [first] = await held(house, 'p072', 'publications')
  await at(house, 'p072', `${first}/paper`, 'handed-publication-paper')
  await outside(house, look, '/', 'handed-open')
  await outside(house, look, notice, 'handed-open-notice')
  await outside(house, look, '/answers', 'handed-open-answers')
  await outside(house, look, '/notices/999', 'handed-open-none')
  for (const sheet of ['a0', 'a1', 'a3']) {
    await print(house, 'p001', '/wall', `handed-print-wall-${sheet}`, { preferCSSPageSize: true, act: (page) => page.getByLabel('纸张').selectOption(sheet) })
  }
  await print(house, 'p072', `${first}/paper`, 'handed-print-publication', { format: 'A4' })
}
