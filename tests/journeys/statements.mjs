// The week's list: a clerk hands in eleven tasks by keyboard alone against the clock; the workbook there and back; a pasted table.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { login, strFromU8, strToU8, unzipSync, zipSync } from './house.mjs'
import { handIn, office, step } from './steps.mjs'

/** The pace of somebody who types Chinese fast, milliseconds a character. */
const pace = 400
/** What a unit's clerk may take for his Friday, milliseconds. */
const most = 5 * 60_000
const many = 11

const texts = ['台账核对完毕，差异两项已更正', '方案征求六个部室意见', '完成培训两期八十四人', '合同补签十一份', '整改报告送审', '两名干部谈话提醒', '制度修订稿已会签', '现场检查三处', '清退款项已入账', '考核办法印发执行', '资料移交档案室', '会议纪要已发']

/** Everything handed in so far gone from the way: whoever has the most to write this week. */
async function busiest(house) {
  let best = null
  for (const name of ['乙午一', '甲丑一', '丙亥一', '庚未一', '己寅一']) {
    const page = await house.as(login(name))
    await page.goto(`${house.address}/statements`)
    await page.locator('.sheet, .empty').first().waitFor()
    const n = await page.locator('.weekrow').count()
    if (!best || n > best.n) best = { page, n, name }
  }
  return best
}

/** Presses keys and counts them. */
function hands(page) {
  let pressed = 0
  let typed = 0
  return {
    key: async (key) => {
      pressed += 1
      await page.keyboard.press(key)
    },
    words: async (text) => {
      for (const c of text) {
        typed += 1
        await page.keyboard.insertText(c)
        await page.waitForTimeout(pace)
      }
    },
    did: () => `录入 ${typed} 字、按功能键 ${pressed} 次`,
  }
}

