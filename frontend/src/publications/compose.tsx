// The words of a draft: what goes beside the items, and per item what the records say next to what is said in public, kept as it is typed.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, type Schemas, client, get } from '../api/client'
import { grounds } from '../labels.gen'
import { usePeople } from '../task/parties'
import { Check, OvertakenFields, PickField, SelectField, TextField, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Item, type Publication, fetchPublication, may, usePublicationAct } from './act'
import { AddItems } from './additems'

/** How long one pauses before what was typed is kept, milliseconds. */
const PAUSE = 1_500

/** Puts what was written by its revision; what somebody else wrote is fetched, and what is typed here stays. */
function usePut(of: Publication, put: () => Promise<Publication>) {
  const queries = useQueryClient()
  return useSend(async () => {
    try {
      queries.setQueryData(['publication', of.id], await put())
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'publication-changed-meanwhile') queries.setQueryData(['publication', of.id], await fetchPublication(of.id))
      throw error
    }
  })
}

function useAutosave(submit: () => Promise<void>, values: unknown, isReady: boolean) {
  const latest = useRef(submit)
  useEffect(() => { latest.current = submit })
  useEffect(() => {
    if (!isReady) return
    const timer = window.setTimeout(() => void latest.current(), PAUSE)
    return () => window.clearTimeout(timer)
  }, [values, isReady])
}

type HeadValues = { title: string; lead: string; next: string; phone: string; mailbox: string; email: string; window: string; opens_page: boolean; working_days: string; reviewer: string }

const headLabels: Record<keyof HeadValues, string> = { title: '标题', lead: '导语', next: '下一步打算', phone: '监督电话', mailbox: '信箱', email: '电子邮箱', window: '接待窗口', opens_page: '在公示网页公示', working_days: '公示期', reviewer: '保密审查人' }

export function HeadForm({ of }: { of: Publication }) {
  const people = usePeople()
  const saved: HeadValues = {
    title: of.title, lead: of.lead, next: of.next, phone: of.contact.phone ?? '', mailbox: of.contact.mailbox ?? '', email: of.contact.email ?? '', window: of.contact.window ?? '',
    opens_page: of.opens_page, working_days: String(of.working_days), reviewer: of.secrecy_reviewer?.id ?? '',
  }
  const draft = useDraft<HeadValues>('publication-head', of.id, saved)
  const { values, change, forget, kept } = draft
  const isChanged = JSON.stringify(values) !== JSON.stringify(saved)
  const save = usePut(of, async () => {
    const { title, lead, next, phone, mailbox, email, window: place } = values
    const body = {
      revision: of.head_revision, title, lead, next, contact: { phone, mailbox, email, window: place }, opens_page: values.opens_page,
      working_days: Math.max(0, Math.trunc(Number(values.working_days) || 0)), secrecy_reviewer: values.reviewer || null,
    }
    const after = await get(client.PUT('/api/v1/publications/{id}', { params: { path: { id: of.id } }, body }))
    forget(values)
    return after
  })
  useAutosave(save.submit, values, isChanged && draft.overtaken.length === 0)
  const said = (value: unknown, name: keyof HeadValues) => name === 'reviewer' ? (people.find((p) => p.value === value)?.label ?? '') : name === 'opens_page' ? (value ? '是' : '否') : String(value)
  return (
    <form className="card stack" noValidate onSubmit={(e) => { e.preventDefault(); void save.submit() }}>
      <h2>公示稿</h2>
      <OvertakenFields draft={draft} initial={saved} labels={headLabels} said={said} />
      <TextField label="标题" value={values.title} onChange={(title) => change({ title })} error={save.at('/title')} />
      <TextField label="导语" rows={4} value={values.lead} onChange={(lead) => change({ lead })} error={save.at('/lead')} />
      <div className="figuresof"><b>总体情况（由记录自动生成，送审签时固定）</b>{of.sentences.map((s) => <p key={s}>{s}</p>)}</div>
      <TextField label="下一步打算（可不填）" rows={3} value={values.next} onChange={(next) => change({ next })} error={save.at('/next')} />
      <div className="pair">
        <TextField label="监督电话" value={values.phone} onChange={(phone) => change({ phone })} error={save.at('/contact/phone')} />
        <TextField label="信箱" value={values.mailbox} onChange={(mailbox) => change({ mailbox })} error={save.at('/contact/mailbox')} />
        <TextField label="电子邮箱" value={values.email} onChange={(email) => change({ email })} error={save.at('/contact/email')} />
        <TextField label="接待窗口" value={values.window} onChange={(place) => change({ window: place })} error={save.at('/contact/window')} />
        <TextField label="公示期（工作日）" type="number" value={values.working_days} onChange={(working_days) => change({ working_days })} error={save.at('/working_days')} />
        <PickField label="保密审查人" value={values.reviewer} options={people} empty="输入姓名查找" onChange={(reviewer) => change({ reviewer })} error={save.at('/secrecy_reviewer')} />
      </div>
      {of.may_open_page && <Check label="同时在公示网页公示（不勾选则只用于公示栏和办公网）" value={values.opens_page} onChange={(opens_page) => change({ opens_page })} />}
      <Refused error={save.error} shown={['/title', '/lead', '/next', '/working_days', '/contact/phone', '/contact/mailbox', '/contact/email', '/contact/window']} />
      <Kept isChanged={isChanged} kept={kept !== null} busy={save.busy} />
    </form>
  )
}

