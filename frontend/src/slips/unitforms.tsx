// What follows the issue of a slip: signed for, answered with files, reviewed; the record of an interview, a promise kept, a hand-over.
import { useState } from 'react'
import { type Schemas, upload } from '../api/client'
import { accepted, named, unfit } from '../task/attach'
import { DayField } from '../ui/dayfield'
import { TextField, blank, useDraft } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, today } from '../ui/words'
import { useSlipAct } from './act'
import type { Slip } from './words'

export type SlipForm = { slip: Slip; done: () => void }

export function ReceiveForm({ slip, done }: SlipForm) {
  const form = useSlipAct(slip, 'receive', () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>签收后开始办理，{slip.due_on && <>应于 <b>{day(slip.due_on)}</b> 前答复。</>}签收人和时间记入督办单。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在签收…' : '签收'}</button></div>
    </form>
  )
}

type Attached = { id: string; name: string }

/** Files are sent as they are chosen, and named in the answer. */
export function AnswerForm({ slip, done }: SlipForm) {
  const { values, change, forget, kept } = useDraft<{ words: string; files: Attached[] }>('answer-slip', slip.id, { words: '', files: [] })
  const [fault, setFault] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const form = useSlipAct(slip, 'answer', () => ({ words: values.words, files: values.files.map((f) => f.id) }), () => { forget(); done() }, () => blank({ '/words': values.words }))
  const add = async (list: FileList | null) => {
    setFault(null)
    setSending(true)
    let files = values.files
    for (const given of Array.from(list ?? [])) {
      const file = named(given)
      const why = unfit(file)
      if (why) {
        setFault(`${file.name}：${why}`)
        continue
      }
      try {
        const sent = await upload<Schemas['SlipFileView']>(`/slips/${slip.id}/files`, { filename: file.name }, file, 'evidence')
        files = [...files, { id: sent.id, name: sent.filename }]
        change({ files })
      } catch {
        setFault(`${file.name} 没有传上去，请重试`)
      }
    }
    setSending(false)
  }
  const last = slip.answers[slip.answers.length - 1]?.review
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {last?.words && <div className="missing"><p><b>上次退回</b>：{last.by.name}“{last.words}”</p></div>}
      <TextField label="办理结果" rows={5} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} hint="做了什么，做到什么程度，材料在哪里" />
      <div>
        <label className="button"><input type="file" className="hidden" multiple accept={accepted} aria-label="添加佐证材料" onChange={(e) => { void add(e.target.files); e.target.value = '' }} />{isSending ? '正在上传…' : '添加佐证材料'}</label>
        {values.files.length > 0 && (
          <ul className="answerfiles">
            {values.files.map((f) => <li key={f.id}><span>{f.name}</span><button type="button" className="plain" aria-label={`移除 ${f.name}`} onClick={() => change({ files: values.files.filter((o) => o.id !== f.id) })}>✕</button></li>)}
          </ul>
        )}
        {fault && <p className="fault" role="alert">{fault}</p>}
      </div>
      <Refused error={form.error} shown={['/words']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy || isSending}>{form.busy ? '正在提交…' : '答复'}</button>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}

export function ReviewForm({ slip, done }: SlipForm) {
  const { values, change, forget } = useDraft('review-slip', slip.id, { words: '' })
  const body = (is_accepted: boolean) => () => ({ is_accepted, words: values.words.trim() || null })
  const finish = () => { forget(); done() }
  const accept = useSlipAct(slip, 'review', body(true), finish)
  const back = useSlipAct(slip, 'review', body(false), finish, () => blank({ '/words': values.words }))
  const isBusy = accept.busy || back.busy
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void accept.submit() }}>
      <TextField label="复核意见（办结可不填，退回必填）" rows={3} value={values.words} onChange={(words) => change({ words })} error={back.at('/words') ?? accept.at('/words')} />
      <Refused error={back.error ?? accept.error} shown={['/words']} />
      <div className="send">
        <button type="submit" className="main" disabled={isBusy}>同意办结</button>
        <button type="button" disabled={isBusy} onClick={() => void back.submit()}>退回重新办理</button>
      </div>
    </form>
  )
}

export function InterviewForm({ slip, done }: SlipForm) {
  const known = slip.interview
  const { values, change, forget, kept } = useDraft('record-interview', slip.id, {
    held_on: known?.held_on ?? today(), attended: known?.attended ?? '', said: known?.said ?? '', promised: known?.promised ?? '', promised_on: known?.promised_on ?? '',
  })
  const form = useSlipAct(slip, 'interview', () => values, () => { forget(); done() }, () => blank({ '/held_on': values.held_on, '/attended': values.attended, '/said': values.said, '/promised': values.promised, '/promised_on': values.promised_on }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <div className="pair">
        <DayField label="约谈日期" lies="behind" value={values.held_on} onChange={(held_on) => change({ held_on })} error={form.at('/held_on')} />
        <TextField label="参加人员" value={values.attended} onChange={(attended) => change({ attended })} error={form.at('/attended')} />
      </div>
      <TextField label="约谈情况" rows={3} value={values.said} onChange={(said) => change({ said })} error={form.at('/said')} hint="指出了什么，本人怎么说" />
      <TextField label="承诺事项" rows={2} value={values.promised} onChange={(promised) => change({ promised })} error={form.at('/promised')} />
      <DayField label="承诺完成日期" lies="ahead" value={values.promised_on} onChange={(promised_on) => change({ promised_on })} error={form.at('/promised_on')} hint="到期前列入单位负责人的待办，由整改办核销" />
      <Refused error={form.error} shown={['/held_on', '/attended', '/said', '/promised', '/promised_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在保存…' : '保存记录'}</button>{kept && <small className="muted">草稿已存</small>}</div>
    </form>
  )
}

export function KeepPromiseForm({ slip, done }: SlipForm) {
  const [words, setWords] = useState('')
  const form = useSlipAct(slip, 'keep-promise', () => ({ words }), done, () => blank({ '/words': words }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>承诺：{slip.interview?.promised}（{day(slip.interview?.promised_on)}前）</p>
      <TextField label="核实情况" rows={2} value={words} onChange={setWords} error={form.at('/words')} hint="怎么核实的，兑现到什么程度" />
      <Refused error={form.error} shown={['/words']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>核销承诺</button></div>
    </form>
  )
}

export function HandOverForm({ slip, done }: SlipForm) {
  const [on, setOn] = useState(today())
  const [document, setDocument] = useState('')
  const form = useSlipAct(slip, 'hand-over', () => ({ on, document }), done, () => blank({ '/on': on, '/document': document }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <div className="pair">
        <DayField label="移交日期" lies="behind" value={on} onChange={setOn} error={form.at('/on')} />
        <TextField label="移交文号" value={document} onChange={setDocument} error={form.at('/document')} hint="如：移送〔2026〕1号" />
      </div>
      <Refused error={form.error} shown={['/on', '/document']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>登记移交</button></div>
    </form>
  )
}
