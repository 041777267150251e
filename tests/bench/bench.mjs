// Runs every scenario on both sides in turn and prints the table of ratios.
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { Cluster } from './cluster.mjs'
import { pgbench, wrk } from './load.mjs'
import { scenarios } from './scenarios.mjs'
import { Server, running } from './server.mjs'

const { BENCH_SIZE: size, BENCH_ONLY: only, BENCH_PROFILE: profile } = process.env
const seconds = Number(process.env.BENCH_SECONDS)
const ROUNDS = 2

const round = (n) => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2))
const sum = (runs) => ({ tps: runs.reduce((s, r) => s + r.tps, 0) / runs.length, p99: Math.max(...runs.map((r) => r.p99)) })

/** A B A B: what else the machine does falls on both. */
async function measure(cluster, server, scenario) {
  const [api, sql] = [[], []]
  for (let i = 0; i < ROUNDS; i += 1) {
    await scenario.before?.()
    api.push(await wrk(server, scenario.requests, seconds))
    sql.push(await pgbench(cluster, scenario.scripts, scenario.variables, seconds))
  }
  return { api: sum(api), sql: sum(sql) }
}

const cluster = await Cluster.open(size)
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) {
  process.once(signal, () => {
    for (const server of running) server.process.kill('SIGTERM')
    cluster.close()
    process.exit(code)
  })
}
try {
  cluster.watch(true)
  const watched = await Server.open(cluster)
  const all = (await scenarios(cluster, watched)).filter((s) => s.name.includes(only))
  await watched.close()
  cluster.watch(false)

  const server = await Server.open(cluster)
  const idle = server.memory
  const model = readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s+: (.*)/)?.[1] ?? ''
  console.log(`数据 ${size}：任务 ${cluster.made.tasks}，写实 ${cluster.made.statements}，事件 ${cluster.made.events}（生成 ${round(cluster.made.seconds)} 秒）`)
  console.log(`程序 ${profile}；${cpus().length} 核 ${model}；fsync 开；8 连接；每段 ${seconds} 秒 × ${ROUNDS}，交替；开始时负载 ${loadavg().map(round).join(' ')}\n`)
  console.log('| 项目 | 目标 | 接口 tps | SQL tps | 比 | 接口 p99 ms | SQL p99 ms | p99 比 | 应答字节 |')
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const scenario of all) {
    const bytes = scenario.bytes
    const { api, sql } = await measure(cluster, server, scenario)
    console.log(`| ${scenario.name} | ${scenario.goal} | ${[api.tps, sql.tps, api.tps / sql.tps, api.p99, sql.p99, api.p99 / sql.p99].map(round).join(' | ')} | ${bytes} |`)
  }
  console.log(`\n内存：空闲 ${round(idle)} MB，负载后 ${round(server.memory)} MB；冷启动到数据库首个应答 ${round(server.cold)} 毫秒；结束时负载 ${loadavg().map(round).join(' ')}`)
  await server.close()
} finally {
  for (const server of running) await server.close()
  cluster.close()
}
