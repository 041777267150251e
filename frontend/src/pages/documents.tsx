// The documents of a round: the report that is due, what waits for the caller, all of them, and the form that drafts a new one.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import type { DocumentLine } from '../documents/act'
import { ReportDue } from '../documents/reportdue'
import { ExportButton } from '../exports/button'
import { NoRound, useRound } from '../session'
import '../styles/documents.css'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { began, moment } from '../ui/words'

const kinds: { value: Schemas['DocumentKind']; label: string; about: string }[] = [
  { value: 'report', label: '整改落实情况报告', about: '向上级报送，逐项写明问题、措施和成效' },
  { value: 'progress', label: '阶段性进展通报', about: '内部通报，附各单位进展' },
  { value: 'plan', label: '整改方案', about: '附问题、整改、责任三张清单' },
  { value: 'weekly', label: '每周简报', about: '上一周的交报、进展和求助' },
  { value: 'duties', label: '领导履责情况', about: '四个亲自逐人统计' },
]

export function Documents() {
  useTitle('文书')
  const round = useRound()
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['documents', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/documents', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="文书" />
  const mayDraft = query.data?.may_draft ?? false
  return (
    <>
      <div className="head">
        <h1>文书</h1>
        <p>数字由系统按台账填写，文字由整改办修改，签发后定稿。</p>
        <div className="acts">
          <ExportButton offer={{ kinds: ['archives'], filter: {} }} label="全部问题档案" />
          {mayDraft && <Link to="/templates" className="button">模板</Link>}
          {mayDraft && <button type="button" className={isNew ? '' : 'main'} aria-expanded={isNew} onClick={() => setNew(!isNew)}>{isNew ? '收起' : '拟制文书'}</button>}
        </div>
      </div>
      {isNew && <New round={round} />}
      <Loaded query={query}>{(found) => (
        <>
          {found.report && <ReportDue report={found.report} isAmongDocuments />}
          <All items={found.items} mayDraft={mayDraft} onNew={() => setNew(true)} />
        </>
      )}</Loaded>
    </>
  )
}

function New({ round }: { round: string }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [kind, setKind] = useState<Schemas['DocumentKind'] | null>(null)
  const form = useSend(async () => {
    if (!kind) return
    const made = await get(client.POST('/api/v1/rounds/{id}/documents', { params: { path: { id: round } }, body: { kind } }))
    await queries.invalidateQueries({ queryKey: ['documents', round] })
    await navigate({ to: '/documents/$id', params: { id: made.id } })
  })
  return (
    <form className="card stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <fieldset className="kinds">
        <legend>拟制哪一种</legend>
        {kinds.map((k) => (
          <label key={k.value} className={kind === k.value ? 'on' : undefined}>
            <input type="radio" name="kind" checked={kind === k.value} onChange={() => setKind(k.value)} />
            <span><b>{k.label}</b><small className="muted">{k.about}</small></span>
          </label>
        ))}
      </fieldset>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || !kind}>{form.busy ? '正在取数…' : '按现在的数据拟制'}</button></div>
    </form>
  )
}

const waiting = ['sign_document', 'confirm_document_signature']

function All({ items, mayDraft, onNew }: { items: DocumentLine[]; mayDraft: boolean; onNew: () => void }) {
  if (items.length === 0) {
    return (
      <Empty>
        {mayDraft ? '还没有文书。报告、通报、方案、简报都从台账取数，数字不用抄，改了哪里看得见。' : '还没有送签或定稿的文书。'}
        {mayDraft && <><br /><button type="button" onClick={onNew}>拟制第一份</button></>}
      </Empty>
    )
  }
  const mine = items.filter((d) => d.open_actions.some((a) => waiting.includes(a.action)))
  const rest = items.filter((d) => !mine.includes(d))
  return (
    <>
      {mine.length > 0 && <section className="part"><header><h2>等我签 <span>{mine.length}</span></h2></header><Lines list={mine} /></section>}
      {rest.length > 0 && <section className="part"><header><h2>{mine.length > 0 ? '其他文书' : '文书'} <span>{rest.length}</span></h2></header><Lines list={rest} /></section>}
    </>
  )
}

function Lines({ list }: { list: DocumentLine[] }) {
  return (
    <ul className="lines documentlines">
      {list.map((d) => (
        <li key={d.id}>
          <Link to="/documents/$id" params={{ id: d.id }}>
            <b>{d.title}</b>
            <small className="muted">{d.kind_label}　第 {d.n_version} 版　数据截至 {moment(d.as_of)}{d.waits_for && `　等${d.waits_for}`}{d.filed_at && `　${began(d.filed_at)} 定稿`}</small>
          </Link>
          {d.replaced_by ? <State label="已有更正版" /> : <State label={d.state_label} />}
        </li>
      ))}
    </ul>
  )
}
