// The words of a document, section by section: what is written, what it says with its figures, and beside each finding what its tasks already say.
// What is typed is kept by itself; when somebody else was faster, nothing is written over.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, type Schemas, client, get } from '../api/client'
import { DayField } from '../ui/dayfield'
import { TextField, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Document, fetchDocument, useTaken } from './act'
import { type FigureView, inserted, shown } from './words'

type Head = Schemas['Head']
type Draft = { head: Head; sections: Record<string, string>; findings: Record<string, string> }

/** So long after the last key it is kept, ms. */
const rest = 1200

const draftOf = (document: Document): Draft => ({
  head: document.head,
  sections: Object.fromEntries(document.sections.map((s) => [s.name, s.text])),
  findings: Object.fromEntries(document.findings.filter((f) => f.text !== '').map((f) => [f.number, f.text])),
})

export function Words({ document, mayWrite }: { document: Document; mayWrite: boolean }) {
  if (!mayWrite) return <Read document={document} />
  return <Written key={document.id} document={document} />
}

function Read({ document }: { document: Document }) {
  return (
    <div className="documentwords">
      <section className="card">
        {document.sections.map((s) => <section key={s.name}><h2>{s.name}</h2><p className="prose">{s.said || '（未写）'}</p></section>)}
      </section>
      {document.findings.length > 0 && (
        <section className="card">
          <h2>逐项情况 <span>{document.findings.length} 个问题</span></h2>
          {document.findings.map((f) => <Finding key={f.number} finding={f}>{f.said && <p className="prose">{f.said}</p>}</Finding>)}
        </section>
      )}
    </div>
  )
}

function Written({ document }: { document: Document }) {
  const [draft, setDraft] = useState(() => draftOf(document))
  const [isTouched, setTouched] = useState(false)
  const queries = useQueryClient()
  const taken = useTaken()
  const latest = useRef(draft)
  latest.current = draft
  // What one writes rests on a version; one of another's is taken over while nothing is typed, and is said to be there once something is.
  const rests = useRef({ version: document.version, words: draftOf(document) })
  useEffect(() => {
    const words = draftOf(document)
    const isOwn = JSON.stringify(words) === JSON.stringify(rests.current.words)
    if (!isOwn && isTouched) return
    rests.current = { version: document.version, words }
    if (!isOwn) setDraft(words)
  }, [document, isTouched])
  const [isBehind, setBehind] = useState(false)
  const keeping = useSend(async () => {
    const sent = latest.current
    const after = await get(client.PUT('/api/v1/documents/{id}', {
      params: { path: { id: document.id }, header: { 'If-Match': `"${rests.current.version}"` } }, body: sent,
    })).catch((error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') setBehind(true)
      throw error
    })
    rests.current = { version: after.version, words: draftOf(after) }
    taken(after)
    // What was typed meanwhile is kept next.
    if (latest.current === sent) setTouched(false)
  })
  const { submit, busy } = keeping
  useEffect(() => {
    if (!isTouched || busy || isBehind) return
    const timer = window.setTimeout(() => void submit(), rest)
    return () => window.clearTimeout(timer)
    // Every change of the words begins the rest anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [draft, isTouched, busy, isBehind])
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (isTouched) event.preventDefault()
    }
    window.addEventListener('beforeunload', leave)
    return () => window.removeEventListener('beforeunload', leave)
  }, [isTouched])
  const change = (part: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...part }))
    setTouched(true)
  }
  const other = async () => {
    const now = await fetchDocument(document.id)
    queries.setQueryData(['document', document.id], now)
    rests.current = { version: now.version, words: draftOf(now) }
    setBehind(false)
    return now
  }
  const figures = document.figures
  return (
    <div className="documentwords">
      <p className="keptline" role="status">
        {isBehind ? '' : busy ? '正在保存…' : isTouched ? '有改动，停笔后自动保存' : '已保存'}
      </p>
      {isBehind && (
        <div className="refused" role="alert">
          <strong>这份文稿刚被别人改过，您的改动还没有保存</strong>
          <p>您写的都还在这一页上。可以先看别人改了什么，再决定。</p>
          <div className="send">
            <button type="button" onClick={() => void other().then((now) => { setDraft(draftOf(now)); setTouched(false) })}>用别人的版本</button>
            <button type="button" className="main" onClick={() => void other().then(() => setTouched(true))}>保留我的，覆盖文字</button>
          </div>
        </div>
      )}
      {!isBehind && <Refused error={keeping.error} />}
      <HeadForm head={draft.head} at={keeping.at} onChange={(head) => change({ head })} />
      {document.sections.map((s) => (
        <Section
          key={s.name} name={s.name} proposed={s.proposed} figures={figures}
          text={draft.sections[s.name] ?? ''} kept={s} error={keeping.at(`/sections/${s.name}`)}
          onChange={(text) => change({ sections: { ...draft.sections, [s.name]: text } })}
        />
      ))}
      {document.findings.length > 0 && (
        <section className="card">
          <h2>逐项情况 <span>措施和成效由台账带入，需要时补充说明</span></h2>
          {document.findings.map((f) => (
            <Finding key={f.number} finding={f}>
              <TextField label="补充说明（写进文件）" rows={2} value={draft.findings[f.number] ?? ''} error={keeping.at(`/findings/${f.number}`)} onChange={(text) => change({ findings: { ...draft.findings, [f.number]: text } })} />
            </Finding>
          ))}
        </section>
      )}
    </div>
  )
}

