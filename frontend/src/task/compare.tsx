// Two versions of a statement side by side, what only one of them says marked.
import { useState } from 'react'
import type { Schemas } from '../api/client'
import { fields, labels, texts } from '../statements/values'
import '../styles/plan.css'
import { SelectField } from '../ui/form'
import { Dialog } from '../ui/parts'
import { against } from '../ui/sentences'
import { moment, week } from '../ui/words'

export type Version = Schemas['StatementView']
export const keyOf = (s: Version) => `${s.unit.id}.${s.week}.${s.revision}`

const label = (s: Version, many: boolean) => `${week(s.week)}${many ? ` ${s.unit.name}` : ''} 第 ${s.revision} 版（${moment(s.at)}）`

/** What it is naturally set against: the revision before, else the newest of an earlier week, of the same unit. */
export function earlier(of: Version, all: Version[]): Version | undefined {
  const own = all.filter((s) => s.unit.id === of.unit.id)
  return own.find((s) => s.week === of.week && s.revision === of.revision - 1) ?? own.find((s) => s.week < of.week && s.is_newest)
}

export function Compare({ statements, of, onClose }: { statements: Version[]; of: Version; onClose: () => void }) {
  const [left, setLeft] = useState(keyOf(earlier(of, statements) ?? of))
  const [right, setRight] = useState(keyOf(of))
  const many = new Set(statements.map((s) => s.unit.id)).size > 1
  const options = statements.map((s) => ({ value: keyOf(s), label: label(s, many) }))
  const [a, b] = [left, right].map((key) => statements.find((s) => keyOf(s) === key))
  const [was, is] = [texts(a), texts(b)]
  const shown = fields.filter((f) => was[f] !== '' || is[f] !== '')
  const files = (s: Version | undefined) => s?.evidence.length ?? 0
  return (
    <Dialog isWide title="对照两版写实" onClose={onClose}>
      <div className="sidebyside">
        <SelectField label="左" value={left} onChange={setLeft} options={options} />
        <SelectField label="右" value={right} onChange={setRight} options={options} />
        {shown.map((f) => (
          <Pair key={f} title={labels[f]} left={<Marked text={was[f]} other={is[f]} as="del" />} right={<Marked text={is[f]} other={was[f]} as="mark" />} />
        ))}
        <Pair title="佐证" left={`${files(a)} 份`} right={`${files(b)} 份`} />
        <Pair title="阅签" left={a?.reply_label} right={b?.reply_label} />
      </div>
      <p className="hint">左边划去的，右边没有写；右边浅蓝的，左边没有写。</p>
    </Dialog>
  )
}

function Pair({ title, left, right }: { title: string; left: React.ReactNode; right: React.ReactNode }) {
  return (
    <>
      <div><small className="muted">{title}</small><p>{left}</p></div>
      <div><small className="muted">{title}</small><p>{right}</p></div>
    </>
  )
}

function Marked({ text, other, as: Mark }: { text: string; other: string; as: 'del' | 'mark' }) {
  if (text === '') return <span className="muted">没有写</span>
  return <>{against(text, other).map((s, i) => (s.isThere ? <span key={i}>{s.text}</span> : <Mark key={i}>{s.text}</Mark>))}</>
}
