// Two people at one thing at once: whoever has a page open and has typed nothing sees what the other wrote, and puts nothing of it back; who has typed is asked.
import assert from 'node:assert/strict'

/** Longer than a page waits before it saves what was typed, milliseconds. */
const LONGER = 2_500

/** The page is looked at again, and asks for what may be old. */
export const lookedAtAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))

async function reads(field, words) {
  for (let n = 0; n < 50; n += 1) {
    if ((await field.inputValue()) === words) return
    await field.page().waitForTimeout(100)
  }
  assert.equal(await field.inputValue(), words)
}

/**
 * A field that two have open and that is saved as one pauses. `field` finds it on a page, `saved` waits until a page says it is kept.
 */
export async function writtenByTwo(mine, theirs, field, saved) {
  await field(theirs).fill('另一人先写的')
  await saved(theirs)
  await lookedAtAgain(mine)
  await reads(field(mine), '另一人先写的')
  await mine.waitForTimeout(LONGER)
  await theirs.reload()
  await reads(field(theirs), '另一人先写的')

  // What is typed here has not reached the server when the other's does.
  const away = (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue())
  await mine.route('**/api/v1/**', away)
  await field(mine).fill('我写的')
  await field(theirs).fill('另一人又改的')
  await saved(theirs)
  await mine.waitForTimeout(LONGER)
  await mine.unroute('**/api/v1/**', away)
  await lookedAtAgain(mine)
  const asked = mine.getByRole('alert').filter({ hasText: '另一人又改的' })
  await asked.waitFor()
  await mine.waitForTimeout(LONGER)
  await theirs.reload()
  await reads(field(theirs), '另一人又改的')
  await reads(field(mine), '我写的')
  await asked.getByRole('button', { name: '仍按我填的' }).click()
  await saved(mine)
  await theirs.reload()
  await reads(field(theirs), '我写的')
}

/** What is saved by a button: changes of different fields come together, of one and the same are asked about. */
export async function savedByTwo(mine, theirs, [one, other], save) {
  await one(mine).fill('我改的')
  await other(theirs).fill('另一人改的')
  await save(theirs)
  await lookedAtAgain(mine)
  await reads(other(mine), '另一人改的')
  await reads(one(mine), '我改的')
  await save(mine)
  await theirs.reload()
  await reads(one(theirs), '我改的')
  await reads(other(theirs), '另一人改的')

  await one(mine).fill('我又改的')
  await one(theirs).fill('另一人又改的')
  await save(theirs)
  await lookedAtAgain(mine)
  const asked = mine.getByRole('alert').filter({ hasText: '他人也改过' })
  await asked.getByRole('button', { name: '放弃我改的，照现在的来' }).click()
  await reads(one(mine), '另一人又改的')
}