const focused = (page) => page.evaluate(() => document.activeElement?.closest('[data-task]')?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')

/** Eleven tasks by keyboard alone, from the open list to the last of them handed in. */
export async function byKeyboard(house) {
  const { page, n, name } = await busiest(house)
  assert.ok(n >= many, `${name} has ${n} tasks this week`)
  await page.goto(`${house.address}/statements`)
  await page.locator('.weekrow').first().waitFor()
  const already = await page.locator('.kept .ok').count()
  const hand = hands(page)
  const started = Date.now()
  // To the first row, then from row to row.
  await page.locator('.writing, .weekrow textarea').first().evaluate((e) => e.blur())
  const first = await page.locator('.weekrow').first().getAttribute('aria-label')
  for (let i = 0; i <= n && (await focused(page)) !== first; i += 1) await hand.key('Alt+ArrowUp')
  const written = []
  for (let i = 0; written.length < many; i += 1) {
    assert.ok(i < n, 'there is another row')
    if (i > 0) await hand.key(i % 2 ? 'Control+Enter' : 'Alt+ArrowDown')
    const row = await focused(page)
    // What is handed in already, or frozen, is passed by.
    if (await page.evaluate(() => document.activeElement?.tagName !== 'TEXTAREA' || document.activeElement.value !== '')) continue
    await hand.words(texts[written.length])
    // Every third also says what comes next, reached by Enter from field to field.
    if (written.length % 3 === 0) {
      await hand.key('Tab')
      await hand.key('Enter')
      await hand.key('Enter')
      await hand.words('下周销账')
    }
    written.push(row)
  }
  assert.equal(new Set(written).size, many, 'each row once')
  await house.shot(page, 'statements-keyboard')
  await hand.key('Control+s')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(texts[0]).waitFor()
  assert.equal(await dialog.locator('tbody tr').count(), many)
  await house.shot(page, 'statements-look')
  await hand.key('Enter')
  await page.locator('.batch').getByText(`已交 ${many} 项`).waitFor()
  const took = Date.now() - started
  await page.waitForFunction((all) => document.querySelectorAll('.kept .ok').length === all, already + many)
  assert.ok(took < most, `${took} ms`)
  step(`${name}只用键盘交 ${many} 项写实：${hand.did()}，每字 ${pace / 1000} 秒，共 ${Math.round(took / 1000)} 秒（限 ${most / 1000} 秒）`)
  return page
}

/** A workbook with words in a cell of a task's row, of its progress unless said otherwise, as an office program would save it. */
export function filled(file, number, words, column = 'F') {
  const files = unzipSync(readFileSync(file))
  const strings = strFromU8(files['xl/sharedStrings.xml']).match(/<si>.*?<\/si>/gs).map((si) => si.replace(/<[^>]+>/g, ''))
  const name = 'xl/worksheets/sheet1.xml'
  const sheet = strFromU8(files[name])
  const at = [...sheet.matchAll(/<c r="A(\d+)"[^>]*t="s"[^>]*><v>(\d+)<\/v>/g)].find((m) => strings[Number(m[2])] === number)
  const cell = `${column}${at[1]}`
  files[name] = strToU8(sheet.replace(new RegExp(`<c r="${cell}"[^>]*?(/>|>.*?</c>)`), `<c r="${cell}" t="inlineStr"><is><t>${words}</t></is></c>`))
  return Buffer.from(zipSync(files))
}

/** Fetched, filled elsewhere, brought back, looked at, put in, handed in; then a table out of a spreadsheet. */
export async function workbookAndPaste(house, page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载填报表' }).click()])
  assert.match(download.suggestedFilename(), /^每周写实-第\d+周-.+\.xlsx$/)
  const number = (await page.locator('.weekrow .number').first().innerText()).trim()
  const body = filled(await download.path(), number, '表里改成这一句')
  const back = async (file) => page.locator('input[type=file][aria-label=填好的表]').setInputFiles(file)
  await back({ name: '别的表.xlsx', mimeType: 'application/octet-stream', buffer: readFileSync(new URL('../fixtures/plan.xlsx', import.meta.url)) })
  await page.locator('.head .refused').getByText('不是从“每周写实”下载的填报表').waitFor()
  await back({ name: '填好.xlsx', mimeType: 'application/octet-stream', buffer: body })
  const dialog = page.getByRole('dialog')
  await dialog.getByText('表里改成这一句').waitFor()
  assert.equal(await dialog.locator('del').count(), 1, 'what is there now stands beside it')
  await house.shot(page, 'statements-workbook')
  await dialog.getByRole('button', { name: '放入 1 项' }).click()
  await page.locator('.batch').getByText('已放入 1 项草稿').waitFor()
  step('下载填报表，填好传回，核对差异后放入草稿')

  const second = (await page.locator('.weekrow .number').nth(1).innerText()).trim()
  await page.evaluate(([a]) => {
    const data = new DataTransfer()
    data.setData('text/plain', `任务编号\t本周进展\t存在困难\n${a}\t粘贴来的进展\t缺人手\nT999\t无此任务\t`)
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
  }, [second])
  await dialog.getByText('粘贴来的进展').waitFor()
  await dialog.getByText('本周没有编号为“T999”的任务').waitFor()
  await house.shot(page, 'statements-pasted')
  await dialog.getByRole('button', { name: '放入 1 项' }).click()
  await page.keyboard.press('Control+s')
  await dialog.getByRole('button', { name: '确认提交 2 项' }).click()
  await page.locator('.batch').getByText('已交 2 项').waitFor()
  step('粘贴 Excel 里的表，同样核对后提交')
}

/** A file falls on a folded row; two people of a unit write the same week, and the slower one sees both versions. */
export async function droppedAndOvertaken(house) {
  const slow = await house.as(login('乙午一'))
  const fast = await house.as(login('戊丑五'))
  for (const page of [slow, fast]) {
    await page.goto(`${house.address}/statements`)
    await page.locator('.weekrow').first().waitFor()
  }
  const left = slow.locator('.weekrow', { has: slow.locator('.kept', { hasText: '未填' }) }).first()
  const name = await left.getAttribute('aria-label')
  const row = (page) => page.getByRole('article', { name, exact: true })
  if ((await row(slow).getAttribute('class')).includes('open')) await slow.keyboard.press('Escape')
  const file = await slow.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n% dropped'], '会议签到.pdf', { type: 'application/pdf' }))
    return data
  })
  await row(slow).dispatchEvent('drop', { dataTransfer: file })
  await row(slow).getByText('会议签到.pdf').waitFor()
  const wrong = await slow.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['MZ'], '安装.exe'))
    return data
  })
  await row(slow).dispatchEvent('drop', { dataTransfer: wrong })
  await row(slow).getByText('安装.exe：不接受这种文件').waitFor()
  await house.shot(slow, 'statements-dropped')
  step('文件拖到收起的一行即附上，类型不对的当场说明、不上传')

  const write = async (page, words) => {
    if (await row(page).locator('.writing').count()) await row(page).locator('.writing').click()
    await row(page).getByLabel('本周进展').fill(words)
  }
  await write(slow, '监督清单已发各支部')
  await write(fast, '监督清单印发，收到反馈三条')
  await handIn(fast)
  await fast.locator('.batch').getByText('已交 1 项').waitFor()
  await handIn(slow)
  await slow.locator('.batch').getByText('1 项有误').waitFor()
  const both = row(slow).getByRole('region', { name: '两个版本' })
  await both.getByText('监督清单印发，收到反馈三条').waitFor()
  await both.getByText('监督清单已发各支部').waitFor()
  await house.shot(slow, 'statements-both')
  await both.getByRole('button', { name: /用我写的/ }).click()
  await handIn(slow)
  await slow.locator('.batch').getByText('已交 1 项').waitFor()
  await row(slow).getByText('佐证 1 份').waitFor()
  step('同一单位两人写同一项：后交的看到两版，选定一版再交，另一版仍在')
}

