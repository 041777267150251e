// What waits for the caller's hand: his own signature, paper to be entered or checked, a meeting to be recorded.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { useTodo } from '../frame'
import { NoRound, useRound } from '../session'
import { MeetingOverMany } from '../signing/meeting'
import { SlipLines } from '../slips/lines'
import type { SlipLine } from '../slips/words'
import '../styles/slips.css'
import { ActionPanel } from '../task/panel'
import { useSend } from '../ui/form'
import { Ask, Empty, Light, Loaded, Loading, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, day, said } from '../ui/words'

type Waiting = Schemas['WaitingView']
/** The signer's own act; all others are the desk's. */
const own = 'sign'
const byMeeting = 'record_meeting'
/** Documents and publications to sign come from the list of things to do, which the frame has asked for already. */
const ofPapers = ['sign_document', 'confirm_document_signature', 'sign_publication', 'confirm_publication_signature']
type Paper = Schemas['TodoItem']

export function Signing() {
  useTitle('签批')
  const round = useRound()
  const query = useQuery({
    queryKey: ['waiting', round],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/waiting', { params: { path: { id: round } } })),
    enabled: round !== '',
  })
  const slips = useQuery({
    queryKey: ['slips', round, 'to-sign'],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/slips', { params: { path: { id: round }, query: { to_sign: true } } })),
    enabled: round !== '',
  })
  const todo = useTodo()
  if (round === '') return <NoRound title="签批" />
  const papers = todo.data?.items.filter((i) => ofPapers.includes(i.action)) ?? []
  return <Loaded query={query}>{(list) => <Whole list={list} slips={slips.data ?? []} papers={papers} />}</Loaded>
}

function Whole({ list, slips, papers }: { list: Waiting[]; slips: SlipLine[]; papers: Paper[] }) {
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<Set<string>>(new Set())
  const [isAsking, setAsking] = useState(false)
  const [refused, setRefused] = useState<string[]>([])
  const [open, setOpen] = useState<{ id: string; action: string } | null>(null)
  const mine = list.filter((w) => w.actions.includes(own))
  const desk = list.filter((w) => !w.actions.includes(own))
  const picked = mine.filter((w) => chosen.has(w.id))
  const decided = desk.filter((w) => chosen.has(w.id))
  const [isMeeting, setMeeting] = useState(false)
  const form = useSend(async () => {
    const results = await post<Schemas['BatchResult'][]>('/sign-batches', {
      items: picked.map((w) => ({ request: w.id, task_id: w.task_id, version: w.version })), verdict: 'approve', words: null, meeting: null,
    })
    setRefused(results.flatMap((r) => (r.problem ? [`${picked.find((w) => w.task_id === r.id)?.task_number}：${said(r.problem.title)}`] : [])))
    setChosen(new Set())
    setAsking(false)
    await queries.invalidateQueries()
  })
  const toggle = (id: string) => setChosen((now) => {
    const next = new Set(now)
    if (!next.delete(id)) next.add(id)
    return next
  })
  const batchable = mine.filter((w) => !w.needs_method)
  const meetable = desk.filter((w) => w.actions.includes(byMeeting))
  const lines = (items: Waiting[], choosable: Waiting[]) => (
    <ul className="card lines">
      {items.map((w) => (
        <Line
          key={w.id}
          item={w}
          isChosen={chosen.has(w.id)}
          canChoose={choosable.includes(w)}
          toggle={choosable.length > 1 ? toggle : undefined}
          open={open?.id === w.id ? open.action : null}
          setOpen={(action) => setOpen(action ? { id: w.id, action } : null)}
        />
      ))}
    </ul>
  )
  return (
    <>
      <div className="head"><h1>签批</h1><p>{[mine.length > 0 && `等我签 ${mine.length} 项`, desk.length > 0 && `线下办理 ${desk.length} 项`, slips.length > 0 && `督办单 ${slips.length} 件`, papers.length > 0 && `文书和公示 ${papers.length} 件`].filter(Boolean).join('，')}</p></div>
      {list.length + slips.length + papers.length === 0 && <Empty>没有等您签批的事项。有新的会出现在这里，也会在右上角通知您。</Empty>}
      {mine.length > 0 && (
        <section className="part">
          <header><h2>等我签 <span>{mine.length}</span></h2><span>何时报</span></header>
          {lines(mine, batchable)}
        </section>
      )}
      {desk.length > 0 && (
        <section className="part">
          <header><h2>线下签批与会议 <span>{desk.length}</span></h2><span>何时报</span></header>
          {lines(desk, meetable)}
        </section>
      )}
      {slips.length > 0 && <section className="part"><header><h2>督办单 <span>{slips.length}</span></h2><span>办结时限</span></header><SlipLines list={slips} /></section>}
      {papers.length > 0 && <section className="part"><header><h2>文书和公示 <span>{papers.length}</span></h2><span>何时报</span></header><ul className="card lines">{papers.map((p) => <PaperLine key={`${p.document_id ?? p.publication_id} ${p.action}`} item={p} />)}</ul></section>}
      {refused.length > 0 && <ul className="refused" role="alert">{refused.map((r) => <li key={r}>{r}</li>)}</ul>}
      {picked.length > 0 && (
        <div className="batch card" role="region" aria-label="批量签批">
          <b>已选 {picked.length} 项</b>
          <button type="button" className="main" onClick={() => setAsking(true)}>同意并签字</button>
          <button type="button" className="plain" onClick={() => setChosen(new Set())}>取消选择</button>
        </div>
      )}
      {decided.length > 0 && (
        <div className="batch card" role="region" aria-label="会议审定">
          <b>已选 {decided.length} 项</b>
          <button type="button" className="main" onClick={() => setMeeting(true)}>登记会议审定</button>
          <button type="button" className="plain" onClick={() => setChosen(new Set())}>取消选择</button>
        </div>
      )}
      {isMeeting && <MeetingOverMany picked={decided} onClose={() => setMeeting(false)} onDone={(problems) => { setRefused(problems); setChosen(new Set()); setMeeting(false) }} />}
      {isAsking && (
        <Ask title={`对所选 ${picked.length} 项逐项签字同意？`} verb="同意并签字" busy={form.busy} onYes={() => void form.submit()} onNo={() => setAsking(false)}>
          <ul>{picked.map((w) => <li key={w.id}>{w.task_number} {w.kind_label}：{w.title}</li>)}</ul>
          <p className="muted">每项各签各的，签后记入各项任务的签批，不能撤回。</p>
          <Refused error={form.error} />
        </Ask>
      )}
    </>
  )
}

