// Draws again from a bundle, in the browser and by this code alone: nothing of it is shared with the server but what docs/domain.md §24 says.
import { sha256 } from '@noble/hashes/sha2.js'
import { fault } from './plain'

export type Party = { person: string; name: string; line: string }
export type Inspector = { person: string; name: string }
export type Stratum = { name: string; size: number; sample: number }
export type Entry = { task: string; number: string; stratum: string; barred: string[] }
export type Exclusion = { task: string; number: string; reason: string }
export type Frame = {
  check: string
  nth: number
  given_up: string[]
  is_quick: boolean
  taken_at: string
  inspectors_each: number
  parties: Party[]
  inspectors: Inspector[]
  strata: Stratum[]
  entries: Entry[]
  excluded: Exclusion[]
}
export type Commitment = { person: string; commitment: string; nonce: string | null }
export type Drawn = { task: string; ticket: string; inspectors: string[] }
export type Bundle = { format: string; frame: Frame; root: string; commitments: Commitment[]; seed: string; sample: Drawn[]; digest: string }

/** One thing that was computed again: what it is, and what does not agree. */
export type Step = { name: string; wrong: string | null }
export type Verdict = { agrees: boolean; steps: Step[]; bundle: Bundle | null }

const utf8 = new TextEncoder()
const format = 'bihuan-draw-1'
const nobody = '00000000-0000-0000-0000-000000000000'

export const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
export const bytesOf = (text: string) => Uint8Array.from(text.replace(/-/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16))

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
const hash = (...parts: Uint8Array[]) => hex(sha256(joined(parts)))

/** What a party hands in: SHA-256(check ‖ party ‖ nonce). */
export const commitmentOf = (check: string, party: string, nonce: string) => hash(bytesOf(check), bytesOf(party), bytesOf(nonce))

/** Keys sorted at every depth, no white space: the text that is hashed. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = value as Record<string, unknown>
  return `{${Object.keys(fields).sort().map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`).join(',')}}`
}

/** The tree of RFC 6962 §2.1: a leaf is marked by 0, a node by 1, the left side is the largest power of two below the whole. */
function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array())
  if (leaves.length === 1) return sha256(joined([Uint8Array.of(0), ...leaves]))
  let left = 1
  while (left * 2 < leaves.length) left *= 2
  return sha256(joined([Uint8Array.of(1), treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left))]))
}

/** The root over the frame's head, its entries and its exclusions. */
export function rootOf(frame: Frame): string {
  const { entries, excluded, ...head } = frame
  const leaves = [{ head }, ...entries.map((entry) => ({ entry })), ...excluded.map((out) => ({ excluded: out }))]
  return hex(treeHash(leaves.map((leaf) => utf8.encode(canonical(leaf)))))
}

/** The digest over all the rest of a bundle. */
export function digestOf(bundle: Bundle): string {
  const { digest: _, ...rest } = bundle
  return hash(utf8.encode(canonical(rest)))
}

export const seedOf = (commitments: Commitment[], root: string) => hash(...commitments.flatMap((c) => (c.nonce === null ? [] : [bytesOf(c.nonce)])), bytesOf(root))

