// A PostgreSQL cluster of the bench's own, fsync on, with a data set that is kept from one run to the next of the same day.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const postgres = process.env.BENCH_POSTGRES
const programs = process.env.BENCH_PROGRAMS
const isRoot = process.getuid() === 0

export const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })

/** Runs a program of PostgreSQL, which does not run as root. */
function asPostgres(program, ...args) {
  const user = isRoot ? ['setpriv', '--reuid=postgres', `--regid=${gid()}`, '--clear-groups'] : []
  const [first, ...rest] = [...user, join(postgres, program), ...args]
  return execFileSync(first, rest, { cwd: '/', env: { ...process.env, LC_ALL: 'C.UTF-8' }, stdio: ['ignore', 'ignore', 'inherit'] })
}
const uid = () => Number(execFileSync('id', ['-u', 'postgres']))
const gid = () => Number(execFileSync('id', ['-g', 'postgres']))

/** What the data set depends on: the schema and the code that makes it. */
function recipe() {
  const hash = createHash('sha256')
  for (const folder of ['migrations', 'crates/persistence/src/dataset', 'crates/domain/src/task']) {
    const paths = readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name))
    for (const path of paths.filter((p) => statSync(p).isFile()).sort()) hash.update(path.slice(root.length)).update(readFileSync(path))
  }
  return hash.digest('hex').slice(0, 16)
}

export class Cluster {
  /** Starts it, and fills it where it lacks today's set of this size. */
  static async open(size) {
    const cluster = new Cluster()
    cluster.folder = process.env.BENCH_FOLDER ?? join(tmpdir(), `bihuan-bench-${process.getuid()}`)
    cluster.data = join(cluster.folder, 'cluster')
    mkdirSync(cluster.folder, { recursive: true })
    chmodSync(cluster.folder, 0o755)
    if (isRoot) chownSync(cluster.folder, uid(), gid())
    if (!existsSync(join(cluster.data, 'PG_VERSION'))) {
      asPostgres('initdb', '-U', 'super', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions', '-D', cluster.data)
    }
    cluster.port = await freePort()
    const settings = ['shared_buffers=512MB', 'max_connections=100', 'max_wal_size=4GB', 'listen_addresses=127.0.0.1', 'unix_socket_directories=',
      'logging_collector=on', 'log_destination=jsonlog', `log_directory=${cluster.folder}/log`, 'log_filename=statements.log', `port=${cluster.port}`]
    asPostgres('pg_ctl', '-w', '-D', cluster.data, '-l', join(cluster.folder, 'start.log'), '-o', settings.map((s) => `-c ${s}`).join(' '), 'start')
    cluster.database = `bench_${size}`
    try {
      cluster.fill(size)
    } catch (fault) {
      cluster.close()
      throw fault
    }
    return cluster
  }

  close() {
    asPostgres('pg_ctl', '-D', this.data, '-m', 'fast', 'stop')
  }

  url(user, database = this.database) {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`
  }

  /** Lines of a query, as the superuser. */
  lines(sql, database = this.database) {
    const out = execFileSync(join(postgres, 'psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql, this.url('super', database)], { encoding: 'utf8', maxBuffer: 1 << 28 })
    return out.split('\n').filter(Boolean)
  }

  fill(size) {
    const note = join(this.folder, `${this.database}.json`)
    const wanted = `${recipe()} ${new Date().toISOString().slice(0, 10)}`
    const has = existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : {}
    const isThere = this.lines(`SELECT 1 FROM pg_database WHERE datname = '${this.database}'`, 'postgres').length > 0
    if (isThere && has.recipe === wanted) {
      this.made = has
      return
    }
    console.error(`生成数据：${size}`)
    for (const role of ['bihuan_owner', 'bihuan_app']) {
      if (!this.lines(`SELECT 1 FROM pg_roles WHERE rolname = '${role}'`, 'postgres').length) this.lines(`CREATE ROLE ${role} LOGIN`, 'postgres')
    }
    this.lines(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`, 'postgres')
    this.lines(`CREATE DATABASE ${this.database} OWNER bihuan_owner`, 'postgres')
    const env = { ...process.env, BIHUAN_OWNER_URL: this.url('bihuan_owner'), BIHUAN_DATA_DIR: join(this.folder, 'data') }
    execFileSync(join(programs, 'bihuan'), ['migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const started = Date.now()
    const made = JSON.parse(execFileSync(join(programs, 'examples/generate'), [size], { env, encoding: 'utf8' }))
    this.made = { ...made, recipe: wanted, seconds: (Date.now() - started) / 1000 }
    this.lines('VACUUM ANALYZE')
    writeFileSync(note, JSON.stringify(this.made))
  }

  /** Whether what the application asks is written down; connections made later obey. */
  watch(isOn) {
    this.lines(isOn ? "ALTER ROLE bihuan_app SET log_statement = 'all'" : 'ALTER ROLE bihuan_app RESET log_statement')
  }

  get logged() {
    const path = join(this.folder, 'log/statements.json')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : []
  }
}

/** A set of its own with at least so many rows: tasks of a smaller one again and again. */
export function filledUp(cluster, wanted) {
  const there = Number(cluster.lines('SELECT count(*) FROM tasks')[0])
  if (there >= wanted) return
  cluster.lines('DROP DATABASE IF EXISTS bench_page WITH (FORCE)', 'postgres')
  cluster.lines(`CREATE DATABASE bench_page TEMPLATE ${cluster.database} OWNER bihuan_owner`, 'postgres')
  cluster.database = 'bench_page'
  const [columns] = cluster.lines(`SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = 'tasks' AND column_name NOT IN ('id', 'number', 'ordinal', 'snapshot')`)
  cluster.lines(`SET session_replication_role = replica;
    CREATE TEMP TABLE again AS SELECT id AS old, gen_random_uuid() AS id, n FROM tasks, generate_series(1, ${Math.ceil(wanted / there)}) AS n;
    INSERT INTO tasks (id, number, ordinal, snapshot, ${columns}) SELECT a.id, t.number || '-' || a.n, t.ordinal + a.n * 100000, jsonb_set(t.snapshot, '{id}', to_jsonb(a.id)), ${columns} FROM tasks t JOIN again a ON a.old = t.id;
    INSERT INTO task_units SELECT a.id, x.unit_id, x.part, x.ordinal FROM task_units x JOIN again a ON a.old = x.task_id;
    INSERT INTO task_people SELECT a.id, x.person_id, x.part, x.ordinal FROM task_people x JOIN again a ON a.old = x.task_id;
    SELECT recount_tasks()`)
  cluster.lines('VACUUM ANALYZE')
}
