// Personal duties, meetings and slips in a house of their own: node tests/journeys/supervision.mjs
import assert from 'node:assert/strict'
import { personally } from './duties.mjs'
import { House } from './house.mjs'
import { meet } from './meetings.mjs'
import { outlived, published } from './publication.mjs'
import { newRound } from './round.mjs'
import { raisedWhenOverdue, slipsOfTasks } from './slips.mjs'
import { counted } from './steps.mjs'

const house = await House.open()
try {
  // A second round, which none of it is about.
  await newRound(house)
  await personally(house)
  await meet(house)
  const late = await slipsOfTasks(house)
  const notices = await published(house)
  // Four months later.
  await house.stop()
  await house.start(120)
  await raisedWhenOverdue(house, late)
  await outlived(house, notices)
  assert.deepEqual(house.faults, [])
  console.log(`${counted()} steps, no fault`)
} finally {
  await house.close()
}