function Kept({ isChanged, kept, busy }: { isChanged: boolean; kept: boolean; busy: boolean }) {
  return (
    <div className="send">
      <button type="submit" disabled={busy || !isChanged}>{busy ? '正在保存…' : '保存'}</button>
      <small className="muted" role="status">{isChanged ? (kept ? '草稿已存，稍停即自动保存' : '稍停即自动保存') : '已保存'}</small>
    </div>
  )
}

type Exempted = { ground: string; word: string; reason: string; approver: string }
type ItemValues = { problem: string; measures: string; outcome: string; exemptions: Exempted[] }

export function Items({ of }: { of: Publication }) {
  const mayWrite = may(of, 'write_publication_item')
  return (
    <section className="part">
      <header><h2>事项 <span>{of.items.length}</span></h2></header>
      {of.items.length === 0 && <p className="card muted">公示稿里没有事项。</p>}
      <ol className="card lines pubitems">
        {of.items.map((item, i) => (
          <li key={item.id} id={`item-${item.id}`}>
            <h3><b className="nth">{i + 1}</b>{item.internal?.number ?? ''}{item.internal && <span className="state">{item.internal.state_label}</span>}</h3>
            {item.is_barred && <p className="note late">这一事项属于敏感事项或已作废，不能公示，请移出。</p>}
            {mayWrite ? <ItemForm of={of} item={item} /> : <Read item={item} />}
          </li>
        ))}
      </ol>
      {may(of, 'add_publication_items') && <AddItems of={of} />}
    </section>
  )
}

function Side({ title, text }: { title: string; text: Item['text'] }) {
  return (
    <div className="pubside">
      <h4>{title}</h4>
      <dl>
        <dt>问题</dt><dd>{text.problem || '—'}</dd>
        <dt>整改措施</dt><dd>{text.measures || '—'}</dd>
        <dt>整改成效</dt><dd>{text.outcome || '—'}</dd>
      </dl>
    </div>
  )
}

function Read({ item }: { item: Item }) {
  return (
    <>
      <div className="pubcols">
        {item.internal && <Side title="内部记录" text={item.internal.text} />}
        <Side title="公示文字" text={item.text} />
      </div>
      {item.exemptions.length > 0 && <ul className="exemptions">{item.exemptions.map((e) => <li key={e.word}>豁免“{e.word}”：{e.ground_label}{e.reason && `，${e.reason}`}，{e.approver.name} 批准</li>)}</ul>}
    </>
  )
}

const itemLabels: Record<keyof ItemValues, string> = { problem: '问题', measures: '整改措施', outcome: '整改成效', exemptions: '豁免' }

