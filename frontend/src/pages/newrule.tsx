// Entering a rule that was made, revised or abolished; what the task says already is not typed again.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get, post } from '../api/client'
import { type Rule, fetchRule } from '../rules/act'
import { sendIssued } from '../rules/forms'
import { NoRound, useRound } from '../session'
import '../styles/checks.css'
import '../styles/rules.css'
import { Ordered } from '../task/parties'
import { DayField } from '../ui/dayfield'
import { FileField, PickField, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'
import { useTitle } from '../ui/title'

type Offered = Schemas['RuleFormView']
interface Values { kind: string; title: string; number: string; issuer: string; effective_on: string; control: string; question: string; tasks: string[]; replaces: string; owner_unit: string; owner: string }

export function NewRule() {
  const { task, id } = useSearch({ from: '/rules/new' })
  useTitle(id ? '修改制度登记' : '登记制度')
  const round = useRound()
  const known = useQuery({ queryKey: ['rule', id], queryFn: () => fetchRule(id ?? ''), enabled: Boolean(id) })
  const form = useQuery({
    queryKey: ['rule-form', round, task ?? ''],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/rules/form', { params: { path: { id: round }, query: { task } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="登记制度" />
  return (
    <>
      <div className="head"><h1>{id ? '修改制度登记' : '登记制度'}</h1><p><Link to="/rules" search={{}}>返回制度建设</Link></p></div>
      <Loaded query={form}>{(offered) => (id ? <Loaded query={known}>{(rule) => <Whole key={rule.id} offered={offered} rule={rule} />}</Loaded> : <Whole key={task ?? ''} offered={offered} />)}</Loaded>
    </>
  )
}

function before(offered: Offered, rule?: Rule): Values {
  if (rule) {
    return {
      kind: rule.kind, title: rule.title, number: rule.number, issuer: rule.issuer.id, effective_on: rule.effective_on, control: rule.control, question: rule.question,
      tasks: rule.tasks.map((t) => t.id), replaces: rule.replaces?.id ?? '', owner_unit: rule.owner_unit.id, owner: rule.owner?.id ?? '',
    }
  }
  const unit = offered.unit ?? ''
  return { kind: offered.kinds[0]?.value ?? '', title: '', number: '', issuer: unit, effective_on: '', control: '', question: '', tasks: offered.task ? [offered.task] : [], replaces: '', owner_unit: unit, owner: offered.owner ?? '' }
}

const named = (list: { id: string; name: string }[]) => list.map((u) => ({ value: u.id, label: u.name }))

function Whole({ offered, rule }: { offered: Offered; rule?: Rule }) {
  const round = useRound()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [file, setFile] = useState<File | null>(null)
  const { values, change, forget, kept } = useDraft<Values>(rule ? 'change-rule' : 'enter-rule', rule?.id ?? offered.task ?? round, before(offered, rule))
  // The people of another unit are asked for once it is chosen.
  const people = useQuery({
    queryKey: ['rule-form', round, '', values.owner_unit],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/rules/form', { params: { path: { id: round }, query: { unit: values.owner_unit } } })),
    enabled: values.owner_unit !== '' && values.owner_unit !== offered.unit,
  })
  const owners = values.owner_unit === offered.unit ? offered.owners : (people.data?.owners ?? [])
  const isEnd = values.kind === 'abolished'
  const mayReplace = values.kind !== 'made'
  const form = useSend(async () => {
    const body = { ...values, replaces: (mayReplace && values.replaces) || null, owner: isEnd ? null : values.owner || null }
    const made = rule ? await post<Rule>(`/rules/${rule.id}/change`, body, rule.version) : await post<Rule>(`/rounds/${round}/rules`, body)
    forget()
    queries.setQueryData(['rule', made.id], made)
    for (const key of ['rules', 'rule-form', 'todo']) void queries.invalidateQueries({ queryKey: [key] })
    // It is kept as a draft whatever becomes of the file: that page takes it as well.
    if (file) await sendIssued(made.id, file).then(() => queries.invalidateQueries({ queryKey: ['rule', made.id] }), () => undefined)
    await navigate({ to: '/rules/$id', params: { id: made.id }, search: {} })
  }, () => blank({
    '/title': values.title, '/number': values.number, '/issuer': values.issuer, '/effective_on': values.effective_on, '/owner_unit': values.owner_unit,
    ...(isEnd ? {} : { '/control': values.control, '/question': values.question, '/owner': values.owner }),
  }))
  const error = (pointer: string) => form.at(pointer)
  const taskError = error('/tasks') ?? values.tasks.map((_, i) => error(`/tasks/${i}`)).find(Boolean)
  return (
    <form className="card stack ruleform" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <fieldset>
        <legend>类别</legend>
        <div className="choicecards">
          {offered.kinds.map((k) => (
            <label key={k.value} className={values.kind === k.value ? 'choicecard on' : 'choicecard'}>
              <input type="radio" name="kind" value={k.value} checked={values.kind === k.value} onChange={() => change({ kind: k.value })} />
              <span><b>{k.label}</b></span>
            </label>
          ))}
        </div>
      </fieldset>
      <Ordered label="对应任务" value={values.tasks} options={offered.tasks.map((t) => ({ value: t.id, label: `${t.number} ${t.title}` }))} onChange={(tasks) => change({ tasks })} error={taskError} />
      <div className="pair">
        <TextField label="制度名称" value={values.title} onChange={(title) => change({ title })} error={error('/title')} />
        <TextField label="文号" value={values.number} onChange={(number) => change({ number })} error={error('/number')} hint="如：集团规〔2026〕8号" />
      </div>
      <div className="pair">
        <PickField label="发文单位" value={values.issuer} onChange={(issuer) => change({ issuer })} options={named(offered.units)} error={error('/issuer')} />
        <DayField label={isEnd ? '废止日期' : '施行日期'} lies="behind" value={values.effective_on} onChange={(effective_on) => change({ effective_on })} error={error('/effective_on')} />
      </div>
      {mayReplace && <SelectField label="修订或废止的是（在册的请选）" value={values.replaces} empty="不在登记簿里" options={offered.in_force.map((r) => ({ value: r.id, label: `${r.title} ${r.number}` }))} onChange={(replaces) => change({ replaces })} error={error('/replaces')} />}
      {!isEnd && (
        <>
          <TextField label="管住什么" rows={2} value={values.control} onChange={(control) => change({ control })} error={error('/control')} hint="谁必须做什么，或不得做什么" />
          <TextField label="检验问题" rows={2} value={values.question} onChange={(question) => change({ question })} error={error('/question')} hint="检验的人问什么、抽什么，就知道制度在不在用" />
        </>
      )}
      <div className="pair">
        <PickField label="责任单位" value={values.owner_unit} onChange={(owner_unit) => change({ owner_unit, owner: '' })} options={named(offered.units)} error={error('/owner_unit')} />
        {!isEnd && <SelectField label="负责人" value={values.owner} empty="请选择" onChange={(owner) => change({ owner })} options={named(owners)} error={error('/owner')} />}
      </div>
      <FileField label="制度文件" accept=".pdf,.docx,.jpg,.jpeg,.png" chosen={file ? [file] : []} onChoose={([one]) => setFile(one ?? null)} error={error('/file')} />
      <Refused error={form.error} shown={['/tasks', ...values.tasks.map((_, i) => `/tasks/${i}`), '/title', '/number', '/issuer', '/effective_on', '/replaces', '/control', '/question', '/owner_unit', '/owner', '/file']} />
      <div className="send">
        <button type="submit" className="main" disabled={form.busy}>{form.busy ? '正在保存…' : '保存，下一步报确认'}</button>
        <Link to="/rules" search={{}} className="button">取消</Link>
        {kept && <small className="muted">草稿已存</small>}
      </div>
    </form>
  )
}
