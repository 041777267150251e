// From what the API asks PostgreSQL to the same statements with the same values for pgbench.

/** The values of a logged statement, by number: text, or null. */
function values(detail) {
  const found = new Map()
  const pattern = /\$(\d+) = (NULL|'((?:[^']|'')*)')/g
  for (const [, n, raw, text] of (detail ?? '').matchAll(pattern)) found.set(Number(n), raw === 'NULL' ? null : text.replaceAll("''", "'"))
  return found
}

/** What a request asked, in order, once everything it uses is prepared and its caller is known. */
export async function asked(cluster, server, request) {
  await server.send(request)
  if (request.body) throw new Error('a request that writes is captured by `written`')
  return outside(await capture(cluster, () => server.send(request)))
}

/** Without what was done in transactions: a reading has none, the clock and the sealer, who may come between, do nothing else. */
function outside(statements) {
  const busy = new Set()
  return statements.filter(({ sql, session }) => {
    if (/^BEGIN/i.test(sql)) busy.add(session)
    const is = busy.has(session)
    if (/^(?:COMMIT|ROLLBACK)$/i.test(sql)) busy.delete(session)
    return !is
  })
}

/** The statements logged while something runs. */
export async function capture(cluster, run) {
  const before = cluster.logged.length
  await run()
  await new Promise((done) => setTimeout(done, 150))
  return cluster.logged
    .slice(before)
    .filter((l) => l.user === 'bihuan_app' && l.dbname === cluster.database && l.error_severity === 'LOG')
    .map((l) => ({ match: l.message.match(/^(?:execute [^:]*|statement): ([\s\S]*)$/), detail: l.detail, session: l.session_id }))
    .filter((l) => l.match)
    .map(({ match, detail, session }) => ({ sql: match[1], values: values(detail), session }))
}

/** A pgbench script of statements, with its variables under a prefix; the check whether a connection lives is left out. */
export function script(statements, prefix, replace = () => null) {
  const variables = {}
  const lines = statements
    .filter(({ sql }) => sql !== 'SELECT 1')
    .map(({ sql, values }, k) => {
      const text = sql.replace(/\s+/g, ' ').replace(/\$(\d+)/g, (_, n) => {
        const own = replace(sql, Number(n))
        if (own) return own
        const value = values.get(Number(n))
        if (value === null || value === undefined) return 'NULL'
        const name = `${prefix}_${k}_${n}`
        variables[name] = value
        return `:${name}`
      })
      return `${text};`
    })
  return { text: `${lines.join('\n')}\n`, variables }
}

/** The column a parameter of diesel's INSERT or UPDATE is for. */
export function column(sql, n) {
  const insert = sql.match(/^INSERT INTO "(\w+)" \(([^)]*)\) VALUES \(([\s\S]*?)\)(?:\s+ON CONFLICT.*)?$/)
  if (insert) {
    const names = insert[2].split(', ').map((c) => c.replaceAll('"', ''))
    const at = insert[3].split(', ').indexOf(`$${n}`)
    return at < 0 ? null : { table: insert[1], column: names[at] }
  }
  const named = sql.match(new RegExp(`"(\\w+)"\\."?(\\w+)"? = \\$${n}(?!\\d)`)) ?? sql.match(new RegExp(`()"(\\w+)" = \\$${n}(?!\\d)`))
  const table = sql.match(/^(?:UPDATE|DELETE FROM) "(\w+)"/)?.[1]
  return named && table ? { table, column: named[2] } : null
}
