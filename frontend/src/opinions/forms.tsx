// What people do with an opinion: give it to a unit, answer, approve, return, say whether it holds true, set aside; and enter one by hand.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, type Schemas, client, get, post } from '../api/client'
import { channels } from '../labels.gen'
import { useUnits } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { Check, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { day, today } from '../ui/words'

export type Opinion = Schemas['OpinionView']
export interface ActForm { of: Opinion; done: () => void }

export const fetchOpinion = (id: string) => get(client.GET('/api/v1/opinions/{id}', { params: { path: { id } } }))

function useAct(of: Opinion, path: string, body: () => unknown, done: () => void, missing?: () => string[]) {
  const queries = useQueryClient()
  return useSend(async () => {
    const after = await post<Opinion>(`/opinions/${of.id}/${path}`, body(), of.version).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.problem.code === 'stale') queries.setQueryData(['opinion', of.id], await fetchOpinion(of.id))
      throw error
    })
    queries.setQueryData(['opinion', of.id], after)
    for (const key of ['opinions', 'todo', 'publication']) void queries.invalidateQueries({ queryKey: [key] })
    done()
  }, missing)
}

export function AssignForm({ of, done }: ActForm) {
  const units = useUnits()
  const [unit, setUnit] = useState(of.unit?.id ?? '')
  const [due, setDue] = useState('')
  const form = useAct(of, 'assign', () => ({ unit, due_on: due || null }), done, () => blank({ '/unit': unit }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <div className="pair">
        <PickField label="承办单位" value={unit} options={units} empty="输入单位名称查找" onChange={setUnit} error={form.at('/unit')} />
        <DayField label="答复时限（可不填）" lies="ahead" value={due} onChange={setDue} error={form.at('/due_on')} hint={`不填则为${day(of.due_on)}`} />
      </div>
      <Refused error={form.error} shown={['/unit', '/due_on']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>分办</button></div>
    </form>
  )
}

export function AnswerForm({ of, done }: ActForm) {
  const last = of.answers[of.answers.length - 1]
  const { values, change, forget, kept } = useDraft('answer-opinion', of.id, { words: last?.words ?? '' })
  const form = useAct(of, 'answer', () => ({ words: values.words }), () => { forget(); done() }, () => blank({ '/words': values.words }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="答复" rows={4} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} hint="写给提意见的人看；审核后凭查询码可见，不要写内部情况" />
      <Refused error={form.error} shown={['/words']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>送审核</button>{kept && <small className="muted">草稿已存</small>}</div>
    </form>
  )
}

export function ApproveForm({ of, done }: ActForm) {
  const form = useAct(of, 'approve', () => ({}), done)
  return (
    <form className="stack" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>审核通过后，提意见的人凭查询码就能看到答复，不能再改。</p>
      <Refused error={form.error} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>通过</button></div>
    </form>
  )
}

function Reasoned({ of, done, path, verb }: ActForm & { path: string; verb: string }) {
  const [reason, setReason] = useState('')
  const form = useAct(of, path, () => ({ reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{verb}</button></div>
    </form>
  )
}
export const ReturnForm = (props: ActForm) => <Reasoned {...props} path="return" verb="退回答复" />
export const SetAsideForm = (props: ActForm) => <Reasoned {...props} path="set-aside" verb="不予办理" />

export function JudgeForm({ of, done }: ActForm) {
  const [isTrue, setTrue] = useState(of.judgement?.holds_true ?? true)
  const [text, setText] = useState('')
  const [task, setTask] = useState(of.task?.id ?? '')
  const [words, setWords] = useState('')
  const found = useQuery({
    queryKey: ['tasks-for-opinion', of.round_id, text],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/tasks', { params: { path: { id: of.round_id }, query: { text: text || undefined, limit: 50 } } })),
  })
  const options = (found.data?.items ?? []).map((t) => ({ value: t.id, label: `${t.number}　${t.title}` }))
  const form = useAct(of, 'judge', () => ({ holds_true: isTrue, task: isTrue && task ? task : null, words: words.trim() || null }), done)
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <Check label="属实" value={isTrue} onChange={setTrue} />
      {isTrue && (
        <>
          <TextField label="查找任务" value={text} onChange={setText} hint="编号或标题中的字" />
          <SelectField label="涉及的任务（可不选）" value={task} empty="不涉及任务" options={options} onChange={setTask} error={form.at('/task')} />
          <p className="muted">任务已销号的，系统只提请重新整改，由有权的人在任务页办理。</p>
        </>
      )}
      <TextField label="核查情况（可不填）" rows={2} value={words} onChange={setWords} error={form.at('/words')} />
      <Refused error={form.error} shown={['/task', '/words']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>保存认定</button></div>
    </form>
  )
}

/** The page takes in what comes by itself; a person enters the rest. */
const entered = Object.entries(channels).slice(1).map(([value, label]) => ({ value, label }))

export function EnterForm({ round, done }: { round: string; done: () => void }) {
  const queries = useQueryClient()
  const { values, change, forget, kept } = useDraft('enter-opinion', round, { channel: entered[0]?.value ?? '', received_on: today(), text: '', name: '', contact: '' })
  const form = useSend(async () => {
    await get(client.POST('/api/v1/rounds/{id}/opinions', { params: { path: { id: round } }, body: { ...values, channel: values.channel as Schemas['OpinionForm']['channel'] } }))
    forget()
    for (const key of ['opinions', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    done()
  }, () => blank({ '/text': values.text, '/received_on': values.received_on }))
  return (
    <form className="card stack slipform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <h2>登记意见</h2>
      <div className="pair">
        <SelectField label="来源" value={values.channel} options={entered} onChange={(channel) => change({ channel })} error={form.at('/channel')} />
        <DayField label="收到日期" lies="behind" value={values.received_on} onChange={(received_on) => change({ received_on })} error={form.at('/received_on')} />
        <TextField label="姓名（可不填）" value={values.name} onChange={(name) => change({ name })} error={form.at('/name')} />
        <TextField label="联系方式（可不填）" value={values.contact} onChange={(contact) => change({ contact })} error={form.at('/contact')} />
      </div>
      <TextField label="意见" rows={4} value={values.text} onChange={(text) => change({ text })} error={form.at('/text')} />
      <Refused error={form.error} shown={['/channel', '/received_on', '/text', '/name', '/contact']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>登记</button><button type="button" onClick={done}>取消</button>{kept && <small className="muted">草稿已存</small>}</div>
    </form>
  )
}

/** What was found true, with the way to the task, and to its reopening where that is proposed. */
export function Proven({ of }: { of: Opinion }) {
  const t = of.task
  if (!t) return null
  return (
    <p className="note">
      属实，涉及任务 <Link to="/tasks/$id" params={{ id: t.id }} search={{}}>{t.number} {t.title}</Link>（{t.state_label}）
      {t.is_reopened && '，已重新整改'}
      {t.is_to_reopen && (t.may_reopen ? <>，<Link to="/tasks/$id" params={{ id: t.id }} search={{ act: 'reopen' }}>提请重新整改</Link></> : '，已提请重新整改')}
    </p>
  )
}
