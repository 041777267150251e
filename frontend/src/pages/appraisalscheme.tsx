// The scheme of a round: edited, tried on a period that is over beside the one that holds, published.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, ApiError, client, get, post } from '../api/client'
import { SchemeFields, type SchemeText, asScheme, asText } from '../appraisals/schemeform'
import { said, signed } from '../appraisals/points'
import { useSession } from '../session'
import '../styles/appraisals.css'
import { DayField } from '../ui/dayfield'
import { Overtaken, useEdit } from '../ui/edit'
import { TextField, blank, useSend } from '../ui/form'
import { Ask, Empty, Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'
import { moment, today } from '../ui/words'

export function AppraisalScheme() {
  useTitle('考评方案')
  const round = useSession().round?.id ?? ''
  const query = useQuery({ queryKey: ['appraisal-scheme', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/appraisal-scheme', { params: { path: { id: round } } })), enabled: round !== '' })
  return (
    <>
      <div className="head"><h1>考评方案</h1><p>得分由记录按方案算出，每一分都能查到事实；方案公布后生效，公布前可在过去的时段试算</p><div className="acts"><Link to="/appraisals" className="button">全部考评</Link></div></div>
      <Loaded query={query}>{(of) => <Editor of={of} round={round} />}</Loaded>
    </>
  )
}

function Editor({ of, round }: { of: Schemas['SchemeView']; round: string }) {
  const queries = useQueryClient()
  const edit = useEdit<SchemeText>(asText(of.scheme))
  const [text, setText] = [edit.value, edit.change]
  const isSame = JSON.stringify(asText(of.scheme)) === JSON.stringify(text)
  const again = () => queries.invalidateQueries({ queryKey: ['appraisal-scheme', round] })
  const save = useSend(async () => {
    await get(client.PUT('/api/v1/rounds/{id}/appraisal-scheme', { params: { path: { id: round }, header: { 'If-Match': `"${of.version}"` } }, body: asScheme(text) }))
    await again()
    edit.drop()
  })
  const held = of.published[of.published.length - 1]
  const shown = save.error instanceof ApiError ? (save.error.problem.errors ?? []).map((e) => e.pointer) : []
  return (
    <>
      {!held
        ? <p className="note">还没有公布方案。下面是起草时的参考，可改后保存、试算，由主要负责人公布。</p>
        : <p className="note">现行第 {held.n} 版，{held.by} 于 {moment(held.at)} 公布，依据：{held.basis}。{of.has_changes && '下面的改动还没有公布。'}</p>}
      <form className="scheme" noValidate onSubmit={(e) => { e.preventDefault(); void save.submit() }}>
        <fieldset className="schemefields" disabled={!of.may_edit}>
          <SchemeFields value={text} onChange={setText} at={save.at} />
        </fieldset>
        <Overtaken of={edit} what="考评方案" />
        <Refused error={save.error} shown={shown} />
        {of.may_edit && <div className="send"><button type="submit" className="main" disabled={save.busy || edit.isOvertaken || (isSame && of.version > 0)}>{save.busy ? '正在保存…' : '保存方案'}</button>{isSame && of.version > 0 && <span className="muted">已保存</span>}</div>}
      </form>
      <Simulation round={round} text={text} />
      {of.may_publish && <Publish of={of} round={round} isSaved={isSame} onDone={again} />}
    </>
  )
}

/** The month before this one. */
function lastMonth(): { from: string; to: string } {
  const first = new Date(`${today().slice(0, 7)}-01T00:00:00Z`)
  const to = new Date(first.getTime() - 86_400_000).toISOString().slice(0, 10)
  return { from: `${to.slice(0, 7)}-01`, to }
}

function Simulation({ round, text }: { round: string; text: SchemeText }) {
  const [period, setPeriod] = useState(lastMonth)
  const [result, setResult] = useState<Schemas['SimulationView'] | null>(null)
  const form = useSend(async () => setResult(await post<Schemas['SimulationView']>(`/rounds/${round}/appraisal-scheme/simulate`, { scheme: asScheme(text), ...period })))
  return (
    <section className="card stack" aria-label="试算">
      <h2>在过去的时段试算</h2>
      <form className="schemerow rest" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
        <DayField label="从" lies="behind" value={period.from} onChange={(from) => setPeriod({ ...period, from })} error={form.at('/from')} />
        <DayField label="到" lies="behind" value={period.to} onChange={(to) => setPeriod({ ...period, to })} error={form.at('/to')} />
        <button type="submit" disabled={form.busy}>{form.busy ? '正在试算…' : '试算'}</button>
      </form>
      <Refused error={form.error} shown={['/from', '/to']} />
      {result && result.items.length === 0 && <Empty>这段时间没有可考评的单位或领导，请换一个时段。</Empty>}
      {result && result.items.length > 0 && (
        <div className="scroll">
          <table className="scores" aria-label="试算结果">
            <thead><tr><th scope="col">名次</th><th scope="col">对象</th>{result.dimensions.map((name) => <th key={name} scope="col" className="n">{name}</th>)}<th scope="col" className="n">得分</th><th scope="col">等次</th><th scope="col" className="n">现行方案</th></tr></thead>
            <tbody>
              {result.items.map((item) => {
                const differs = item.total != null && item.current_total != null && item.total !== item.current_total
                return (
                  <tr key={`${item.kind} ${item.subject.id}`}>
                    <td data-label="名次">{item.rank ?? '—'}</td>
                    <td data-label="对象">{item.subject.name}</td>
                    {result.dimensions.map((name, i) => <td key={name} data-label={name} className="n">{item.dimensions[i] === undefined ? '—' : said(item.dimensions[i])}</td>)}
                    <td data-label="得分" className="n"><b>{item.total == null ? '不考评' : said(item.total)}</b></td>
                    <td data-label="等次">{item.grade ?? '—'}</td>
                    <td data-label="现行方案" className="n">{item.current_total == null ? '—' : <>{said(item.current_total)} {item.current_grade}{differs && <small className="muted">（{signed((item.total ?? 0) - item.current_total)}）</small>}</>}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      {result && <p className="muted">按截至第 {result.position} 件事件的记录试算，不保存；按同一方案计算考评时结果相同。</p>}
    </section>
  )
}

function Publish({ of, round, isSaved, onDone }: { of: Schemas['SchemeView']; round: string; isSaved: boolean; onDone: () => Promise<void> }) {
  const [basis, setBasis] = useState('')
  const [isAsking, setAsking] = useState(false)
  const form = useSend(async () => {
    await post(`/rounds/${round}/appraisal-scheme/publish`, { basis }, of.version)
    await onDone()
  }, () => blank({ '/basis': basis }))
  if (!of.has_changes) return null
  return (
    <form className="card stack" noValidate aria-label="公布方案" onSubmit={(e) => { e.preventDefault(); setAsking(true) }}>
      <h2>公布方案</h2>
      <TextField label="依据" hint="会议纪要或文件，如：领导组第3次会议纪要" value={basis} onChange={setBasis} error={form.at('/basis')} />
      <Refused error={form.error} shown={['/basis']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || !isSaved}>公布方案</button>{!isSaved && <span className="muted">先保存改动</span>}</div>
      {isAsking && <Ask title="公布考评方案" verb="公布" busy={form.busy} onYes={() => { setAsking(false); void form.submit() }} onNo={() => setAsking(false)}>公布后，此后计算的考评都按这一版；已公布的考评不变，重新计算时会同时显示前后两版。</Ask>}
    </form>
  )
}
