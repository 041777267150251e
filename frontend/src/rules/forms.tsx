// The acts on a rule: its file and handing it in, confirming and returning, other hands, and its checks, answered and judged.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { upload } from '../api/client'
import { followKinds, ruleVerdicts } from '../labels.gen'
import { DayField } from '../ui/dayfield'
import { FileField, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { type Rule, type RuleCheck, fetchRule, useRuleAct } from './act'
import { Proof, RuleFile, type Sent } from './proof'
import { useQueryClient } from '@tanstack/react-query'

type Form = { rule: Rule; done: () => void }

const options = (list: { id: string; name: string }[]) => list.map((p) => ({ value: p.id, label: p.name }))

/** The issued document of a draft. */
export const sendIssued = (rule: string, file: File) => upload(`/rules/${rule}/files`, { filename: file.name, purpose: 'rule' }, file, 'evidence')

export function SubmitForm({ rule, done }: Form) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const send = useRuleAct(rule, 'submit', () => ({}), done)
  const put = useSend(async () => {
    if (file) await sendIssued(rule.id, file)
    queries.setQueryData(['rule', rule.id], await fetchRule(rule.id))
    await send.submit()
  })
  const error = send.error ?? put.error
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void put.submit() }}>
      {rule.file && <p>制度文件：<RuleFile file={rule.file} /></p>}
      <FileField label={rule.file ? '换一份文件（可不选）' : '制度文件'} accept=".pdf,.docx,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([one]) => setFile(one ?? null)} error={send.at('/file') ?? put.at('/file')} />
      <Refused error={error} shown={['/file']} />
      <div className="send">
        <button type="submit" className="main" disabled={send.busy || put.busy}>{send.busy || put.busy ? '正在提交…' : '报整改办确认'}</button>
        <Link to="/rules/new" search={{ id: rule.id }} className="button">修改内容</Link>
      </div>
    </form>
  )
}

export function ConfirmForm({ rule, done }: Form) {
  const [supervisor, setSupervisor] = useState('')
  const needs = rule.owner !== null && rule.owner !== undefined
  const form = useRuleAct(rule, 'confirm', () => ({ supervisor: supervisor || null }), done, () => (needs ? blank({ '/supervisor': supervisor }) : []))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      {needs ? (
        <>
          <p>确认后计入制度数，按施行日期满 3、6、12 个月自动排定检验。</p>
          <PickField label="检验人" value={supervisor} onChange={setSupervisor} options={options(rule.supervisors)} error={form.at('/supervisor')} empty="整改办或督导组成员，应回避的不在此列" />
        </>
      ) : <p>确认后计入废止数；所废止的已登记制度同时转为“已废止”。</p>}
      <Refused error={form.error} shown={['/supervisor']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在提交…' : '确认登记'}</button></div>
    </form>
  )
}