/** A clerk repeats last week's words and is told so; the office reads the brief, opens a figure's rows and returns a statement from one. */
export async function copiedAndBriefed(house) {
  const clerk = await house.as(login('乙午一'))
  await clerk.goto(`${house.address}/statements`)
  await clerk.locator('.weekrow').first().waitFor()
  const row = clerk.locator('.weekrow').filter({ has: clerk.locator('.last .two', { hasNotText: '—' }) }).first()
  const name = await row.getAttribute('aria-label')
  const one = clerk.getByRole('article', { name, exact: true })
  const last = await one.locator('.last .two').innerText()
  if (await one.locator('.writing').count()) await one.locator('.writing').click()
  const before = await one.getByLabel('本周进展').inputValue()
  await one.getByLabel('本周进展').fill(`${last.replace(/[。；]$/, '')} ！`)
  await one.getByText(/与第\d+周写实文字相同/).waitFor()
  await house.shot(clerk, 'statements-copied')
  await one.getByLabel('本周进展').fill('另起一句：逐户核对完毕，差异清单交财务部复核')
  await one.locator('.copied').waitFor({ state: 'detached' })
  await one.getByLabel('本周进展').fill(before)
  step('照抄上周的写实，写的时候就看到提示；改了，提示就没了')

  const page = await house.as(office)
  await page.goto(`${house.address}/brief`)
  await page.locator('.brief h1').getByText(/应报 \d+ 项写实/).waitFor()
  await house.shot(page, 'brief')
  const missing = page.getByRole('group', { name: '写实' }).getByRole('link', { name: /未报/ })
  const n = Number((await missing.innerText()).match(/\d+/)[0])
  await missing.click()
  await page.getByRole('heading', { name: `未报 ${n} 项` }).waitFor()
  assert.equal(await page.locator('.briefrows > li').count(), n, 'the figure is the count of its rows')
  await page.getByRole('link', { name: '回到简报' }).click()
  await page.getByRole('link', { name: '上一周' }).click()
  await page.getByRole('link', { name: '下一周' }).click()
  const waiting = page.locator('.briefrows > li').filter({ has: page.getByRole('button', { name: '退回' }) }).first()
  const number = await waiting.locator('.number').innerText()
  await waiting.getByRole('button', { name: '退回' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '退回', exact: true }).click()
  await dialog.locator('.fault').first().waitFor()
  await dialog.getByLabel('退回理由').fill('请写明完成的数量')
  await dialog.getByRole('button', { name: '退回', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const returned = page.getByRole('region', { name: '被退回' }).locator('li').filter({ hasText: number })
  await returned.getByText('退回：请写明完成的数量').waitFor()
  step(`整改办看简报，点开未报的 ${n} 项，当场退回 ${number} 的写实`)
}
