// Journeys in a real Chromium: every step is done on the page by the person whose step it is.
import assert from 'node:assert/strict'
import { delegation, newAccount } from './administrators.mjs'
import { onTheSpot } from './checks.mjs'
import { handedOn } from './exports.mjs'
import { byTheRules, onPhone, underTheThumb } from './eyes.mjs'
import { House, toAnOpenWeek } from './house.mjs'
import { handKept } from './ledger.mjs'
import { bySelf, days, doorsOfOverview, foundByKeyboard, notices } from './live.mjs'
import { firstMinutes } from './minutes.mjs'
import { reassignment, stranger } from './rights.mjs'
import { lookedUp, planOnTheLine, planWorkbook } from './plan.mjs'
import { newRound } from './round.mjs'
import { desk, help, own, rules } from './settings.mjs'
import { nothingIsLost, sentOnce } from './safety.mjs'
import { byKeyboard, copiedAndBriefed, droppedAndOvertaken, workbookAndPaste } from './statements.mjs'
import { receiver, toldByItself } from './webhooks.mjs'
import { counted } from './steps.mjs'
import { listsWritten, tableKept } from './table.mjs'
import { afterObservation, claimAndPlan, close, work } from './task.mjs'

const started = Date.now()
const other = await receiver()
const house = await House.open({ settings: { BIHUAN_WEBHOOK_HOSTS: other.host }, days: toAnOpenWeek() })
try {
  await workbookAndPaste(house, await byKeyboard(house))
  await droppedAndOvertaken(house)
  await copiedAndBriefed(house)
  await planOnTheLine(house)
  await planWorkbook(house)
  await lookedUp(house)
  await firstMinutes(house)
  await desk(house)
  await rules(house)
  await own(house)
  await help(house)
  await newAccount(house)
  await delegation(house)
  await toldByItself(house, other)
  await handKept(house)
  await doorsOfOverview(house)
  const number = await bySelf(house)
  await foundByKeyboard(house, number)
  await days(house)
  const task = await newRound(house)
  await tableKept(house)
  await listsWritten(house)
  await handedOn(house)
  await claimAndPlan(house, task)
  await underTheThumb(house, task)
  await work(house, task)
  await nothingIsLost(house, task)
  await sentOnce(house, task)
  await reassignment(house)
  await stranger(house, task)
  await notices(house)
  await onTheSpot(house)
  await onPhone(house, task)
  await byTheRules(house, task)
  await close(house, task)
  await afterObservation(house, task)
  assert.deepEqual(house.faults, [])
  console.log(`journeys: ${counted()} steps in ${Math.round((Date.now() - started) / 1000)} s, no fault`)
} catch (error) {
  for (const [who, page] of house.people) await page.screenshot({ path: `${house.shots}/failed-${who}.png` }).catch(() => undefined)
  throw error
} finally {
  await house.close()
}
