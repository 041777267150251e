// A ledger of a hundred thousand tasks handed on: how long it takes, how much more memory the server holds meanwhile, and how slow a page of the ledger becomes.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { Cluster, filledUp } from './cluster.mjs'
import { Server, running } from './server.mjs'

const TASKS = Number(process.env.BENCH_TASKS ?? 100_000)
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * share) - 1]

/** How long a page of the ledger takes, ms. */
async function paged(server, round) {
  const started = performance.now()
  await server.send({ login: 'office', path: `/rounds/${round}/tasks?limit=50` })
  return performance.now() - started
}

const cluster = await Cluster.open(process.env.BENCH_SIZE)
try {
  filledUp(cluster, TASKS)
  const server = await Server.open(cluster)
  const send = async (request) => JSON.parse(await server.send({ login: 'office', ...request }))
  const round = (await send({ path: '/me' })).rounds[0].id
  const quiet = []
  for (let i = 0; i < 100; i += 1) quiet.push(await paged(server, round))
  const before = server.memory
  let highest = before
  const busy = []
  const started = performance.now()
  const { id } = await send({ method: 'POST', path: `/rounds/${round}/exports`, body: JSON.stringify({ kind: 'ledger' }) })
  let view
  do {
    await sleep(50)
    busy.push(await paged(server, round))
    highest = Math.max(highest, server.memory)
    view = await send({ path: `/exports/${id}` })
  } while (view.state === 'running')
  const took = (performance.now() - started) / 1000
  assert.equal(view.state, 'ready', view.fault)
  const answer = await fetch(`${server.address}/api/v1/exports/${id}/file`, { headers: { authorization: `Bearer ${await server.token('office')}` } })
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(bytes.length, view.size)
  if (process.env.BENCH_KEEP) writeFileSync(join(process.env.BENCH_KEEP, 'ledger.xlsx'), bytes)
  console.log(`${view.n_all} 项任务导出为 ${(view.size / 1e6).toFixed(1)} MB：${took.toFixed(1)} 秒，内存由 ${before.toFixed(0)} MB 最高到 ${highest.toFixed(0)} MB（多 ${(highest - before).toFixed(0)} MB）`)
  console.log(`台账一页 99 分位：平时 ${at(quiet, 0.99).toFixed(1)} 毫秒，导出时 ${at(busy, 0.99).toFixed(1)} 毫秒；${process.env.BENCH_PROFILE}，${cpus().length} 核 ${cpus()[0]?.model ?? ''}，负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}`)
  await server.close()
} finally {
  for (const server of running) await server.close()
  cluster.close()
}
