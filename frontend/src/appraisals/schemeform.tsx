// The fields of a scheme: dimensions with their items, grades, vetoes, the rest. Numbers are kept as they are typed.
import { type ReactNode } from 'react'
import { type Schemas } from '../api/client'
import { appraisedKinds, factKinds, pointEffects } from '../labels.gen'
import { usePeople } from '../task/parties'
import { Check, Field, PickField } from '../ui/form'
import { said, typed } from './points'

type Scheme = Schemas['AppraisalScheme']
type Fact = keyof typeof factKinds
type Effect = keyof typeof pointEffects
type Kind = keyof typeof appraisedKinds

export interface ItemText { fact: string; effect: string; points: string; cap: string; days: string }
export interface SchemeText {
  subjects: string[]
  dimensions: { name: string; weight: string; cap: string; items: ItemText[] }[]
  vetoes: { fact: string; count: string; grade: string; reason: string }[]
  grades: { name: string; at_least: string }[]
  shows_ranking: boolean
  adjust_limit: string
  objection_working_days: string
  looks: { fact: string; count: string; days: string; reason: string }[]
  watchers: string[]
}

const amount = (points?: number | null) => (points === undefined || points === null ? '' : said(points))

/** A scheme as it is typed. */
export function asText(of: Scheme): SchemeText {
  return {
    subjects: of.subjects,
    dimensions: of.dimensions.map((d) => ({
      name: d.name, weight: `${d.weight}`, cap: amount(d.cap),
      items: d.items.map((i) => ({ fact: i.fact, effect: i.effect, points: said(i.points), cap: amount(i.cap), days: i.days ? `${i.days}` : '' })),
    })),
    vetoes: (of.vetoes ?? []).map((v) => ({ ...v, count: `${v.count}` })),
    grades: of.grades.map((g) => ({ name: g.name, at_least: said(g.at_least) })),
    shows_ranking: of.shows_ranking ?? false,
    adjust_limit: said(of.adjust_limit),
    objection_working_days: `${of.objection_working_days}`,
    looks: (of.looks ?? []).map((l) => ({ fact: l.fact, count: `${l.count}`, days: `${l.days}`, reason: l.reason })),
    watchers: of.watchers ?? [],
  }
}

/** A number that was typed; what is none becomes what the server refuses at its field. */
const whole = (text: string) => (/^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0)
const points = (text: string) => typed(text) ?? -1
const optional = (text: string) => (text.trim() === '' ? null : points(text))

/** What was typed as the scheme it means. */
export function asScheme(of: SchemeText): Scheme {
  return {
    subjects: of.subjects as Kind[],
    dimensions: of.dimensions.map((d) => ({
      name: d.name, weight: whole(d.weight), cap: optional(d.cap),
      items: d.items.map((i) => ({ fact: i.fact as Fact, effect: i.effect as Effect, points: points(i.points), cap: optional(i.cap), days: i.days.trim() === '' ? null : whole(i.days) })),
    })),
    vetoes: of.vetoes.map((v) => ({ fact: v.fact as Fact, count: whole(v.count), grade: v.grade, reason: v.reason })),
    grades: of.grades.map((g) => ({ name: g.name, at_least: points(g.at_least) })),
    shows_ranking: of.shows_ranking,
    adjust_limit: points(of.adjust_limit),
    objection_working_days: whole(of.objection_working_days),
    looks: of.looks.map((l) => ({ fact: l.fact as Fact, count: whole(l.count), days: whole(l.days), reason: l.reason })),
    watchers: of.watchers,
  }
}

const facts = Object.entries(factKinds).map(([value, label]) => ({ value, label }))
const bonuses = new Set(['closed_in_time', 'closed_early'])
const lasting = new Set(['overdue'])

type At = (pointer: string) => string | undefined

function Cell({ label, value, onChange, error, wide, hint }: { label: string; value: string; onChange: (value: string) => void; error?: string; wide?: boolean; hint?: string }) {
  return (
    <Field label={label} error={error} hint={hint}>
      {(id, invalid) => <input id={id} value={value} inputMode={wide ? undefined : 'decimal'} className={wide ? undefined : 'number'} aria-invalid={invalid} aria-describedby={invalid ? `${id}-fault` : undefined} onChange={(e) => onChange(e.target.value)} />}
    </Field>
  )
}

function Choose({ label, value, options, onChange, error }: { label: string; value: string; options: { value: string; label: string }[]; onChange: (value: string) => void; error?: string }) {
  return (
    <Field label={label} error={error}>
      {(id, invalid) => <select id={id} value={value} aria-invalid={invalid} onChange={(e) => onChange(e.target.value)}>{options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}</select>}
    </Field>
  )
}

const replaced = <T,>(all: T[], i: number, part: Partial<T>) => all.map((one, n) => (n === i ? { ...one, ...part } : one))
const without = <T,>(all: T[], i: number) => all.filter((_, n) => n !== i)

