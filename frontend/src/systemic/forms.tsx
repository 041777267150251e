// The forms of a systemic problem: units asked, a unit's answer with its files, and acts of one sentence.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, post, upload } from '../api/client'
import { intakes } from '../api/intake'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { FileField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Pick } from '../ui/pick'
import { Refused } from '../ui/parts'

export type Problem = Schemas['SystemicView']

const touched = ['systemic', 'systemic-problem', 'todo', 'notices', 'ledger']

/** Sends an act on the version that is shown; whatever comes of it, what holds now is shown. */
export function useProblemAct(of: Problem, act: string, body: () => unknown, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    try {
      await post(`/systemic-problems/${of.id}/${act}`, await body(), of.version)
    } finally {
      await Promise.all(touched.map((key) => queries.invalidateQueries({ queryKey: [key] })))
    }
  }, missing)
}

/** An act that carries nothing but whose self-check it is about. */
export function OfUnit({ of, act, unit, verb, words, quiet }: { of: Problem; act: string; unit?: string; verb: string; words?: string; quiet?: boolean }) {
  const form = useProblemAct(of, act, () => (unit ? { unit } : {}))
  return (
    <form className={words ? 'stack' : 'inline'} aria-label={verb} onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {words && <p>{words}</p>}
      <Refused error={form.error} />
      <div className="send"><button type="submit" className={quiet ? '' : 'main'} disabled={form.busy}>{form.busy ? '正在提交…' : verb}</button></div>
    </form>
  )
}

/** An act with a reason or a report in words. */
export function Reasoned({ of, act, unit, field = 'reason', label, hint, verb, folded, danger }: { of: Problem; act: string; unit?: string; field?: 'reason' | 'words'; label: string; hint?: string; verb: string; folded?: boolean; danger?: boolean }) {
  const [isOpen, setOpen] = useState(!folded)
  const [text, setText] = useState('')
  const form = useProblemAct(of, act, () => ({ ...(unit ? { unit } : {}), [field]: text }), () => blank({ [`/${field}`]: text }))
  if (!isOpen) return <button type="button" className={danger ? 'plain danger' : 'plain'} onClick={() => setOpen(true)}>{verb}</button>
  return (
    <form className="stack" noValidate aria-label={verb} onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label={label} rows={2} value={text} onChange={setText} error={form.at(`/${field}`)} hint={hint} />
      <Refused error={form.error} shown={[`/${field}`]} />
      <div className="send">
        <button type="submit" className={danger ? 'danger' : 'main'} disabled={form.busy}>{form.busy ? '正在提交…' : verb}</button>
        {folded && <button type="button" onClick={() => setOpen(false)}>取消</button>}
      </div>
    </form>
  )
}

/** Units to be asked, one after the other, and until when. */
export function AskForm({ of }: { of: Problem }) {
  const units = useUnits()
  const [chosen, setChosen] = useState<string[]>([])
  const [dueOn, setDueOn] = useState('')
  const form = useProblemAct(of, 'ask', () => ({ units: chosen, due_on: dueOn }), () => [...(chosen.length === 0 ? ['/units'] : []), ...blank({ '/due_on': dueOn })])
  const known = new Set([...chosen, ...of.checks.map((c) => c.unit.id)])
  const name = (id: string) => units.find((u) => u.value === id)?.label.trim() ?? ''
  return (
    <form className="card stack asking" noValidate aria-label="布置自查" onSubmit={(e) => { e.preventDefault(); void form.submit().then(() => setChosen([])) }}>
      <h3>布置自查</h3>
      <Pick clears label="加一个单位" value="" options={units.filter((u) => !known.has(u.value))} empty="选单位" onChange={(unit) => unit && setChosen([...chosen, unit])} />
      {chosen.length > 0 && <p className="chosen">{chosen.map((id) => <button key={id} type="button" className="set" onClick={() => setChosen(chosen.filter((k) => k !== id))}>{name(id)} ✕</button>)}</p>}
      {form.at('/units') && <p className="fault" role="alert">{form.at('/units')}</p>}
      <DayField label="自查时限" lies="ahead" value={dueOn} onChange={setDueOn} error={form.at('/due_on')} />
      <Refused error={form.error} shown={['/units', '/due_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在布置…' : `布置${chosen.length > 0 ? `（${chosen.length} 个单位）` : ''}`}</button></div>
    </form>
  )
}

const verdicts = [{ value: 'has', label: '存在' }, { value: 'similar', label: '类似' }, { value: 'has_not', label: '不存在' }]

/** A unit's answer; what was said before is there to be mended. */
export function AnswerForm({ of, check }: { of: Problem; check: Schemas['SelfCheckView'] }) {
  const { values, change, forget, kept } = useDraft(`self-check-${check.unit.id.slice(-8)}`, of.id, { verdict: check.verdict ?? '', words: check.words ?? '', proof: check.files.map((f) => ({ sha256: f.sha256, filename: f.filename })) })
  const [files, setFiles] = useState<File[]>([])
  const form = useProblemAct(of, 'answer', async () => {
    const sent = [...values.proof]
    for (const file of files) {
      const got = await upload<Schemas['ScanView']>(`/systemic-problems/${of.id}/files`, { unit: check.unit.id, filename: file.name }, file, 'evidence')
      if (!sent.some((s) => s.sha256 === got.sha256)) sent.push({ sha256: got.sha256, filename: got.filename })
    }
    change({ proof: sent })
    setFiles([])
    return { unit: check.unit.id, verdict: values.verdict, words: values.words, proof: sent.map((s) => s.sha256) }
  }, () => [...blank({ '/verdict': values.verdict, '/words': values.words }), ...(values.verdict === 'has_not' && files.length + values.proof.length === 0 ? ['/proof'] : [])])
  const isNone = values.verdict === 'has_not'
  return (
    <form className="stack answering" noValidate aria-label="填报自查" onSubmit={(e) => { e.preventDefault(); void form.submit().then(() => form.error === null && forget()) }}>
      <SelectField label="自查结果" empty="请选择" value={values.verdict} options={verdicts} onChange={(verdict) => change({ verdict })} error={form.at('/verdict')} />
      <TextField label={isNone ? '怎么查的' : '查到的情况'} rows={4} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} hint={isNone ? '查了哪些、多长时间、多少份' : '写清在哪里、多少、从什么时候起；立任务时作为问题'} />
      {values.proof.length > 0 && <p className="chosen">{values.proof.map((p) => <button key={p.sha256} type="button" className="set" onClick={() => change({ proof: values.proof.filter((k) => k.sha256 !== p.sha256) })}>{p.filename} ✕</button>)}</p>}
      <FileField label={isNone ? '佐证材料' : '佐证材料（可不传）'} accept={intakes.evidence.endings.join(',')} multiple chosen={files} onChoose={setFiles} error={form.at('/proof')} />
      <Refused error={form.error} shown={['/verdict', '/words', '/proof']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在报送…' : '报送自查'}</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
      <small className="muted">经办人填写的，由单位负责人确认后报送。</small>
    </form>
  )
}
