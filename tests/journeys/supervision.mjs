// The wall, personal duties, meetings, documents, slips, publications, other systems, who somebody is, systemic problems, an appraisal, a handover and
// a rule in a house of their own: node tests/journeys/supervision.mjs
import assert from 'node:assert/strict'
import { appraised } from './appraisal.mjs'
import { documents } from './documents.mjs'
import { personally } from './duties.mjs'
import { handedOver } from './handover.mjs'
import { House } from './house.mjs'
import { identified } from './identity.mjs'
import { meet } from './meetings.mjs'
import { byProvider, provider } from './provider.mjs'
import { outlived, published } from './publication.mjs'
import { newRound } from './round.mjs'
import { anotherSystem } from './services.mjs'
import { raisedWhenOverdue, slipsOfTasks } from './slips.mjs'
import { ruleFails, ruleLasts, ruleMade } from './rules_kept.mjs'
import { counted } from './steps.mjs'
import { lookedForElsewhere } from './systemic.mjs'
import { onTheWall } from './wall.mjs'

const other = await provider()
const house = await House.open({ settings: other.settings })
try {
  await onTheWall(house)
  // A second round, which none of it is about.
  await newRound(house)
  await personally(house)
  await meet(house)
  await documents(house)
  const late = await slipsOfTasks(house)
  const notices = await published(house)
  await anotherSystem(house)
  await identified(house)
  await lookedForElsewhere(house)
  await appraised(house)
  await handedOver(house)
  const rule = await ruleMade(house)
  await byProvider(house, other)
  // Within three months, ten working days before its end at most.
  await house.stop()
  await house.start(86)
  await ruleLasts(house, rule)
  // Four months later.
  await house.stop()
  await house.start(120)
  await raisedWhenOverdue(house, late)
  await outlived(house, notices)
  // After six months, and a fortnight without a word.
  await house.stop()
  await house.start(190)
  await ruleFails(house, rule)
  assert.deepEqual(house.faults, [])
  console.log(`${counted()} steps, no fault`)
} finally {
  await house.close()
  other.close()
}