function Part({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return <section className="card stack schemepart" aria-label={title}><div className="schemehead"><h2>{title}</h2>{more}</div>{children}</section>
}

/** The fields of a scheme; `at` says what is wrong with which. */
export function SchemeFields({ value, onChange, at }: { value: SchemeText; onChange: (value: SchemeText) => void; at: At }) {
  const change = (part: Partial<SchemeText>) => onChange({ ...value, ...part })
  const sum = value.dimensions.reduce((n, d) => n + whole(d.weight), 0)
  const used = new Set(value.dimensions.flatMap((d) => d.items.map((i) => i.fact)))
  const unused = facts.find((f) => !used.has(f.value))
  const wrongSum = at('/dimensions')
  const people = usePeople()
  return (
    <>
      <Part title="考评对象">
        <div className="checks">
          {Object.entries(appraisedKinds).map(([kind, label]) => (
            <Check key={kind} label={label} value={value.subjects.includes(kind)} onChange={(is) => change({ subjects: is ? [...value.subjects, kind] : value.subjects.filter((k) => k !== kind) })} />
          ))}
        </div>
        {at('/subjects') && <p className="fault" role="alert">{at('/subjects')}</p>}
      </Part>
      <Part title="维度和计分事实" more={<p className={sum === 100 ? 'sum' : 'sum wrongsum'} role="status">分值合计 {sum}／100</p>}>
        {wrongSum && <p className="fault" role="alert">{wrongSum}</p>}
        {value.dimensions.map((d, i) => (
          <fieldset key={i} className="dimension">
            <legend className="unseen">{d.name || '新维度'}</legend>
            <div className="schemerow first">
              <Cell label="维度" wide value={d.name} onChange={(name) => change({ dimensions: replaced(value.dimensions, i, { name }) })} error={at(`/dimensions/${i}/name`)} />
              <Cell label="分值" value={d.weight} onChange={(weight) => change({ dimensions: replaced(value.dimensions, i, { weight }) })} error={at(`/dimensions/${i}/weight`)} />
              <Cell label="加分后最高" value={d.cap} onChange={(cap) => change({ dimensions: replaced(value.dimensions, i, { cap }) })} error={at(`/dimensions/${i}/cap`)} />
              <button type="button" className="plain danger" aria-label={`删除维度 ${d.name}`} onClick={() => change({ dimensions: without(value.dimensions, i) })}>删除维度</button>
            </div>
            {at(`/dimensions/${i}/items`) && <p className="fault" role="alert">{at(`/dimensions/${i}/items`)}</p>}
            {d.items.map((item, j) => {
              const set = (part: Partial<ItemText>) => change({ dimensions: replaced(value.dimensions, i, { items: replaced(d.items, j, part) }) })
              const where = `/dimensions/${i}/items/${j}`
              return (
                <div key={j} className="schemerow">
                  <Choose label="事实" value={item.fact} options={facts} onChange={(fact) => set({ fact, effect: bonuses.has(fact) ? 'bonus' : 'deduct', days: lasting.has(fact) ? item.days : '' })} error={at(`${where}/fact`)} />
                  <Choose label="计分" value={item.effect} options={Object.entries(pointEffects).map(([v, label]) => ({ value: v, label }))} onChange={(effect) => set({ effect })} error={at(`${where}/effect`)} />
                  <Cell label="每次" value={item.points} onChange={(p) => set({ points: p })} error={at(`${where}/points`)} />
                  <Cell label="最多" value={item.cap} onChange={(cap) => set({ cap })} error={at(`${where}/cap`)} />
                  {lasting.has(item.fact) ? <Cell label="每几天计一次" value={item.days} onChange={(days) => set({ days })} error={at(`${where}/days`)} /> : <span aria-hidden="true">{j === 0 && d.items.some((one) => lasting.has(one.fact)) && '每几天计一次'}</span>}
                  <button type="button" className="plain danger" aria-label={`删除 ${factKinds[item.fact as Fact]}`} onClick={() => change({ dimensions: replaced(value.dimensions, i, { items: without(d.items, j) }) })}>删除</button>
                </div>
              )
            })}
            {unused && <button type="button" className="plain" onClick={() => change({ dimensions: replaced(value.dimensions, i, { items: [...d.items, { fact: unused.value, effect: bonuses.has(unused.value) ? 'bonus' : 'deduct', points: '1', cap: '', days: '' }] }) })}>＋ 计分事实</button>}
          </fieldset>
        ))}
        <p><button type="button" onClick={() => change({ dimensions: [...value.dimensions, { name: '', weight: '', cap: '', items: [] }] })}>＋ 维度</button></p>
      </Part>
      <Part title="等次">
        {at('/grades') && <p className="fault" role="alert">{at('/grades')}</p>}
        {value.grades.map((g, i) => (
          <div key={i} className="schemerow grade">
            <Cell label="等次" wide value={g.name} onChange={(name) => change({ grades: replaced(value.grades, i, { name }) })} error={at(`/grades/${i}/name`)} />
            <Cell label="起点分" value={g.at_least} onChange={(at_least) => change({ grades: replaced(value.grades, i, { at_least }) })} error={at(`/grades/${i}/at_least`)} />
            <button type="button" className="plain danger" aria-label={`删除等次 ${g.name}`} onClick={() => change({ grades: without(value.grades, i) })}>删除</button>
          </div>
        ))}
        <p><button type="button" onClick={() => change({ grades: [...value.grades, { name: '', at_least: '0' }] })}>＋ 等次</button></p>
      </Part>
      <Part title="一票否决">
        {value.vetoes.length === 0 && <p className="muted">没有一票否决。加上后，达到次数的，等次不高于所写等次。</p>}
        {value.vetoes.map((v, i) => (
          <div key={i} className="schemerow veto">
            <Choose label="事实" value={v.fact} options={facts.filter((f) => !bonuses.has(f.value))} onChange={(fact) => change({ vetoes: replaced(value.vetoes, i, { fact }) })} error={at(`/vetoes/${i}/fact`)} />
            <Cell label="达到次数" value={v.count} onChange={(count) => change({ vetoes: replaced(value.vetoes, i, { count }) })} error={at(`/vetoes/${i}/count`)} />
            <Choose label="最高等次" value={v.grade} options={value.grades.map((g) => ({ value: g.name, label: g.name || '—' }))} onChange={(grade) => change({ vetoes: replaced(value.vetoes, i, { grade }) })} error={at(`/vetoes/${i}/grade`)} />
            <Cell label="理由" wide value={v.reason} onChange={(reason) => change({ vetoes: replaced(value.vetoes, i, { reason }) })} error={at(`/vetoes/${i}/reason`)} />
            <button type="button" className="plain danger" aria-label={`删除否决 ${i + 1}`} onClick={() => change({ vetoes: without(value.vetoes, i) })}>删除</button>
          </div>
        ))}
        <p><button type="button" onClick={() => change({ vetoes: [...value.vetoes, { fact: 'false_closure', count: '1', grade: value.grades[value.grades.length - 1]?.name ?? '', reason: '' }] })}>＋ 一票否决</button></p>
      </Part>
      <Part title="调整、申诉和排名">
        <div className="schemerow rest">
          <Cell label="人工调整累计最多（分）" value={value.adjust_limit} onChange={(adjust_limit) => change({ adjust_limit })} error={at('/adjust_limit')} />
          <Cell label="申诉期（工作日）" value={value.objection_working_days} onChange={(objection_working_days) => change({ objection_working_days })} error={at('/objection_working_days')} />
        </div>
        <Check label="向被考评的单位、领导公开排名（只见名次，不见他人得分）" value={value.shows_ranking} onChange={(shows_ranking) => change({ shows_ranking })} />
      </Part>
      <Part title="请人看一看">
        <p className="muted">一段时间内同一单位或领导的同类事实达到次数时，列出事实，提请下列人员看一看。系统不建议如何处理，处理由人决定。</p>
        {value.looks.map((l, i) => (
          <div key={i} className="schemerow veto">
            <Choose label="事实" value={l.fact} options={facts.filter((f) => !bonuses.has(f.value))} onChange={(fact) => change({ looks: replaced(value.looks, i, { fact }) })} error={at(`/looks/${i}/fact`)} />
            <Cell label="达到次数" value={l.count} onChange={(count) => change({ looks: replaced(value.looks, i, { count }) })} error={at(`/looks/${i}/count`)} />
            <Cell label="多少天内" value={l.days} onChange={(days) => change({ looks: replaced(value.looks, i, { days }) })} error={at(`/looks/${i}/days`)} />
            <Cell label="依据" wide value={l.reason} onChange={(reason) => change({ looks: replaced(value.looks, i, { reason }) })} error={at(`/looks/${i}/reason`)} />
            <button type="button" className="plain danger" aria-label={`删除提示 ${i + 1}`} onClick={() => change({ looks: without(value.looks, i) })}>删除</button>
          </div>
        ))}
        <p><button type="button" onClick={() => change({ looks: [...value.looks, { fact: 'overdue', count: '3', days: '90', reason: '' }] })}>＋ 提示规则</button></p>
        {value.watchers.map((id) => <p key={id}>{people.find((p) => p.value === id)?.label ?? id}　<button type="button" className="plain danger" onClick={() => change({ watchers: value.watchers.filter((w) => w !== id) })}>移除</button></p>)}
        <PickField label="提请谁看" value="" onChange={(id) => { if (id && !value.watchers.includes(id)) change({ watchers: [...value.watchers, id] }) }} options={people.filter((p) => !value.watchers.includes(p.value))} error={at('/watchers')} />
      </Part>
    </>
  )
}
