// What is measured: requests for the API, and what PostgreSQL is asked beside it.
import { asked, capture, column, script } from './statements.mjs'

/** Requests alike on several tasks, pages or words, so that neither side lives from one warm row. */
const VARIANTS = 16

async function reading(cluster, server, name, goal, requests) {
  const scripts = []
  const variables = {}
  let bytes = 0
  for (const [i, request] of requests.entries()) {
    const made = script(await asked(cluster, server, request), `v${i}`)
    scripts.push(made.text)
    Object.assign(variables, made.variables)
    bytes += Buffer.byteLength(await server.send(request))
  }
  return { name, goal, requests, scripts, variables, bytes: Math.round(bytes / requests.length) }
}

/** The unit side of a data set: heads with many tasks under work. */
function desks(cluster) {
  return cluster.lines(`SELECT a.login || ' ' || t.lead_unit_id || ' ' || string_agg(t.id::text, ',' ORDER BY t.ordinal)
    FROM tasks t JOIN accounts a ON a.person_id = t.principal_person_id WHERE t.state = 'rectifying'
    GROUP BY a.login, t.lead_unit_id ORDER BY count(*) DESC, a.login LIMIT 16`).map((line) => {
    const [login, unit, tasks] = line.split(' ')
    return { login, unit, tasks: tasks.split(',') }
  })
}

/** The week of today in Asia/Shanghai, as ISO writes it. */
const week = (cluster) => cluster.lines(`SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'IYYY"-W"IW')`)[0]

async function submitting(cluster, server) {
  const all = desks(cluster)
  const half = Math.ceil(all.length / 2)
  const targets = (some) => some.flatMap(({ login, unit, tasks }) => tasks.slice(0, 25).map((task) => ({ login, unit, task })))
  const [ours, theirs] = [targets(all.slice(0, half)), targets(all.slice(half))]
  const now = week(cluster)
  const body = (unit, follows) => JSON.stringify({
    unit, week: now, follows: 'FOLLOWS', progress: `召开专题会议研究部署，完成制度初稿并征求意见（第FOLLOWS稿）。`, next_step: '下周对所属单位开展现场检查',
  }).replace('"FOLLOWS"', follows)
  const requests = ours.map(({ login, unit, task }) => ({ login, method: 'POST', path: `/tasks/${task}/statements`, body: body(unit, 'FOLLOWS') }))
  const newest = () => new Map(cluster.lines(`SELECT task_id || ' ' || max(revision) FROM weekly_statements WHERE week = '${now}' GROUP BY task_id`).map((l) => l.split(' ')))
  const before = () => {
    const known = newest()
    requests.forEach((r, i) => { r.follows = Number(known.get(ours[i].task) ?? 0) })
  }

  // One submission is watched; its statements become the script, with the task, its seq and the new digest in the place of the watched ones.
  before()
  const one = (n) => ({ ...requests[n], body: requests[n].body.replaceAll('FOLLOWS', String(requests[n].follows)) })
  await server.send(one(0))
  let bytes = 0
  const everything = await capture(cluster, async () => { bytes = Buffer.byteLength(await server.send(one(1))) })
  // The clock and the sealer have connections of their own.
  const session = everything.find((l) => l.sql.includes('"tasks"') && l.sql.endsWith('FOR UPDATE'))?.session
  const written = everything.filter((l) => l.session === session && !/event_positions|due_acts WHERE|pg_try_advisory/.test(l.sql))
  const own = (sql, n) => {
    const c = column(sql, n)
    if (!c) return null
    const isTask = c.column === 'task_id' || c.column === 'stream_id' || (c.table === 'tasks' && c.column === 'id') || (c.table === 'due_acts' && c.column === 'subject_id')
    if (isTask) return ':task'
    if (c.column === 'seq') return ':seq::bigint + 1'
    if (c.column === 'revision' && c.table === 'weekly_statements') return ':revision::smallint'
    if ((c.table === 'revisions' && c.column === 'sha256') || c.column === 'revision_sha256') return ':digest'
    return null
  }
  const made = script(written, 'w', own)
  const first = `\\set n random(1, ${theirs.length})
`
  const lock = `SELECT t.id AS task, t.seq, t.snapshot AS kept, md5(random()::text) || md5(random()::text) AS digest, t.seq % 30000 + 100 AS revision FROM tasks t WHERE t.id = (SELECT task_id FROM bench_targets WHERE n = :n) FOR UPDATE OF t \\gset`
  const lines = made.text.split('\n')
  const at = lines.findIndex((l) => /FOR UPDATE;$/.test(l) && l.includes('"tasks"'))
  if (at < 0) throw new Error('no statement that locks the task')
  lines[at] = lock
  cluster.lines('CREATE TABLE IF NOT EXISTS bench_targets (n integer PRIMARY KEY, task_id uuid NOT NULL); TRUNCATE bench_targets; GRANT SELECT ON bench_targets TO bihuan_app')
  cluster.lines(`INSERT INTO bench_targets SELECT n, id::uuid FROM unnest(ARRAY['${theirs.map((t) => t.task).join("','")}']) WITH ORDINALITY AS x(id, n)`)
  return { name: '报送周写实', goal: '≥ 0.6', requests, scripts: [first + lines.join('\n')], variables: made.variables, bytes, before }
}

