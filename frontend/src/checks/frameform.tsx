// Freezing the frame of a spot check: scope, strata, sample, who draws; what it comes to is seen before it is frozen.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Filters } from '../ledger/filters'
import { type Filter, filterOf } from '../ledger/search'
import { Check as CheckBox, SelectField, TextField, useDraft } from '../ui/form'
import { Ask, Refused } from '../ui/parts'
import { Pick } from '../ui/pick'
import { useCheckAct } from './act'
import { Strata } from './figures'
import { type Check, dimensions } from './words'

type Out = { task: string; number: string; reason: string }
type Values = { scope: Filter; dimensions: string[]; sample: string; without: Out[]; isQuick: boolean; parties: string[] }

const lines: Record<string, string> = { office: '整改办', team: '督导组', leader: '领导组' }

/** Who may give a number to the draw, each with the line he stands on; the leading group goes before office and team. */
function candidates(round: Schemas['RoundView']) {
  const all = [...round.group.map((m) => ({ id: m.person_id, name: m.name, line: 'leader' })), ...round.assignments.map((a) => ({ id: a.person_id, name: a.name, line: String(a.kind) }))]
  return all.filter((p, i) => all.findIndex((q) => q.id === p.id) === i)
}

export function FrameForm({ check, onClose }: { check: Check; onClose: () => void }) {
  const { values, change, forget, kept } = useDraft<Values>('freeze-frame', check.id, { scope: { closed: 'true' }, dimensions: ['unit'], sample: '10', without: [], isQuick: false, parties: [] })
  const [isAsking, setAsking] = useState(false)
  const round = useQuery({ queryKey: ['round', check.round_id], queryFn: () => get(client.GET('/api/v1/rounds/{id}', { params: { path: { id: check.round_id } } })) })
  const people = round.data ? candidates(round.data) : []
  const sample = Math.max(0, Math.trunc(Number(values.sample) || 0))
  const asked = {
    scope: filterOf(values.scope) as Record<string, string>, dimensions: values.dimensions, sample,
    without: values.without.map(({ task, reason }) => ({ task, reason })),
  }
  const look = { ...asked, without: asked.without.filter((w) => w.reason.trim() !== '') }
  // What is looked at before has no parties: they change nothing of the strata.
  const preview = useQuery({
    queryKey: ['strata', check.id, check.version, look],
    queryFn: () => get(client.POST('/api/v1/checks/{id}/strata', { params: { path: { id: check.id } }, body: { ...look, is_quick: true, parties: [] } })),
    placeholderData: keepPreviousData, retry: false, enabled: sample > 0,
  })
  const form = useCheckAct(check, 'frame', () => ({ ...asked, is_quick: values.isQuick, parties: values.isQuick ? [] : values.parties }), { done: () => { forget(); onClose() } })
  const toggle = (list: string[], word: string) => (list.includes(word) ? list.filter((w) => w !== word) : [...list, word])
  const distinct = new Set(values.parties.map((id) => people.find((p) => p.id === id)?.line)).size
  const hasParties = values.isQuick || (values.parties.length >= 2 && distinct >= 2)
  const missing = values.without.some((w) => w.reason.trim() === '')
  const shown = preview.error ? undefined : preview.data
  return (
    <section className="card stack frameform" aria-label="冻结抽样框">
      <h2>冻结抽样框 <span>定范围、分层和抽取数；冻结后任何人都不能改</span></h2>
      <div className="framecols">
        <div className="stack">
          <fieldset>
            <legend>1　范围</legend>
            <Filters search={values.scope} set={(part) => change({ scope: { ...values.scope, ...part } })} clear={() => change({ scope: {} })} />
            <SelectField label="是否销号" value={values.scope.closed ?? ''} empty="都在内" options={[{ value: 'true', label: '只抽已销号的' }, { value: 'false', label: '只抽未销号的' }]} onChange={(closed) => change({ scope: { ...values.scope, closed: closed || undefined } })} />
          </fieldset>
          <fieldset>
            <legend>2　分层（每层至少抽一项）</legend>
            <div className="people">{dimensions.map((d) => <CheckBox key={d.value} label={d.label} value={values.dimensions.includes(d.value)} onChange={() => change({ dimensions: toggle(values.dimensions, d.value) })} />)}</div>
          </fieldset>
          <TextField label="3　抽取数" type="number" value={values.sample} onChange={(text) => change({ sample: text })} error={form.at('/sample')} hint="多于层数的，按各层任务数分" />
          <fieldset>
            <legend>4　不参加抽取的任务（须写理由，记入抽样框）</legend>
            <ul className="leavesout">
              {values.without.map((w, i) => (
                <li key={w.task}>
                  <span className="number">{w.number}</span>
                  <input aria-label={`${w.number} 不参加抽取的理由`} aria-invalid={w.reason.trim() === ''} placeholder="理由，例：正在司法程序中" value={w.reason} onChange={(e) => change({ without: values.without.map((v, n) => (n === i ? { ...v, reason: e.target.value } : v)) })} />
                  <button type="button" className="plain" aria-label={`${w.number} 仍参加抽取`} onClick={() => change({ without: values.without.filter((_, n) => n !== i) })}>✕</button>
                </li>
              ))}
            </ul>
            <Pick label="剔除任务" value="" clears empty="剔除：输入编号查找" options={(shown?.entries ?? []).filter((e) => !values.without.some((w) => w.task === e.task)).map((e) => ({ value: e.task, label: `${e.number}　${e.stratum}` }))} onChange={(task) => {
              const entry = shown?.entries.find((e) => e.task === task)
              if (entry) change({ without: [...values.without, { task, number: entry.number, reason: '' }] })
            }} />
          </fieldset>
          <fieldset className={form.at('/parties') ? 'wrong' : ''}>
            <legend>5　谁来抽</legend>
            <div className="choicecards">
              <label className={values.isQuick ? 'choicecard' : 'choicecard on'}>
                <input type="radio" name="how" checked={!values.isQuick} onChange={() => change({ isQuick: false })} />
                <span><b>多方共同抽取</b><small>各方各出一个随机数，先登记再公开，谁也不能左右结果</small></span>
              </label>
              <label className={values.isQuick ? 'choicecard on' : 'choicecard'}>
                <input type="radio" name="how" checked={values.isQuick} onChange={() => change({ isQuick: true })} />
                <span><b>一人快速抽取</b><small>随机数由服务器一方产生，没有其他方见证，抽取记录上会注明；可以复核计算，不能证明服务器没有挑选</small></span>
              </label>
            </div>
            {!values.isQuick && (
              <>
                <ul className="people parties">
                  {people.map((p) => <li key={p.id}><CheckBox label={`${p.name}（${lines[p.line]}）`} value={values.parties.includes(p.id)} onChange={() => change({ parties: toggle(values.parties, p.id) })} /></li>)}
                </ul>
                <p className={hasParties ? 'hint' : 'hint amber'}>{hasParties ? `${values.parties.length} 方，分属 ${distinct} 条线` : '至少两人，且不全在领导组、整改办、督导组的同一条线上'}</p>
              </>
            )}
            {form.at('/parties') && <p className="fault" role="alert">{form.at('/parties')}</p>}
          </fieldset>
        </div>
        <aside className="framepreview" aria-live="polite">
          <h3>抽样框预览</h3>
          {sample === 0 && <p className="muted">填写抽取数后显示。</p>}
          {preview.error ? <Refused error={preview.error} /> : null}
          {shown && (
            <>
              <p><b className="figure">{shown.size}</b> 项任务，<b className="figure">{shown.strata.length}</b> 层，抽 <b className="figure">{shown.sample}</b> 项</p>
              {shown.sample > sample && <p className="hint">每层至少抽一项，实际抽 {shown.sample} 项，多于所填的 {sample} 项。</p>}
              <Strata strata={shown.strata} />
              {shown.excluded.length > 0 && <p className="hint">另剔除 {shown.excluded.length} 项：{shown.excluded.map((x) => `${x.number}（${x.reason}）`).join('、')}</p>}
            </>
          )}
        </aside>
      </div>
      <Refused error={form.error} shown={['/sample', '/parties']} />
      <div className="send">
        <button type="button" className="main" disabled={!shown || !hasParties || missing || form.busy} onClick={() => setAsking(true)}>{values.isQuick ? '冻结并立即抽取' : '冻结抽样框'}</button>
        <button type="button" onClick={onClose}>收起</button>
        {missing && <small className="amber">剔除的任务须写理由</small>}
        {kept && <small className="muted">草稿已存</small>}
      </div>
      {isAsking && shown && (
        <Ask title={values.isQuick ? '冻结并立即抽取？' : '冻结抽样框？'} verb={values.isQuick ? '冻结并抽取' : '冻结'} busy={form.busy} onYes={() => void form.submit().then(() => setAsking(false))} onNo={() => setAsking(false)}>
          <p>{shown.size} 项任务分 {shown.strata.length} 层，抽 {shown.sample} 项{shown.excluded.length > 0 && `，剔除 ${shown.excluded.length} 项`}。</p>
          <p>{values.isQuick ? '随机数由服务器一方产生，随即得出结果，抽取记录会注明是快速抽取。' : `${values.parties.map((id) => people.find((p) => p.id === id)?.name).join('、')} 各登记、公开一个随机数后得出结果。`}</p>
          <p><b>冻结后不能撤销或修改</b>；要重来只能写明理由作废，作废的次数和理由记入以后的抽取记录。</p>
        </Ask>
      )}
    </section>
  )
}
