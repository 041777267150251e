// What the verifiable ledger costs: weekly statements handed in as fast as eight clerks can, with every event sealed into the tree and a checkpoint
// made each second, and with nothing sealed; in turns, on one server. What is left of the chain where nothing is sealed (the look at the event
// before, the hash) is measured by itself.
import { createHash } from 'node:crypto'
import { cpus, loadavg } from 'node:os'
import { Cluster } from './cluster.mjs'
import { pgbench, wrk } from './load.mjs'
import { scenarios } from './scenarios.mjs'
import { Server, running } from './server.mjs'

const seconds = Number(process.env.BENCH_SECONDS)
const ROUNDS = 4
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const mean = (list) => list.reduce((sum, n) => sum + n, 0) / list.length

/** Whether events wait for their place and are sealed; without it they are written and that is all. */
function seals(cluster, isOn) {
  cluster.lines(`SET client_min_messages = warning; DROP TRIGGER IF EXISTS bench_unsealed ON pending_events;
    CREATE OR REPLACE FUNCTION bench_unsealed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
  if (!isOn) cluster.lines('CREATE TRIGGER bench_unsealed BEFORE INSERT ON pending_events FOR EACH ROW EXECUTE FUNCTION bench_unsealed()')
}

/** Until everything has its place. */
async function settled(cluster) {
  while (Number(cluster.lines('SELECT count(*) FROM pending_events')[0]) > 0) await sleep(100)
}

const cluster = await Cluster.open(process.env.BENCH_SIZE)
try {
  seals(cluster, true)
  cluster.watch(true)
  const watched = await Server.open(cluster)
  const scenario = (await scenarios(cluster, watched)).find((s) => s.before)
  await watched.close()
  cluster.watch(false)
  const server = await Server.open(cluster)
  await settled(cluster)
  const [with_, without, waits] = [[], [], []]
  console.log(`${scenario.name}；${process.env.BENCH_PROFILE}，${cpus().length} 核 ${cpus()[0]?.model ?? ''}，fsync 开，8 连接，每段 ${seconds} 秒 × ${ROUNDS}，交替；负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}`)
  await scenario.before()
  await wrk(server, scenario.requests, seconds)
  for (let i = 0; i < ROUNDS; i += 1) {
    // The tasks grow with every statement, so that each turn is slower than the last: either side comes first as often as second.
    for (const isOn of i % 2 === 0 ? [true, false] : [false, true]) {
      await settled(cluster)
      seals(cluster, isOn)
      await scenario.before()
      const run = await wrk(server, scenario.requests, seconds)
      ;(isOn ? with_ : without).push(run)
      if (isOn) {
        const left = Number(cluster.lines('SELECT count(*) FROM pending_events')[0])
        const started = performance.now()
        await settled(cluster)
        waits.push(left ? performance.now() - started : 0)
      }
    }
  }
  const look = await pgbench(cluster, [`SELECT hash, at FROM events WHERE stream_kind = 'task' AND stream_id = (SELECT id FROM tasks ORDER BY id LIMIT 1) AND seq = 1;\n`], {}, 2)
  const longest = cluster.lines("SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY length(payload)) FROM events WHERE kind = 'task.statement_submitted'")[0]
  const text = 'x'.repeat(Number(longest) + 400)
  const began = performance.now()
  for (let i = 0; i < 20_000; i += 1) createHash('sha256').update(text).digest('hex')
  const hash = (performance.now() - began) / 20_000
  const [on, off] = [mean(with_.map((r) => r.tps)), mean(without.map((r) => r.tps))]
  const own = 1000 / look.tps + hash
  const bare = 1000 / (1000 / off - own)
  const show = (runs) => runs.map((r) => r.tps.toFixed(0)).join('、')
  console.log(`带链每秒 ${on.toFixed(0)} 次（${show(with_)}；99 分位 ${mean(with_.map((r) => r.p99)).toFixed(1)} 毫秒），不定序不入树每秒 ${off.toFixed(0)} 次（${show(without)}；${mean(without.map((r) => r.p99)).toFixed(1)} 毫秒）：慢 ${(100 - (on / off) * 100).toFixed(1)}%`)
  console.log(`不定序时还留着的：查前一条 ${(1000 / look.tps).toFixed(3)} 毫秒，算一次散列 ${hash.toFixed(4)} 毫秒（各占一个连接的时间）；连它们也去掉，最多每秒 ${bare.toFixed(0)} 次，链共慢 ${(100 - (on / bare) * 100).toFixed(1)}%（目标 25% 以内）`)
  console.log(`停手后多久全部入树：${waits.map((ms) => (ms / 1000).toFixed(1)).join('、')} 秒`)
  seals(cluster, true)
  await server.close()
} finally {
  for (const server of running) await server.close()
  cluster.close()
}