export async function scenarios(cluster, server) {
  const round = cluster.made.round
  const ledger = `/rounds/${round}/tasks`
  const all = []
  // Pages in the middle of the ledger, each filtered by state and light.
  const starts = cluster.lines(`SELECT ordinal || '_' || id FROM tasks WHERE round_id = '${round}' AND ordinal % (SELECT greatest(count(*) / ${VARIANTS * 2}, 1) FROM tasks) = 0 ORDER BY ordinal LIMIT ${VARIANTS}`)
  const pages = starts.map((after) => ({ login: 'office', path: `${ledger}?state=rectifying,closure_review&limit=50&after=${after}` }))
  all.push(await reading(cluster, server, '台账一页 50 行', '≥ 0.8', pages))
  const [desk] = desks(cluster)
  all.push(await reading(cluster, server, '台账一页，单位视角', '≥ 0.8', [{ login: desk.login, path: `${ledger}?limit=50` }]))
  const tasks = cluster.lines(`SELECT id FROM tasks WHERE state = 'rectifying' ORDER BY ordinal LIMIT ${VARIANTS}`)
  all.push(await reading(cluster, server, '一项任务及其历史', '≥ 0.7', tasks.map((id) => ({ login: 'office', path: `/tasks/${id}` }))))

  const chain = { login: 'office', path: `/rounds/${round}/chain` }
  const counted = await reading(cluster, server, '全集团计数，对 GROUP BY', '≥ 100', [chain])
  counted.scripts = [`SELECT count(DISTINCT f.aspect_id), count(DISTINCT f.id), count(*), sum(t.n_measures), count(*) FILTER (WHERE t.state IN ('observing', 'closed')), count(*) FILTER (WHERE t.alert_level = 'red') FROM tasks t JOIN findings f ON f.id = t.finding_id WHERE t.round_id = '${round}' AND t.state <> 'withdrawn';\n`]
  counted.variables = {}
  all.push(counted)

  for (const [name, word, goal] of [['两字检索（有）', '采购', '—'], ['两字检索（无）', '鲸鱼', '≥ 50']]) {
    const found = await reading(cluster, server, `${name}，对 LIKE`, goal, [{ login: 'office', path: `${ledger}?limit=50&text=${encodeURIComponent(word)}` }])
    found.scripts = [`SELECT t.id, t.ordinal, t.number, t.title FROM tasks t WHERE t.round_id = '${round}' AND (t.number || ' ' || t.title) LIKE '%${word}%' ORDER BY t.ordinal, t.id LIMIT 51;\n`]
    found.variables = {}
    all.push(found)
  }
  all.push(await submitting(cluster, server))
  return all
}
