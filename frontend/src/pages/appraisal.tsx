// One appraisal: where everybody stands, what changed from the version before, adjustments, publication, objections and their answers.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { said, signed, typed } from '../appraisals/points'
import '../styles/appraisals.css'
import { SelectField, TextField, blank, useSend } from '../ui/form'
import { Ask, Loaded, Refused, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { day, moment } from '../ui/words'

type Appraisal = Schemas['AppraisalView']
type Standing = Appraisal['standings'][number]

export function AppraisalPage() {
  const { id } = useParams({ from: '/appraisals/$id' })
  const [n, setN] = useState<number | undefined>()
  const query = useQuery({ queryKey: ['appraisal', id, n], queryFn: () => get(client.GET('/api/v1/appraisals/{id}', { params: { path: { id }, query: { n } } })) })
  return <Loaded query={query}>{(of) => <Whole key={of.n} of={of} onVersion={setN} />}</Loaded>
}

function useAct(of: Appraisal, act: string, body: () => unknown, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    try {
      await post(`/appraisals/${of.id}/${act}`, body(), of.version)
    } finally {
      await Promise.all(['appraisal', 'appraisals', 'score', 'notices', 'todo'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    }
  }, missing)
}

function Whole({ of, onVersion }: { of: Appraisal; onVersion: (n?: number) => void }) {
  useTitle(`考评 ${day(of.from)} 至 ${day(of.to)}`)
  const may = (action: string) => of.open_actions.some((a) => a.action === action)
  const [open, setOpen] = useState<string | null>(of.standings.length === 1 ? of.standings[0]?.subject.id ?? null : null)
  const own = of.standings.filter((s) => s.opens)
  return (
    <>
      <div className="head">
        <h1>考评 {day(of.from)} 至 {day(of.to)}<State label={of.state_label} /></h1>
        <p>第 {of.n} 版{of.published_at && `，${moment(of.published_at)} 公布`}{of.object_until && `，申诉至 ${day(of.object_until)}`}</p>
        <div className="acts"><Link to="/appraisals" className="button">全部考评</Link></div>
      </div>
      {of.discarded && <p className="note">已作废：{of.discarded.reason} <small className="muted">{of.discarded.by} {moment(of.discarded.at)}</small></p>}
      {of.reckonings.length > 1 && <Versions of={of} onVersion={onVersion} />}
      {of.changes.length > 0 && <Changes of={of} />}
      <section className="card" aria-label="得分">
        <div className="scroll">
          <table className="scores">
            <thead><tr>{own.length !== 1 && <th scope="col">名次</th>}<th scope="col">对象</th><th scope="col" className="n">得分</th><th scope="col" className="n">计算</th><th scope="col" className="n">调整</th><th scope="col">等次</th><th scope="col"><span className="unseen">查看</span></th></tr></thead>
            <tbody>
              {of.standings.map((s) => <Row key={`${s.kind} ${s.subject.id}`} of={of} s={s} hasRank={own.length !== 1} isOpen={open === s.subject.id} onOpen={() => setOpen(open === s.subject.id ? null : s.subject.id)} />)}
            </tbody>
          </table>
        </div>
      </section>
      {of.objections.length > 0 && <Objections of={of} mayAnswer={may('answer_objection')} />}
      <div className="noprint acting">
        {may('object_to_appraisal') && of.objects_for.map((unit) => <ObjectForm key={unit.id} of={of} unit={unit} />)}
        {may('adjust_appraisal') && <Adjust of={of} />}
        {may('publish_appraisal') && <Plain of={of} act="publish" verb="公布考评结果" words={`公布后，各单位（领导）可看到自己的得分和事实${of.shows_ranking ? '及全部名次' : ''}，单位可申诉一次。`} />}
        {may('discard_appraisal') && <Discard of={of} />}
        {may('finish_appraisal') && <Plain of={of} act="finish" verb="确定结果" words="申诉期已过，申诉均已答复。确定后不再调整；以后有新的记录，只能重新计算为新的一版。" />}
        {may('recompute_appraisal') && <Plain of={of} act="recompute" quiet verb="重新计算" words="按现在的记录和现行方案重新计算为新的一版；前一版保留，并列出变化和引起变化的事实。" />}
      </div>
    </>
  )
}

function Versions({ of, onVersion }: { of: Appraisal; onVersion: (n?: number) => void }) {
  return (
    <p className="noprint versions">{of.reckonings.map((r) => (
      <button key={r.n} type="button" className={r.n === of.n ? 'button' : 'button quiet'} aria-pressed={r.n === of.n} onClick={() => onVersion(r.n === of.newest ? undefined : r.n)}>
        第 {r.n} 版{of.published === r.n && '（已公布）'}<small>　方案第 {r.scheme} 版，截至第 {r.position} 件事件，{moment(r.at)}</small>
      </button>
    ))}</p>
  )
}

function Changes({ of }: { of: Appraisal }) {
  return (
    <section className="card stack" aria-label="变化">
      <h2>与第 {of.n - 1} 版相比</h2>
      <table className="scores">
        <thead><tr><th scope="col">对象</th><th scope="col" className="n">前一版</th><th scope="col" className="n">本版</th><th scope="col">引起变化的事实</th></tr></thead>
        <tbody>{of.changes.map((c) => (
          <tr key={`${c.kind} ${c.subject.id}`}>
            <td data-label="对象">{c.subject.name}</td>
            <td data-label="前一版" className="n">{c.before == null ? '未列入' : said(c.before)}</td>
            <td data-label="本版" className="n"><b>{c.after == null ? '不再列入' : said(c.after)}</b></td>
            <td data-label="事实">{[c.n_came > 0 && `新增 ${c.n_came} 件`, c.n_went > 0 && `减少 ${c.n_went} 件`].filter(Boolean).join('，') || '方案不同'}</td>
          </tr>
        ))}</tbody>
      </table>
    </section>
  )
}

function Row({ of, s, hasRank, isOpen, onOpen }: { of: Appraisal; s: Standing; hasRank: boolean; isOpen: boolean; onOpen: () => void }) {
  return (
    <>
      <tr>
        {hasRank && <td data-label="名次">{s.rank ?? '—'}</td>}
        <td data-label="对象">{s.subject.name}</td>
        <td data-label="得分" className="n"><b>{s.total == null ? '—' : said(s.total)}</b></td>
        <td data-label="计算" className="n">{s.reckoned == null ? '—' : said(s.reckoned)}</td>
        <td data-label="调整" className="n">{s.adjusted ? signed(s.adjusted) : '—'}</td>
        <td data-label="等次">{s.grade ?? '—'}</td>
        <td className="opens">{s.opens && <button type="button" className="plain" aria-expanded={isOpen} aria-label={`${isOpen ? '收起' : '展开'} ${s.subject.name}`} onClick={onOpen}>{isOpen ? '收起' : '展开'}</button>}</td>
      </tr>
      {isOpen && s.opens && <tr className="opened"><td colSpan={hasRank ? 7 : 6}><Score of={of} s={s} /></td></tr>}
    </>
  )
}

function Score({ of, s }: { of: Appraisal; s: Standing }) {
  const query = useQuery({
    queryKey: ['score', of.id, of.n, s.subject.id],
    queryFn: () => get(client.GET('/api/v1/appraisals/{id}/scores/{kind}/{subject}', { params: { path: { id: of.id, kind: s.kind, subject: s.subject.id }, query: { n: of.n } } })),
  })
  return <Loaded query={query}>{(score) => <Facts score={score} />}</Loaded>
}

function Facts({ score }: { score: Schemas['ScoreView'] }) {
  return (
    <div className="scorefacts">
      {score.vetoes.map((v, i) => <div key={i} className="note"><p><b>一票否决：{v.reason}</b>，等次不高于“{v.grade}”</p><FactList facts={v.facts} /></div>)}
      {score.dimensions.map((d) => (
        <section key={d.name} aria-label={d.name}>
          <h3>{d.name}　<b>{said(d.points)}</b><small className="muted">／{said(d.full)}</small></h3>
          {d.lines.every((l) => l.n === 0) && <p className="muted">没有扣分或加分的事实</p>}
          {d.lines.filter((l) => l.n > 0).map((l) => (
            <details key={l.fact}>
              <summary>{l.label} {l.n} 次{l.every_days && `（每 ${l.every_days} 天一次）`}，每次 {said(l.each)} 分：<b>{signed(l.points)}</b>{l.raw !== l.points && <small className="muted">（合计 {signed(l.raw)}，到上限）</small>}</summary>
              <FactList facts={l.facts} />
            </details>
          ))}
        </section>
      ))}
      {score.adjustments.length > 0 && <section aria-label="人工调整"><h3>人工调整　<b>{signed(score.adjusted)}</b></h3><ul>{score.adjustments.map((a, i) => <li key={i}>{signed(a.points)}　{a.reason}<small className="muted">　{a.by}，{moment(a.at)}</small></li>)}</ul></section>}
      {(score.came.length > 0 || score.went.length > 0) && (
        <section aria-label="与前一版相比">
          <h3>与前一版相比</h3>
          {score.came.length > 0 && <><p>新增</p><FactList facts={score.came} /></>}
          {score.went.length > 0 && <><p>减少</p><FactList facts={score.went} /></>}
        </section>
      )}
    </div>
  )
}

function FactList({ facts }: { facts: Schemas['FactView'][] }) {
  return (
    <ul className="factlist">{facts.map((f, i) => (
      <li key={i}>
        {day(f.on)}　{f.label}{f.days > 1 && ` ${f.days} 天`}{'　'}
        {f.task_id ? <Link to="/tasks/$id" params={{ id: f.task_id }} search={{}}>{f.task_number}</Link> : !f.slip_id && <span className="muted">（无权查看的任务）</span>}
        {f.slip_id && <>　<Link to="/slips/$id" params={{ id: f.slip_id }} search={{}}>督办单</Link></>}
        <small className="muted">　记录第 {f.seq} 件</small>
      </li>
    ))}</ul>
  )
}

function Objections({ of, mayAnswer }: { of: Appraisal; mayAnswer: boolean }) {
  return (
    <section className="card stack" aria-label="申诉">
      <h2>申诉</h2>
      {of.objections.map((o, i) => (
        <div key={i} className="scoreobjection">
          <p><b>{o.unit.name}</b>　{o.by}，{moment(o.at)}，对第 {o.n} 版</p>
          <p className="words">{o.words}</p>
          {o.answer
            ? <p>答复：{o.answer.reason}　<b>{o.answer.points === 0 ? '得分不变' : `得分 ${signed(o.answer.points)}`}</b><small className="muted">　{o.answer.by}，{moment(o.answer.at)}</small></p>
            : mayAnswer ? <Answer of={of} unit={o.unit.id} /> : <p className="muted">等整改办答复</p>}
        </div>
      ))}
    </section>
  )
}

function Answer({ of, unit }: { of: Appraisal; unit: string }) {
  const [values, setValues] = useState({ points: '0', reason: '' })
  const form = useAct(of, 'answer', () => ({ unit, points: typed(values.points), reason: values.reason }), () => [...blank({ '/reason': values.reason }), ...(typed(values.points) === undefined ? ['/points'] : [])])
  return (
    <form className="stack" noValidate aria-label="答复申诉" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="得分变化（分）" hint="不变填 0；可填负数" value={values.points} onChange={(points) => setValues({ ...values, points })} error={form.at('/points')} />
      <TextField label="答复" rows={2} value={values.reason} onChange={(reason) => setValues({ ...values, reason })} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/points', '/reason']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>答复</button></div>
    </form>
  )
}

function ObjectForm({ of, unit }: { of: Appraisal; unit: { id: string; name: string } }) {
  const [words, setWords] = useState('')
  const [isAsking, setAsking] = useState(false)
  const form = useAct(of, 'object', () => ({ unit: unit.id, words }), () => blank({ '/words': words }))
  return (
    <form className="card stack" noValidate aria-label="提出申诉" onSubmit={(e) => { e.preventDefault(); if (words.trim() === '') void form.submit(); else setAsking(true) }}>
      <h2>{unit.name}对得分有异议</h2>
      <TextField label="申诉理由" rows={3} hint={`写明哪一项、为什么；每版考评只能申诉一次，截至 ${day(of.object_until)}`} value={words} onChange={setWords} error={form.at('/words')} />
      <Refused error={form.error} shown={['/words']} />
      <div className="send"><button type="submit" disabled={form.busy}>提出申诉</button></div>
      {isAsking && <Ask title="提出申诉" verb="提出" busy={form.busy} onYes={() => { setAsking(false); void form.submit() }} onNo={() => setAsking(false)}>每版考评只能申诉一次，提出后不能修改。</Ask>}
    </form>
  )
}

function Adjust({ of }: { of: Appraisal }) {
  const [values, setValues] = useState({ subject: '', points: '', reason: '' })
  const chosen = of.standings.find((s) => s.subject.id === values.subject)
  const form = useAct(of, 'adjust', () => ({ subject: { kind: chosen?.kind, id: chosen?.subject.id }, points: typed(values.points), reason: values.reason }), () => [
    ...blank({ '/subject': values.subject, '/reason': values.reason }), ...(typed(values.points) ? [] : ['/points']),
  ])
  return (
    <form className="card stack" noValidate aria-label="调整得分" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>调整得分</h2>
      <div className="pair">
        <SelectField label="对象" empty="请选择" value={values.subject} onChange={(subject) => setValues({ ...values, subject })} options={of.standings.map((s) => ({ value: s.subject.id, label: s.subject.name }))} error={form.at('/subject')} />
        <TextField label="分数" hint={`加分或减分（负数），累计最多 ${said(of.adjust_limit)} 分`} value={values.points} onChange={(points) => setValues({ ...values, points })} error={form.at('/points')} />
      </div>
      <TextField label="理由" rows={2} value={values.reason} onChange={(reason) => setValues({ ...values, reason })} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/subject', '/points', '/reason']} />
      <div className="send"><button type="submit" disabled={form.busy}>调整</button></div>
    </form>
  )
}

/** What was begun wrongly is put aside for a reason; asked again before it is done. */
function Discard({ of }: { of: Appraisal }) {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [isAsking, setAsking] = useState(false)
  const form = useAct(of, 'discard', () => ({ reason }), () => blank({ '/reason': reason }))
  if (!isOpen) return <p><button type="button" className="plain danger" onClick={() => setOpen(true)}>作废</button></p>
  return (
    <form className="card stack" noValidate aria-label="作废考评" onSubmit={(e) => { e.preventDefault(); if (reason.trim() === '') void form.submit(); else setAsking(true) }}>
      <h2>作废</h2>
      <TextField label="作废理由" rows={2} hint="如考评期选错；没有公布过的考评才能作废" value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send">
        <button type="submit" className="danger" disabled={form.busy}>{form.busy ? '正在作废…' : '作废'}</button>
        <button type="button" onClick={() => setOpen(false)}>取消</button>
      </div>
      {isAsking && <Ask title="作废这次考评" verb="作废" busy={form.busy} onYes={() => { setAsking(false); void form.submit() }} onNo={() => setAsking(false)}>{day(of.from)} 至 {day(of.to)} 的考评作废后不能恢复；得分和调整留存备查，这段时间可以重新计算。</Ask>}
    </form>
  )
}

function Plain({ of, act, verb, words, quiet }: { of: Appraisal; act: string; verb: string; words: string; quiet?: boolean }) {
  const [isAsking, setAsking] = useState(false)
  const form = useAct(of, act, () => ({}))
  return (
    <form className={quiet ? undefined : 'card stack'} aria-label={verb} onSubmit={(e) => { e.preventDefault(); setAsking(true) }}>
      {!quiet && <p>{words}</p>}
      <Refused error={form.error} />
      <div className="send"><button type="submit" className={quiet ? 'plain' : 'main'} disabled={form.busy}>{form.busy ? '正在办理…' : verb}</button></div>
      {isAsking && <Ask title={verb} verb={verb} busy={form.busy} onYes={() => { setAsking(false); void form.submit() }} onNo={() => setAsking(false)}>{words}</Ask>}
    </form>
  )
}
