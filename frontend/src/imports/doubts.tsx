// Doubts in a list: each jumps to its cell and is settled there and then, or all of its kind at once.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { DayField } from '../ui/dayfield'
import { PickField, TextField } from '../ui/form'
import { Dialog } from '../ui/parts'
import { kinds } from './words'

type Doubt = Schemas['OpenDoubt']
type Answer = Schemas['Answer']

/** Kinds that only closing words, not a yes, can settle. */
const closings = ['closing_incomplete', 'closing_unfinished']
/** Kinds whose cells must be read as something else, or left out. */
const needsText = ['unit_unknown', 'unit_open', 'unit_ambiguous', 'person_unknown', 'person_open', 'person_ambiguous', 'date_unclear', 'due_missing', 'measure_missing', 'disposition_unknown', 'status_unclear', 'cell_misplaced', 'formula_error', 'milestone_unclear', 'column_repeated', 'header_missing', 'matter_missing', 'row_unplaced']

/** Most doubts drawn of one kind; the rest come when these are settled. */
const most = 100

export function Doubts({ doubts, sheet, chosen, busy, onChoose, onAnswer }: {
  doubts: Doubt[]
  /** The sheet that is shown. */
  sheet: string
  chosen: string | null
  busy: boolean
  onChoose: (doubt: Doubt) => void
  onAnswer: (answers: Answer[]) => void
}) {
  const [closing, setClosing] = useState<Doubt[] | null>(null)
  const groups = useMemo(() => {
    const found = new Map<string, { doubt: Doubt; nth: number }[]>()
    doubts.forEach((doubt, i) => found.set(doubt.kind, [...(found.get(doubt.kind) ?? []), { doubt, nth: i + 1 }]))
    return [...found]
  }, [doubts])
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('li.on')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <aside className="doubts card" aria-label="疑点" ref={list}>
      <header><h2>要您定的疑点</h2><span className="muted">{doubts.length ? `${doubts.length} 处` : '已全部定夺'}</span></header>
      {groups.map(([kind, items]) => (
        <details key={kind} open={groups.length < 4 || items.length <= 6 || items.some((i) => i.doubt.cell === chosen && i.doubt.sheet === sheet)}>
          <summary><b>{kinds[kind] ?? kind}</b> <span className="muted">{items.length} 处</span></summary>
          {items.length > 1 && <AllOfKind kind={kind} items={items.map((i) => i.doubt)} busy={busy} onAnswer={onAnswer} onClose={setClosing} />}
          <ul>
            {items.slice(0, most).map(({ doubt, nth }) => (
              <li key={nth} className={doubt.cell === chosen && doubt.sheet === sheet ? 'on' : ''}>
                <button type="button" className="jump" onClick={() => onChoose(doubt)}>
                  <i className="nth">{nth}</i> <b>{doubt.cell}</b> {doubt.text ? `写的是“${doubt.text.slice(0, 60)}${doubt.text.length > 60 ? '…' : ''}”` : '空着'}
                </button>
                <p>{doubt.message}</p>
                <One doubt={doubt} busy={busy} onAnswer={onAnswer} onClose={setClosing} />
              </li>
            ))}
          </ul>
          {items.length > most && <p className="muted">另有 {items.length - most} 处，定夺前面的之后列出。</p>}
        </details>
      ))}
      {closing && <Close doubts={closing} onDone={() => setClosing(null)} onAnswer={onAnswer} />}
    </aside>
  )
}

function AllOfKind({ kind, items, busy, onAnswer, onClose }: { kind: string; items: Doubt[]; busy: boolean; onAnswer: (answers: Answer[]) => void; onClose: (doubts: Doubt[]) => void }) {
  if (closings.includes(kind)) return <div className="acts"><button type="button" className="main" disabled={busy} onClick={() => onClose(items)}>一并补上，作存量办结</button><button type="button" disabled={busy} onClick={() => onAnswer([{ kind, say: 'leave' }])}>都按未办结导入</button></div>
  const proposed = items.filter((d) => d.proposal)
  const plain = !needsText.includes(kind)
  return (
    <div className="acts">
      {plain && <button type="button" disabled={busy} onClick={() => onAnswer([{ kind, say: 'accept' }])}>这一类都确认</button>}
      {!plain && proposed.length > 0 && <button type="button" disabled={busy} onClick={() => onAnswer(proposed.map((d) => ({ kind, sheet: d.sheet, cell: d.cell, say: 'accept' })))}>{proposed.length} 处都按建议</button>}
      <button type="button" disabled={busy} onClick={() => onAnswer([{ kind, say: 'leave' }])}>这一类都不取，留原文</button>
    </div>
  )
}