/** An act that takes a reason and nothing else. */
export function ReasonForm({ rule, done, act, verb, isDangerous }: Form & { act: string; verb: string; isDangerous?: boolean }) {
  const [reason, setReason] = useState('')
  const form = useRuleAct(rule, act, () => ({ reason }), done, () => blank({ '/reason': reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="理由" rows={2} value={reason} onChange={setReason} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/reason']} />
      <div className="send"><button type="submit" className={isDangerous ? 'danger' : 'main'} disabled={form.busy}>{verb}</button></div>
    </form>
  )
}

export function EntrustForm({ rule, done }: Form) {
  const [values, setValues] = useState({ owner: rule.owner?.id ?? '', supervisor: rule.supervisor?.id ?? '', reason: '' })
  const change = (part: Partial<typeof values>) => setValues({ ...values, ...part })
  const form = useRuleAct(rule, 'entrust', () => values, done, () => blank({ '/owner': values.owner, '/supervisor': values.supervisor, '/reason': values.reason }))
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <div className="pair">
        <PickField label="负责人" value={values.owner} onChange={(owner) => change({ owner })} options={options(rule.owners)} error={form.at('/owner')} />
        <PickField label="检验人" value={values.supervisor} onChange={(supervisor) => change({ supervisor })} options={options(rule.supervisors)} error={form.at('/supervisor')} />
      </div>
      <TextField label="理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/reason')} />
      <Refused error={form.error} shown={['/owner', '/supervisor', '/reason']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>改派</button></div>
    </form>
  )
}

export function AnswerForm({ rule, check, done }: Form & { check: RuleCheck }) {
  const [isSending, setSending] = useState(false)
  const { values, change, forget, kept } = useDraft<{ words: string; files: Sent[] }>('answer-rule', `${rule.id}.${check.months}`, { words: '', files: [] })
  const form = useRuleAct(rule, 'answer', () => ({ months: check.months, words: values.words, files: values.files.map((f) => f.id) }), () => { forget(); done() }, () => blank({ '/words': values.words }))
  return (
    <form className="stack" noValidate aria-label="说明使用情况" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p className="asked"><b>检验问题</b>{rule.question}</p>
      <TextField label="怎么用的" rows={4} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} hint="用了几次、拦下什么、谁在执行，写得出数就写数" />
      <Proof rule={rule.id} files={values.files} onChange={(files) => change({ files })} error={form.at('/files')} onBusy={setSending} />
      <Refused error={form.error} shown={['/words', '/files']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || isSending}>{form.busy ? '正在提交…' : '报送'}</button>{kept && <small className="muted">草稿已存</small>}</div>
    </form>
  )
}

/** What each way to deal with a failed check asks for. */
const asked: Record<string, string[]> = { reopen: ['task', 'due_on', 'reason'], draft: ['task', 'number', 'title'], neither: ['reason'] }

interface Judged { verdict: string; words: string; files: Sent[]; follow: string; task: string; due_on: string; reason: string; number: string; title: string }

/** Made for a phone on the spot: what was found, a picture, and where it failed what is made of it. */
export function JudgeForm({ rule, check, done }: Form & { check: RuleCheck }) {
  const [isSending, setSending] = useState(false)
  const first = rule.tasks.find((t) => t.is_closed) ?? rule.tasks[0]
  const { values, change, forget, kept } = useDraft<Judged>('judge-rule', `${rule.id}.${check.months}`, {
    verdict: '', words: '', files: [], follow: '', task: first?.id ?? '', due_on: '', reason: '', number: first ? `${first.number}-新` : '', title: `${rule.title}没有执行`,
  })
  const hasFailed = values.verdict === 'failed'
  const asks = (field: string) => hasFailed && (asked[values.follow] ?? []).includes(field)
  const typed = { due_on: values.due_on, reason: values.reason, number: values.number, title: values.title }
  const form = useRuleAct(rule, 'judge', () => ({
    months: check.months, verdict: values.verdict, words: values.words, files: values.files.map((f) => f.id),
    follow: hasFailed ? { kind: values.follow, task: values.task || null, due_on: values.due_on || null, reason: values.reason, number: values.number, title: values.title } : null,
  }), () => { forget(); done() }, () => blank({
    '/verdict': values.verdict, '/words': values.words,
    ...(hasFailed ? { '/follow': values.follow } : {}),
    ...Object.fromEntries(Object.entries(typed).filter(([field]) => asks(field)).map(([field, value]) => [`/follow/${field}`, value])),
  }))
  const choices = (all: Record<string, string>) => Object.entries(all)
  const tasks = rule.tasks.map((t) => ({ value: t.id, label: `${t.number} ${t.title}${t.is_closed ? '' : '（未销号）'}` }))
  return (
    <form className="stack judging" noValidate aria-label="检验" onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p className="asked"><b>检验问题</b>{rule.question}</p>
      <fieldset className={form.at('/verdict') ? 'wrong' : ''}>
        <legend>结论</legend>
        <div className="choicecards">
          {choices(ruleVerdicts).map(([value, label]) => (
            <label key={value} className={values.verdict === value ? 'choicecard on' : 'choicecard'}>
              <input type="radio" name="verdict" value={value} checked={values.verdict === value} onChange={() => change({ verdict: value })} />
              <span><b>{label}</b></span>
            </label>
          ))}
        </div>
        {form.at('/verdict') && <p className="fault" role="alert">{form.at('/verdict')}</p>}
      </fieldset>
      <TextField label="检验情况" rows={3} value={values.words} onChange={(words) => change({ words })} error={form.at('/words')} hint="看了什么、抽了多少、结果怎样" />
      <Proof rule={rule.id} files={values.files} onChange={(files) => change({ files })} error={form.at('/files')} onBusy={setSending} />
      {hasFailed && (
        <>
          <fieldset className={form.at('/follow') ? 'wrong' : ''}>
            <legend>怎么处理</legend>
            <div className="choicecards">
              {choices(followKinds).map(([value, label]) => (
                <label key={value} className={values.follow === value ? 'choicecard on' : 'choicecard'}>
                  <input type="radio" name="follow" value={value} checked={values.follow === value} onChange={() => change({ follow: value })} />
                  <span><b>{label}</b></span>
                </label>
              ))}
            </div>
            {form.at('/follow') && <p className="fault" role="alert">{form.at('/follow')}</p>}
          </fieldset>
          {asks('task') && <SelectField label="任务" value={values.task} onChange={(task) => change({ task })} options={tasks} error={form.at('/follow/task')} />}
          {asks('due_on') && <DayField label="新的时限" lies="ahead" value={values.due_on} onChange={(due_on) => change({ due_on })} error={form.at('/follow/due_on')} />}
          {asks('number') && (
            <div className="pair">
              <TextField label="新任务编号" value={values.number} onChange={(number) => change({ number })} error={form.at('/follow/number')} />
              <TextField label="新任务标题" value={values.title} onChange={(title) => change({ title })} error={form.at('/follow/title')} />
            </div>
          )}
          {asks('reason') && <TextField label="理由" rows={2} value={values.reason} onChange={(reason) => change({ reason })} error={form.at('/follow/reason')} />}
        </>
      )}
      <Refused error={form.error} shown={['/verdict', '/words', '/files', '/follow', '/follow/task', '/follow/due_on', '/follow/reason', '/follow/number', '/follow/title']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy || isSending}>{form.busy ? '正在提交…' : '提交结论'}</button>{kept && <small className="muted">草稿已存</small>}</div>
      <p className="muted">结论提交后不能修改。</p>
    </form>
  )
}