/** How many of each stratum when so many are drawn in all: one of each, the rest by size, what is left over by the largest remainders. */
export function quotas(sizes: number[], all: number): number[] {
  const spare = sizes.reduce((n, size) => n + size - 1, 0)
  const rest = all - sizes.length
  const parts = sizes.map((size, i) => ({ i, whole: spare === 0 ? 0 : Math.floor(((size - 1) * rest) / spare), over: spare === 0 ? 0 : ((size - 1) * rest) % spare }))
  let left = rest - parts.reduce((n, p) => n + p.whole, 0)
  const shares = parts.map((p) => p.whole + 1)
  for (const { i } of [...parts].sort((a, b) => b.over - a.over || a.i - b.i)) {
    if (left <= 0) break
    shares[i] = (shares[i] ?? 0) + 1
    left -= 1
  }
  return shares
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The tasks of the smallest tickets of each stratum, with the inspectors of the smallest tickets among those who need not keep away. */
export function sampleOf(frame: Frame, seed: string): Drawn[] {
  const start = bytesOf(seed)
  return frame.strata.flatMap((stratum) =>
    frame.entries
      .filter((entry) => entry.stratum === stratum.name)
      .map((entry) => ({ entry, ticket: hash(start, bytesOf(entry.task)) }))
      .sort((a, b) => byText(a.ticket, b.ticket))
      .slice(0, stratum.sample)
      .map(({ entry, ticket }) => ({
        task: entry.task,
        ticket,
        inspectors: frame.inspectors
          .filter((i) => !entry.barred.includes(i.person))
          .map((i) => ({ person: i.person, ticket: hash(start, bytesOf(entry.task), bytesOf(i.person)) }))
          .sort((a, b) => byText(a.ticket, b.ticket) || byText(a.person, b.person))
          .slice(0, frame.inspectors_each)
          .map((i) => i.person),
      })))
}

type Shape = 'text' | 'id' | 'hash' | 'hash?' | 'count' | 'flag' | 'instant' | [Shape] | { [key: string]: Shape }
const person: Shape = { person: 'id', name: 'text' }
const shape: Shape = {
  format: 'text',
  frame: {
    check: 'id', nth: 'count', given_up: ['text'], is_quick: 'flag', taken_at: 'instant', inspectors_each: 'count',
    parties: [{ person: 'id', name: 'text', line: 'text' }],
    inspectors: [person],
    strata: [{ name: 'text', size: 'count', sample: 'count' }],
    entries: [{ task: 'id', number: 'text', stratum: 'text', barred: ['id'] }],
    excluded: [{ task: 'id', number: 'text', reason: 'text' }],
  },
  root: 'hash',
  commitments: [{ person: 'id', commitment: 'hash', nonce: 'hash?' }],
  seed: 'hash',
  sample: [{ task: 'id', ticket: 'hash', inspectors: ['id'] }],
  digest: 'hash',
}
const patterns: Record<string, RegExp> = {
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  hash: /^[0-9a-f]{64}$/,
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
}

/** The place where a value is not of the shape; none when it is, to the last field and no field more. */
function misshapen(value: unknown, of: Shape, at = ''): string | null {
  if (Array.isArray(of)) {
    if (!Array.isArray(value)) return at
    for (let i = 0; i < value.length; i += 1) {
      const found = misshapen(value[i], of[0], `${at}/${i}`)
      if (found !== null) return found
    }
    return null
  }
  if (typeof of === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return at
    const fields = value as Record<string, unknown>
    const odd = Object.keys(fields).find((key) => !(key in of))
    if (odd !== undefined) return `${at}/${odd}`
    for (const [key, inner] of Object.entries(of)) {
      const found = misshapen(fields[key], inner, `${at}/${key}`)
      if (found !== null) return found
    }
    return null
  }
  if (of === 'count') return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32 ? null : at
  if (of === 'flag') return typeof value === 'boolean' ? null : at
  if (of === 'hash?' && value === null) return null
  if (typeof value !== 'string') return at
  return patterns[of.replace('?', '')]?.test(value) === false ? at : null
}

/** A frame from which a draw can be made: its strata hold what they say, each gets its share, parties and inspectors are enough. */
function frameFault(frame: Frame): string | null {
  if (frame.entries.length === 0) return '抽样框里没有任务'
  if (new Set(frame.entries.map((e) => e.task)).size < frame.entries.length) return '同一任务在抽样框里出现两次'
  if (frame.entries.some((e) => frame.excluded.some((x) => x.task === e.task))) return '有任务既在抽样框里又被剔除'
  const names = frame.strata.map((s) => s.name)
  if (new Set(names).size < names.length) return '有两层同名'
  const size = (name: string) => frame.entries.filter((e) => e.stratum === name).length
  const odd = frame.strata.find((s) => size(s.name) !== s.size || s.size === 0) ?? frame.entries.find((e) => !names.includes(e.stratum))
  if (odd) return `“${'name' in odd ? odd.name : odd.stratum}”一层的任务数对不上`
  const shares = quotas(frame.strata.map((s) => s.size), frame.strata.reduce((n, s) => n + s.sample, 0))
  const other = frame.strata.find((s, i) => s.sample !== shares[i] || s.sample > s.size)
  if (other) return `“${other.name}”一层的抽取数不是按规则分的`
  const people = frame.parties.map((p) => p.person)
  if (new Set(people).size < people.length) return '同一参与方出现两次'
  if (frame.is_quick ? people.length !== 1 || people[0] !== nobody : new Set(frame.parties.map((p) => p.line)).size < 2 || people.includes(nobody)) return '参与方不符合抽取方式'
  const short = frame.entries.find((e) => frame.inspectors.filter((i) => !e.barred.includes(i.person)).length < frame.inspectors_each)
  return short ? `${short.number} 没有足够的检查人员可抽` : null
}

function promiseFault({ frame, commitments }: Bundle): string | null {
  const name = (id: string) => frame.parties.find((p) => p.person === id)?.name ?? '不明的一方'
  if (commitments.length !== frame.parties.length || commitments.some((c, i) => c.person !== frame.parties[i]?.person)) return '登记的与参与方不是同一些人，或次序不同'
  const odd = commitments.find((c) => c.nonce !== null && commitmentOf(frame.check, c.person, c.nonce) !== c.commitment)
  if (odd) return `${name(odd.person)}公开的随机数与事先登记的不符`
  return commitments.every((c) => c.nonce === null) ? '没有一方公开随机数' : null
}

function sampleFault({ frame, seed, sample }: Bundle): [string | null, string | null] {
  const again = sampleOf(frame, seed)
  const number = (task: string) => frame.entries.find((e) => e.task === task)?.number ?? '不在抽样框里的任务'
  const at = again.findIndex((d, i) => d.task !== sample[i]?.task || d.ticket !== sample[i]?.ticket)
  const more = sample.length > again.length ? sample[again.length] : undefined
  const task = at >= 0 ? `按种子应抽到 ${number(again[at]?.task ?? '')}，记的却不是` : more ? `多出 ${number(more.task)}` : null
  const look = again.find((d, i) => d.inspectors.join() !== sample[i]?.inspectors.join())
  return [task, look ? `${number(look.task)} 的检查人员与重新抽取的不同` : null]
}

/** Draws again and says of each thing whether it agrees. */
export function drawAgain(text: string): Verdict {
  const unreadable = (wrong: string): Verdict => ({ agrees: false, bundle: null, steps: [{ name: '文件', wrong }] })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return unreadable('读不出来，不是抽取记录文件或者已损坏')
  }
  const doubtful = fault(text)
  if (doubtful) return unreadable(doubtful)
  if (typeof value === 'object' && value !== null && 'format' in value && value.format !== format) return unreadable('不是这一版的抽取记录')
  const at = misshapen(value, shape)
  if (at !== null) return unreadable(`内容不完整或者多了东西（${at || '开头'}）`)
  const bundle = value as Bundle
  const { frame } = bundle
  const [tasks, people] = sampleFault(bundle)
  const steps = [
    { name: '文件', wrong: null },
    { name: '校验码', wrong: digestOf(bundle) === bundle.digest ? null : '内容与校验码不符，文件被改动过' },
    { name: '抽样框', wrong: rootOf(frame) === bundle.root ? null : '抽样框与冻结时的根值不符' },
    { name: '分层与名额', wrong: frameFault(frame) },
    { name: '参与方的随机数', wrong: promiseFault(bundle) },
    { name: '种子', wrong: seedOf(bundle.commitments, bundle.root) === bundle.seed ? null : '种子不是由这些随机数和抽样框得出的' },
    { name: '抽出的任务', wrong: tasks },
    { name: '检查人员', wrong: people },
  ]
  return { agrees: steps.every((s) => s.wrong === null), steps, bundle }
}
