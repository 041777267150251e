// Choosing by the filter on a ledger that is longer than one may choose: bounded, told, stopped, and gone on with after a fault.
import assert from 'node:assert/strict'

const MOST = 2000
const PER_REQUEST = 200
const PER_PIECE = 50

/** As the office on the ledger of 10 000 rows; nothing is measured here. */
export async function chooseByFilter(page, address) {
  await page.goto(`${address}/ledger?group=none`)
  await page.locator('.ledger tr.task').first().waitFor()
  await page.locator('.ledger tr.task td.pick input').first().check()
  const bar = page.getByRole('region', { name: '批量操作' })
  const all = bar.getByRole('button', { name: `选取符合条件的前 ${MOST} 项` })
  await all.waitFor()

  // Held back at the third page, so that there is something to stop.
  let asked = 0
  let held = null
  const arrived = new Promise((done) => {
    void page.route(/\/tasks\?.*limit=200/, async (route) => {
      asked += 1
      if (asked === 3 && !held) {
        await new Promise((go) => { held = go; done() })
      }
      await route.continue().catch(() => undefined)
    })
  })
  await all.click()
  await arrived
  await bar.getByText(`正在选取 ${2 * PER_REQUEST} / ${MOST} 项`).waitFor()
  await bar.getByRole('button', { name: '停下' }).click()
  held()
  await all.waitFor()
  await page.waitForTimeout(500)
  await bar.getByText('已选 1 项').waitFor()
  assert.equal(asked, 3, 'nothing more is asked for after the stop')
  await page.unroute(/\/tasks\?.*limit=200/)

  // The network goes in the middle: it is said, what was chosen stays, and it can be asked for again.
  let n = 0
  await page.route(/\/tasks\?.*limit=200/, (route) => ((n += 1) === 4 ? route.abort() : route.continue()))
  await all.click()
  await bar.getByRole('alert').waitFor()
  await bar.getByText('已选 1 项').waitFor()
  await page.unroute(/\/tasks\?.*limit=200/)
  await all.click()
  await bar.getByText(`已选 ${MOST} 项`).waitFor()
  await bar.getByText(`一次最多按条件选 ${MOST} 项`).waitFor()

  // An act on all of them is stopped after its second piece; what was not come to stays chosen.
  let pieces = 0
  await page.route('**/task-batches', async (route) => {
    pieces += 1
    if (pieces === 2) await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
    await route.continue()
  })
  await bar.getByRole('button', { name: '确认' }).first().click()
  await page.getByRole('dialog').getByText(`${MOST} 项任务`).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '确认' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(pieces, 2)
  const left = Number((await bar.locator('b').first().innerText()).match(/\d+/)[0])
  const refused = await bar.locator('.refused li').count()
  assert.ok(left >= MOST - 2 * PER_PIECE && left <= MOST, `${left} left`)
  await page.unroute('**/task-batches')
  await bar.getByRole('button', { name: '取消选择' }).click()
  return { left, refused }
}
