// The agenda before the meeting: why each item is there; ordered by dragging, by buttons or Alt and the arrows, taken out with a reason, put on by hand.
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type PointerEvent, useRef, useState } from 'react'
import { post } from '../api/client'
import { TextField, blank, useSend } from '../ui/form'
import { Empty, Refused } from '../ui/parts'
import { day } from '../ui/words'
import { type Item, type Meeting, may, useMeetingAct } from './act'

export function About({ item }: { item: Item }) {
  return (
    <>
      <p>{item.task_id && <Link to="/tasks/$id" params={{ id: item.task_id }} search={{}} className="number">{item.number}</Link>}{item.slip_id ? <Link to="/slips/$id" params={{ id: item.slip_id }} search={{}}><b>{item.title}</b></Link> : <b>{item.title}</b>}</p>
      <p className="muted">{[item.unit, item.state_label, item.due_on && `时限 ${day(item.due_on)}`].filter(Boolean).join('，')}</p>
      {item.left_over && <p className="muted">上次议定：{item.left_over.unit?.name ?? item.left_over.person?.name}，{item.left_over.standing_label}</p>}
      <ul className="whys">{item.sources.map((s) => <li key={s.source}><span className="tag">{s.label}</span>{s.why}</li>)}</ul>
    </>
  )
}

export function Agenda({ meeting }: { meeting: Meeting }) {
  const [order, setOrder] = useState<string[] | null>(null)
  const [leaving, setLeaving] = useState<string | null>(null)
  const keys = order ?? meeting.items.map((i) => i.key)
  const latest = useRef(keys)
  const form = useMeetingAct(meeting, 'order', () => ({ keys: latest.current }), { done: () => setOrder(null) })
  const mayOrder = may(meeting, 'order_agenda')
  const put = (key: string, to: number) => {
    if (to < 0 || to >= keys.length || to === keys.indexOf(key) || form.busy) return
    const next = keys.filter((k) => k !== key)
    next.splice(to, 0, key)
    latest.current = next
    setOrder(next)
    void form.submit()
  }
  const move = (key: string, by: number) => put(key, keys.indexOf(key) + by)
  const drag = useDrag(keys, put)
  const items = keys.flatMap((key) => meeting.items.filter((i) => i.key === key))
  return (
    <section className="part">
      <header><h2>议程 <span>{meeting.items.length}</span></h2><p className="muted">随台账自动更新，开会时固定下来{mayOrder && '；可拖动、上移下移，也可按 Alt 加方向键'}</p></header>
      {items.length === 0 && <Empty>目前没有需要上会的事项：没有逾期、停滞、求助和待审定的任务，也没有上次遗留。可以手工增加议题。</Empty>}
      <ol className="card lines agenda" ref={drag.list}>
        {items.map((item, i) => (
          <li key={item.key} className={drag.look(item.key)}>
            <div className="line" tabIndex={mayOrder ? 0 : undefined} onKeyDown={(e) => {
              if (!e.altKey || (e.key !== 'ArrowUp' && e.key !== 'ArrowDown')) return
              e.preventDefault()
              move(item.key, e.key === 'ArrowUp' ? -1 : 1)
            }}>
              {mayOrder && <span className="handle" aria-hidden="true" title="拖动排序" {...drag.handle(item.key)}>⠿</span>}
              <b className="nth">{i + 1}</b>
              <div className="what"><About item={item} /></div>
              {mayOrder && (
                <div className="do">
                  <button type="button" aria-label={`上移 ${item.title}`} disabled={i === 0 || form.busy} onClick={() => move(item.key, -1)}>↑</button>
                  <button type="button" aria-label={`下移 ${item.title}`} disabled={i === items.length - 1 || form.busy} onClick={() => move(item.key, 1)}>↓</button>
                  <button type="button" className="plain" aria-expanded={leaving === item.key} onClick={() => setLeaving(leaving === item.key ? null : item.key)}>移出</button>
                </div>
              )}
            </div>
            {leaving === item.key && <TakeOut meeting={meeting} item={item} onClose={() => setLeaving(null)} />}
          </li>
        ))}
      </ol>
      <Refused error={form.error} />
      {may(meeting, 'add_item') && <AddItem meeting={meeting} />}
      {meeting.taken_out.length > 0 && (
        <section className="card"><h3>已移出</h3><ul className="lines">{meeting.taken_out.map((item) => <Out key={item.key} meeting={meeting} item={item} />)}</ul></section>
      )}
    </section>
  )
}

/** A line is taken by its handle and put where the pointer lets go; by mouse, pen or finger. */
function useDrag(keys: string[], put: (key: string, to: number) => void) {
  const list = useRef<HTMLOListElement>(null)
  const [held, setHeld] = useState<{ key: string; over: number } | null>(null)
  /** The line over whose middle the pointer is. */
  const over = (y: number) => {
    const boxes = [...(list.current?.children ?? [])].map((line) => line.getBoundingClientRect())
    const at = boxes.findIndex((box) => y < box.bottom)
    return at < 0 ? boxes.length - 1 : at
  }
  const handle = (key: string) => ({
    onPointerDown: (e: PointerEvent<HTMLElement>) => {
      if (e.button !== 0) return
      e.preventDefault()
      e.currentTarget.setPointerCapture(e.pointerId)
      setHeld({ key, over: keys.indexOf(key) })
    },
    onPointerMove: (e: PointerEvent<HTMLElement>) => {
      if (held) setHeld({ ...held, over: over(e.clientY) })
    },
    onPointerUp: (e: PointerEvent<HTMLElement>) => {
      if (held) put(held.key, over(e.clientY))
      setHeld(null)
    },
    onPointerCancel: () => setHeld(null),
  })
  const look = (key: string) => {
    if (!held) return undefined
    if (held.key === key) return 'held'
    if (keys[held.over] !== key) return undefined
    return held.over < keys.indexOf(held.key) ? 'before' : 'behind'
  }
  return { list, handle, look }
}

function TakeOut({ meeting, item, onClose }: { meeting: Meeting; item: Item; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const form = useMeetingAct(meeting, 'take-out', () => ({ key: item.key, reason }), { done: onClose, missing: () => blank({ '/reason': reason }) })
  return (
    <form className="stack actform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="移出的理由" value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>移出</button><button type="button" onClick={onClose}>取消</button></div>
    </form>
  )
}

function Out({ meeting, item }: { meeting: Meeting; item: Item }) {
  const form = useMeetingAct(meeting, 'put-back', () => ({ key: item.key }))
  return (
    <li>
      <div className="line"><div className="what"><p>{item.number && <span className="number">{item.number}</span>}{item.title}</p><p className="muted">理由：{item.taken_out}</p></div>
        {may(meeting, 'put_back_item') && <div className="do"><button type="button" disabled={form.busy} onClick={() => void form.submit()}>恢复</button></div>}
      </div>
      <Refused error={form.error} />
    </li>
  )
}

export function AddItem({ meeting }: { meeting: Meeting }) {
  const queries = useQueryClient()
  const [title, setTitle] = useState('')
  const form = useSend(async () => {
    queries.setQueryData(['meeting', meeting.id], await post<Meeting>(`/meetings/${meeting.id}/items`, { title }))
    setTitle('')
  }, () => blank({ '/title': title }))
  return (
    <form className="additem" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="增加议题" value={title} onChange={setTitle} error={form.at('/title')} />
      <button type="submit" disabled={form.busy}>增加</button>
      <Refused error={form.error} shown={['/title']} />
    </form>
  )
}