function One({ doubt, busy, onAnswer, onClose }: { doubt: Doubt; busy: boolean; onAnswer: (answers: Answer[]) => void; onClose: (doubts: Doubt[]) => void }) {
  const [text, setText] = useState<string | null>(null)
  const at = { kind: doubt.kind, sheet: doubt.sheet, cell: doubt.cell }
  if (doubt.kind === 'classified' || doubt.cell === '') return null
  if (text !== null) {
    return (
      <form className="send" onSubmit={(e) => { e.preventDefault(); onAnswer([{ ...at, say: 'read', text }]) }}>
        <input aria-label={`${doubt.cell} 应为`} autoFocus value={text} onChange={(e) => setText(e.target.value)} />
        <button type="submit" className="main" disabled={busy || !text.trim()}>按此</button>
        <button type="button" className="plain" onClick={() => setText(null)}>取消</button>
      </form>
    )
  }
  const isClosing = closings.includes(doubt.kind)
  return (
    <div className="acts">
      {isClosing && <button type="button" disabled={busy} onClick={() => onClose([doubt])}>补上依据</button>}
      {!isClosing && (doubt.proposal || !needsText.includes(doubt.kind)) && <button type="button" disabled={busy} onClick={() => onAnswer([{ ...at, say: 'accept' }])}>{doubt.proposal ? '按建议' : '确认'}</button>}
      <button type="button" disabled={busy} onClick={() => setText(doubt.proposal ?? doubt.text)}>另写</button>
      <button type="button" className="plain" disabled={busy} onClick={() => onAnswer([{ ...at, say: 'leave' }])}>{isClosing ? '按未办结' : '不取'}</button>
    </div>
  )
}

/** What entering a finished row as closed needs; each row keeps its own date where the file has one. */
function Close({ doubts, onDone, onAnswer }: { doubts: Doubt[]; onDone: () => void; onAnswer: (answers: Answer[]) => void }) {
  const [on, setOn] = useState('')
  const [basis, setBasis] = useState('')
  const [voucher, setVoucher] = useState('')
  const people = useQuery({ queryKey: ['people'], queryFn: () => get(client.GET('/api/v1/people')), staleTime: 600_000 })
  const options = (people.data ?? []).map((p) => ({ value: p.id, label: p.posts[0] ? `${p.name}（${p.posts[0].unit}）` : p.name }))
  const isReady = basis.trim() !== '' && voucher !== ''
  const send = () => {
    onAnswer(doubts.map((d) => ({ kind: d.kind === 'closing_unfinished' ? 'closing_incomplete' : d.kind, sheet: d.sheet, cell: d.cell, say: 'close', on: on || null, basis: basis.trim(), vouched_by: voucher })))
    onDone()
  }
  return (
    <Dialog title={doubts.length > 1 ? `${doubts.length} 项作存量办结` : '作存量办结'} onClose={onDone}>
      <form className="stack" onSubmit={(e) => { e.preventDefault(); if (isReady) send() }}>
        <DayField label="办结日期" lies="behind" value={on} onChange={setOn} hint="表中已有办结日期的，以表为准" />
        <TextField label="依据文件" value={basis} onChange={setBasis} hint="如会议纪要、销号审批表的文号" />
        <PickField label="确认人" value={voucher} onChange={setVoucher} options={options} />
        <div className="acts"><button type="submit" className="main" disabled={!isReady}>按此</button><button type="button" onClick={onDone}>取消</button></div>
      </form>
    </Dialog>
  )
}
