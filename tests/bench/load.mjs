// The two sides: wrk against the API, pgbench against PostgreSQL; each answers how many a second and the 99th percentile.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CLIENTS = 8

const lua = (text) => `[==[${text}]==]`

/**
 * Sends requests in turn over eight connections that stay open. Where a body holds FOLLOWS, it becomes the number of times the request was sent
 * before, counted from the request's own `follows`.
 */
export async function wrk(server, requests, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'bihuan-wrk-'))
  const lines = []
  for (const r of requests) {
    const token = await server.token(r.login)
    lines.push(`  {${lua(r.method ?? 'GET')}, ${lua(`/api/v1${r.path}`)}, ${lua(`Bearer ${token}`)}, ${r.body ? lua(r.body) : 'nil'}, ${r.follows ?? 0}},`)
  }
  const script = join(folder, 'requests.lua')
  writeFileSync(script, `local all = {
${lines.join('\n')}
}
local at, asked = 0, false
request = function()
  -- The first request is only looked at by wrk, never sent.
  local is_sent = asked
  asked = true
  local r = all[at % #all + 1]
  if is_sent then at = at + 1 end
  local headers = { ["Authorization"] = r[3] }
  local body = r[4]
  if body then
    headers["Content-Type"] = "application/json"
    body = body:gsub("FOLLOWS", tostring(r[5]))
    if is_sent then r[5] = r[5] + 1 end
  end
  return wrk.format(r[1], r[2], headers, body)
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`)
  const { stdout } = await run('wrk', ['-t1', `-c${CLIENTS}`, `-d${seconds}s`, '-s', script, server.address])
  rmSync(folder, { recursive: true })
  const [, n, microseconds, p99, faults] = stdout.match(/RESULT (\d+) (\d+) (\d+) (\d+)/).map(Number)
  if (faults > 0) throw new Error(`${faults} of ${n} requests were not answered as they should: the run is void\n${stdout}`)
  return { tps: (n * 1e6) / microseconds, p99: p99 / 1000 }
}

/** Runs scripts (weighted alike), prepared, over eight connections. */
export async function pgbench(cluster, scripts, variables, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'bihuan-pgbench-'))
  const args = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(seconds), '-l', '--log-prefix', join(folder, 'log'), '--random-seed=7319']
  scripts.forEach((text, i) => {
    const path = join(folder, `${i}.sql`)
    writeFileSync(path, text)
    args.push('-f', path)
  })
  for (const [name, value] of Object.entries(variables)) args.push('-D', `${name}=${value}`)
  const { stdout, stderr } = await run(join(process.env.BENCH_POSTGRES, 'pgbench'), [...args, cluster.url('bihuan_app')], { maxBuffer: 1 << 26 })
  const failed = Number(stdout.match(/number of failed transactions: (\d+)/)?.[1] ?? 0)
  if (failed > 0 || /aborted/.test(stderr)) throw new Error(`pgbench failed: the run is void\n${stdout}\n${stderr}`)
  const times = readdirSync(folder).filter((f) => f.startsWith('log'))
    .flatMap((f) => readFileSync(join(folder, f), 'utf8').split('\n').filter(Boolean).map((l) => Number(l.split(' ')[2])))
    .sort((a, b) => a - b)
  rmSync(folder, { recursive: true })
  return { tps: Number(stdout.match(/tps = ([\d.]+)/)[1]), p99: times[Math.floor(times.length * 0.99)] / 1000 }
}