function ItemForm({ of, item }: { of: Publication; item: Item }) {
  const people = usePeople()
  const saved: ItemValues = {
    problem: item.text.problem, measures: item.text.measures, outcome: item.text.outcome,
    exemptions: item.exemptions.map((e) => ({ ground: e.ground, word: e.word, reason: e.reason, approver: e.approver.id })),
  }
  const draft = useDraft<ItemValues>('publication-item', item.id, saved)
  const { values, change, forget, kept } = draft
  const isChanged = JSON.stringify(values) !== JSON.stringify(saved)
  const isWhole = values.exemptions.every((e) => e.word.trim() !== '' && e.approver !== '')
  const save = usePut(of, async () => {
    const { problem, measures, outcome } = values
    const exemptions = values.exemptions.map((e) => ({ ...e, ground: e.ground as Schemas['ExemptionForm']['ground'] }))
    const after = await get(client.PUT('/api/v1/publications/{id}/items/{item}', { params: { path: { id: of.id, item: item.id } }, body: { revision: item.revision, text: { problem, measures, outcome }, exemptions } }))
    forget(values)
    return after
  })
  useAutosave(save.submit, values, isChanged && isWhole && draft.overtaken.length === 0)
  const exempted = (value: unknown, name: keyof ItemValues) => name === 'exemptions' ? (value as Exempted[]).map((e) => e.word).join('、') : String(value)
  const out = usePublicationAct(of, 'take-out', () => ({ item: item.id }))
  const hits = of.hits.filter((h) => h.item === item.id)
  const at = (place: string) => save.at(`/${place}`) ?? hits.filter((h) => h.place === place).map((h) => `出现“${h.word}”（${h.kind_label}），${h.remedy}`)[0]
  const set = (i: number, part: Partial<Exempted>) => change({ exemptions: values.exemptions.map((e, k) => (k === i ? { ...e, ...part } : e)) })
  const groundOptions = Object.entries(grounds).map(([value, label]) => ({ value, label }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void save.submit() }}>
      <div className="pubcols">
        {item.internal && <Side title="内部记录（只读）" text={item.internal.text} />}
        <div className="pubside stack">
          <h4>公示文字</h4>
          <OvertakenFields draft={draft} initial={saved} labels={itemLabels} said={exempted} />
          <TextField label="问题" rows={2} value={values.problem} onChange={(problem) => change({ problem })} error={at('problem')} />
          <TextField label="整改措施" rows={3} value={values.measures} onChange={(measures) => change({ measures })} error={at('measures')} />
          <TextField label="整改成效" rows={3} value={values.outcome} onChange={(outcome) => change({ outcome })} error={at('outcome')} />
        </div>
      </div>
      {values.exemptions.map((e, i) => (
        <fieldset key={i} className="exemption">
          <legend>豁免 {i + 1}</legend>
          <div className="pair">
            <TextField label="不公示的人名、金额或案号" value={e.word} onChange={(word) => set(i, { word })} error={save.at(`/exemptions/${i}/word`)} />
            <SelectField label="理由" value={e.ground} options={groundOptions} onChange={(ground) => set(i, { ground })} />
            <PickField label="批准人" value={e.approver} options={people} empty="输入姓名查找" onChange={(approver) => set(i, { approver })} error={save.at(`/exemptions/${i}/approver`)} />
            <TextField label="说明" value={e.reason} onChange={(reason) => set(i, { reason })} error={save.at(`/exemptions/${i}/reason`)} />
          </div>
          <button type="button" className="plain" onClick={() => change({ exemptions: values.exemptions.filter((_, k) => k !== i) })}>取消这项豁免</button>
        </fieldset>
      ))}
      <Refused error={save.error ?? out.error} shown={['/problem', '/measures', '/outcome']} />
      <div className="send">
        <button type="submit" disabled={save.busy || !isChanged}>{save.busy ? '正在保存…' : '保存'}</button>
        <button type="button" className="plain" onClick={() => change({ exemptions: [...values.exemptions, { ground: Object.keys(grounds)[0] ?? '', word: '', reason: '', approver: '' }] })}>添加豁免</button>
        <button type="button" className="plain danger" disabled={out.busy} onClick={() => void out.submit()}>移出此项</button>
        <small className="muted" role="status">{isChanged ? (isWhole ? '稍停即自动保存' : kept ? '已存草稿；豁免填全后自动保存' : '') : `已保存`}</small>
      </div>
    </form>
  )
}

/** What is found that may not go out, each with the way to its place. */
export function Hits({ of }: { of: Publication }) {
  const [isShown, setShown] = useState(true)
  if (of.hits.length === 0) return null
  const nth = (item?: string | null) => of.items.findIndex((i) => i.id === item) + 1
  return (
    <section className="card hits" role="alert">
      <h2>不得公示的内容 <span>{of.hits.length} 处</span><button type="button" className="plain" onClick={() => setShown(!isShown)}>{isShown ? '收起' : '展开'}</button></h2>
      {isShown && (
        <ul>
          {of.hits.map((h, i) => (
            <li key={i}>{h.item ? <a href={`#item-${h.item}`}>第 {nth(h.item)} 项</a> : '公示稿'} {h.place_label}：出现“<mark>{h.word}</mark>”（{h.kind_label}），{h.remedy}</li>
          ))}
        </ul>
      )}
      <p className="muted">改好之前不能送审签，也不能发布。</p>
    </section>
  )
}
