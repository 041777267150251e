// The program under measurement, and people who have logged in to it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './cluster.mjs'

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** What still runs, to be stopped whatever happens. */
export const running = new Set()

export class Server {
  /** Starts it; `cold` is the time to the first answer for which the database was asked. */
  static async open(cluster, web = 'off') {
    const server = new Server()
    const port = await freePort()
    server.address = `http://127.0.0.1:${port}`
    server.made = cluster.made
    server.tokens = new Map()
    const env = { ...process.env, BIHUAN_DATABASE_URL: cluster.url('bihuan_app'), BIHUAN_LISTEN: `127.0.0.1:${port}`, BIHUAN_WEB_DIR: web,
      BIHUAN_DATA_DIR: join(cluster.folder, 'data'), BIHUAN_LOG: 'warn', BIHUAN_POOL_SIZE: '8' }
    const started = performance.now()
    server.process = spawn(join(process.env.BENCH_PROGRAMS, 'bihuan'), ['serve'], { env, stdio: 'ignore' })
    running.add(server)
    for (;;) {
      const isReady = await fetch(`${server.address}/readyz`).then((r) => r.status === 200, () => false)
      if (isReady) break
      if (server.process.exitCode !== null || performance.now() - started > 60_000) throw new Error('the server does not start')
      await sleep(2)
    }
    server.cold = performance.now() - started
    return server
  }

  async close() {
    const ended = new Promise((done) => this.process.once('exit', done))
    this.process.kill('SIGTERM')
    await ended
    running.delete(this)
  }

  /** Resident memory, MB. */
  get memory() {
    return Number(readFileSync(`/proc/${this.process.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024
  }

  /** A bearer token; a new one where the last is some minutes old. */
  async token(login) {
    const known = this.tokens.get(login)
    if (known && Date.now() - known.at < 120_000) return known.token
    const answer = await fetch(`${this.address}/api/v1/sessions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login, password: this.made.password }),
    })
    const body = await answer.json()
    if (!answer.ok) throw new Error(`${login}: ${answer.status} ${JSON.stringify(body)}`)
    const token = body.access_token ?? body.token
    this.tokens.set(login, { token, at: Date.now() })
    return token
  }

  /** One request as wrk would send it. */
  async send({ login, method = 'GET', path, body }) {
    const headers = { authorization: `Bearer ${await this.token(login)}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    const answer = await fetch(`${this.address}/api/v1${path}`, { method, headers, body })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text
  }
}