function HeadForm({ head, at, onChange }: { head: Head; at: (pointer: string) => string | undefined; onChange: (head: Head) => void }) {
  const set = (part: Partial<Head>) => onChange({ ...head, ...part })
  const text = (key: Exclude<keyof Head, 'dated_on'>, label: string, hint?: string) => (
    <TextField label={label} hint={hint} value={head[key] ?? ''} error={at(`/head/${key}`)} onChange={(value) => set({ [key]: value })} />
  )
  return (
    <section className="card stack">
      <h2>版头和版记</h2>
      {text('title', '标题')}
      <div className="pair">
        {text('issuing_body', '发文机关')}
        {text('number', '发文字号', '如 集团整改〔2026〕8号，可先空着')}
        {text('addressee', '主送机关')}
        {text('issuer', '签发人', '上行文填写')}
        {text('secrecy', '密级')}
        {text('urgency', '紧急程度')}
        {text('copies', '抄送')}
        <DayField label="成文日期" hint="不填则为数据截至之日" value={head.dated_on ?? ''} onChange={(on) => set({ dated_on: on || null })} error={at('/head/dated_on')} />
      </div>
    </section>
  )
}

function Section({ name, proposed, figures, text, kept, error, onChange }: {
  name: string
  proposed: string
  figures: FigureView[]
  text: string
  kept: Schemas['SectionView']
  error?: string
  onChange: (text: string) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const put = (mark: string) => {
    const area = box.current?.querySelector('textarea')
    const made = inserted(text, area ? area.selectionStart : null, mark)
    onChange(made.text)
    window.setTimeout(() => {
      area?.focus()
      area?.setSelectionRange(made.at, made.at)
    }, 0)
  }
  // The server's words hold for what it has kept; what is being typed is shown as far as the page can say it.
  const says = text === kept.text ? kept.said : shown(text, figures)
  return (
    <section className="card stack" ref={box}>
      <TextField label={name} rows={Math.min(12, Math.max(4, Math.ceil(text.length / 40)))} value={text} error={error} onChange={onChange} />
      <div className="sectiontools">
        <label className="insert">
          <span className="sr">插入数据</span>
          <select value="" onChange={(e) => { if (e.target.value) put(`{{${e.target.value}}}`) }}>
            <option value="">插入数据…</option>
            {figures.map((f) => <option key={f.key} value={f.name}>{f.name}（{f.said ?? '待填'}）</option>)}
            <option value="整改完成率">整改完成率</option>
          </select>
        </label>
        {text !== proposed && <button type="button" className="plain" onClick={() => onChange(proposed)}>恢复建议的文字</button>}
      </div>
      <div className="says"><small className="muted">文件中为</small><p className="prose">{says || '（未写）'}</p></div>
    </section>
  )
}

function Finding({ finding, children }: { finding: Schemas['DocumentFindingView']; children: React.ReactNode }) {
  return (
    <details className="documentfinding">
      <summary><b className="number">{finding.number}</b> {finding.body} <small className="muted">{finding.outcome}</small></summary>
      <ul className="muted">{finding.tasks.map((t, i) => <li key={i}>{t}</li>)}</ul>
      {children}
    </details>
  )
}