/** A document or a publication is read whole where it stands, and signed there. */
function PaperLine({ item }: { item: Paper }) {
  return (
    <li>
      <div className="line">
        <div className="what"><p><b>{item.what}</b></p><p>{item.context}</p></div>
        <div className="span">{item.since ? <><span>{began(item.since)}</span><small>{item.from}</small></> : <span className="muted">—</span>}</div>
        <div className="do">
          {item.document_id && <Link to="/documents/$id" params={{ id: item.document_id }} className="button main">看内容并签</Link>}
          {item.publication_id && <Link to="/publications/$id" params={{ id: item.publication_id }} search={{ act: item.action }} className="button main">看内容并签</Link>}
        </div>
      </div>
    </li>
  )
}

function Line({ item, isChosen, canChoose, toggle, open, setOpen }: {
  item: Waiting
  isChosen: boolean
  canChoose: boolean
  toggle?: (id: string) => void
  open: string | null
  setOpen: (action: string | null) => void
}) {
  return (
    <li className={open ? 'open' : ''}>
      <div className="line">
        {toggle && <input type="checkbox" aria-label={`选择 ${item.task_number} ${item.kind_label}`} checked={isChosen} disabled={!canChoose} title={canChoose ? undefined : item.needs_method ? '核查须逐项写明核实方式' : '须逐项办理'} onChange={() => toggle(item.id)} />}
        <div className="what">
          <p><b>{item.kind_label}</b>{item.waits_for && <span className="muted">{item.actions.includes(own) ? `${item.waits_for}环节` : `等 ${item.waits_for}`}</span>}</p>
          <p><Link to="/tasks/$id" params={{ id: item.task_id }} search={{}} className="number">{item.task_number}</Link>{item.title}</p>
          <p className="muted">{item.lead_unit}{item.due_on && `，时限 ${day(item.due_on)}`} <Light light={item.light} /></p>
        </div>
        <div className="span"><span>{began(item.submitted_at)}</span><small>{item.submitted_by} 报</small></div>
        <div className="do">
          {item.actions.map((action, i) => (
            <button key={action} type="button" className={action === own ? 'main' : 'soft'} aria-expanded={open === action} onClick={() => setOpen(open === action ? null : action)}>{open === action ? '收起' : action === own ? '看内容并签' : item.action_labels[i]}</button>
          ))}
        </div>
      </div>
      {open && <InPlace item={item} action={open} onClose={() => setOpen(null)} />}
    </li>
  )
}

/** What is signed and the decision about it, under its line. */
function InPlace({ item, action, onClose }: { item: Waiting; action: string; onClose: () => void }) {
  const query = useQuery({ queryKey: ['task', item.task_id], queryFn: () => get(client.GET('/api/v1/tasks/{id}', { params: { path: { id: item.task_id } } })) })
  return (
    <Loaded query={query}>
      {(task) => {
        const found = task.open_actions.find((a) => a.action === action)
        if (!found) return query.isFetching ? <Loading /> : <p className="place muted">这件事现在不由您办，或者已经办过了。</p>
        const mine = { ...found, requests: found.requests.filter((r) => r.id === item.id) }
        return <ActionPanel task={task} open={mine} onClose={onClose} />
      }}
    </Loaded>
  )
}
