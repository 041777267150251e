// The written report and the other documents of a round with so many findings: how long to draft, how long to make the file, how large it is.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { Cluster } from './cluster.mjs'
import { Server, running } from './server.mjs'

/** Units and tasks; the data set has five tasks to a finding. */
const SIZES = ['60x300', '300x2000']
const KINDS = ['report', 'plan', 'progress', 'weekly']

for (const size of SIZES) {
  const cluster = await Cluster.open(size)
  try {
    const server = await Server.open(cluster)
    const send = async (request) => JSON.parse(await server.send({ login: 'office', ...request }))
    const round = (await send({ path: '/me' })).rounds[0].id
    const chain = await send({ path: `/rounds/${round}/chain` })
    console.log(`${size}：问题 ${chain.findings}，任务 ${chain.tasks}，措施 ${chain.measures}`)
    const highest = { before: server.memory, after: 0 }
    for (const kind of KINDS) {
      const began = performance.now()
      const { id } = await send({ method: 'POST', path: `/rounds/${round}/documents`, body: JSON.stringify({ kind }) })
      const drafted = performance.now()
      const answer = await fetch(`${server.address}/api/v1/documents/${id}/file`, { headers: { authorization: `Bearer ${await server.token('office')}` } })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const made = performance.now()
      assert.equal(answer.status, 200)
      if (process.env.BENCH_KEEP) writeFileSync(join(process.env.BENCH_KEEP, `${kind}-${size}.docx`), bytes)
      highest.after = Math.max(highest.after, server.memory)
      console.log(`  ${kind.padEnd(9)} 拟稿 ${((drafted - began) / 1000).toFixed(2)} 秒，成文 ${((made - drafted) / 1000).toFixed(2)} 秒，${(bytes.length / 1000).toFixed(0)} kB`)
    }
    console.log(`  内存由 ${highest.before.toFixed(0)} MB 到 ${highest.after.toFixed(0)} MB；${process.env.BENCH_PROFILE}，${cpus().length} 核 ${cpus()[0]?.model ?? ''}，负载 ${loadavg().map((n) => n.toFixed(1)).join(' ')}`)
    await server.close()
  } finally {
    for (const server of running) await server.close()
    cluster.close()
  }
}
