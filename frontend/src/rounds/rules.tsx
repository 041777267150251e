// The round's policy: every setting in its group; what a change would do is shown before it becomes the next version.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, type Schemas, client, get } from '../api/client'
import { alertLevels, cadences, requestKinds, signers, templateKinds } from '../labels.gen'
import { Check, SelectField, TextField, blank, useDraft, useSend } from '../ui/form'
import { Dialog, Refused } from '../ui/parts'
import { Changes } from './changes'
import { ChainEditor } from './chain'
import { LadderEditor } from './ladder'
import { PaletteEditor } from './palette'
import { PublishingEditor } from './publishing'

type Policy = Schemas['Policy']
type Round = Schemas['RoundView']
type Preview = Schemas['PolicyPreview']
type Numbers = { [K in keyof Policy]-?: NonNullable<Policy[K]> extends number ? K : never }[keyof Policy]

const options = (labels: Record<string, string>) => Object.entries(labels).map(([value, label]) => ({ value, label }))
const weekdays = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'].map((label, i) => ({ value: String(i + 1), label }))
/** A late thing is no green one. */
const lateLevels = options(alertLevels).filter((o) => !['none', 'green'].includes(o.value))

const spans: [Numbers, string, string][] = [
  ['claim_working_days', '认领时限（工作日）', '自下发起'],
  ['plan_working_days', '编报方案时限（工作日）', '自认领起'],
  ['immediate_calendar_days', '立行立改时限（天）', '自然日，自下发起'],
  ['answer_working_days', '答复时限（工作日）', '自报来起，事事有回音按此计'],
  ['observation_working_days', '跟踪巩固期（工作日）', '自销号起，可为 0'],
]

/** The secrecy of what goes out is reviewed, and of nothing else. */
const ofTasks = Object.keys(signers).filter((who) => who !== 'secrecy')

const wordLists = [
  ['done', '已完成', '导入时作存量办结'],
  ['sustained', '基本完成并坚持', '导入时作存量办结'],
  ['open', '未完成', '导入后继续整改'],
  ['lasting', '长期坚持', '导入后按长期坚持管理'],
] as const

const split = (text: string) => text.split(/[、，,\n]/).map((w) => w.trim()).filter(Boolean)
const pad = (n: number) => String(n).padStart(2, '0')

export function Rules({ round }: { round: Round }) {
  // Only what was changed here: a version that is made meanwhile, by a pack or by somebody else, stands behind it.
  const { values: changed, change, forget, kept, reset } = useDraft<Partial<Policy>>('policy', round.id, {})
  const policy: Policy = { ...round.policy, ...changed }
  const [shown, setShown] = useState<Preview | null>(null)
  const look = useSend(async () => {
    setShown(await get(client.POST('/api/v1/rounds/{id}/policy/preview', { params: { path: { id: round.id } }, body: policy })))
  })
  const [saved, setSaved] = useState(false)
  const at = (pointer: string) => look.at(pointer)
  // A policy kept before a setting existed comes with its default.
  const completion = policy.completion_words ?? { done: [], sustained: [], open: [], lasting: [] }
  const number = (key: Numbers, label: string, hint?: string) => (
    <TextField key={key} label={label} type="number" hint={hint} value={String(policy[key] ?? '')} error={at(`/${key}`)} onChange={(text) => change({ [key]: Math.max(0, Math.trunc(Number(text) || 0)) })} />
  )
  const inLists = (error: unknown) => (error instanceof ApiError ? (error.problem.errors ?? []).map((e) => e.pointer) : [])
  return (
    <section className="card stack rules">
      <h2>规则 <span>第 {round.policy_version} 版，依据：{round.policy_basis}{round.policy_pack && `，取自制度包 ${round.policy_pack.name} ${round.policy_pack.version}`}</span></h2>
      <h3>时限</h3>
      <div className="pair">{spans.map(([key, label, hint]) => number(key, label, hint))}</div>
      <Check label="跟踪巩固期满由系统自动确认（不勾选则由督导确认）" value={policy.confirm_by_clock} onChange={(confirm_by_clock) => change({ confirm_by_clock })} />
      <Check label="报送方案前须作原因剖析（立行立改不要求）" value={policy.root_cause_required ?? false} onChange={(root_cause_required) => change({ root_cause_required })} />
      <h3>每周写实</h3>
      <div className="pair">
        <SelectField label="截止日" value={String(policy.cut_off_weekday)} options={weekdays} onChange={(day) => change({ cut_off_weekday: Number(day) })} error={at('/cut_off_weekday')} />
        <TextField label="截止时刻" type="time" value={`${pad(policy.cut_off_hour)}:${pad(policy.cut_off_minute)}`} error={at('/cut_off_hour') ?? at('/cut_off_minute')} onChange={(text) => {
          const [hour, minute] = text.split(':').map(Number)
          if (hour !== undefined && minute !== undefined) change({ cut_off_hour: hour, cut_off_minute: minute })
        }} />
        {number('statement_grace_working_days', '漏报宽限（工作日）', '截止后多久记为漏报')}
        <SelectField label="集中整改期内" value={policy.concentrated_cadence} options={options(cadences)} onChange={(text) => change({ concentrated_cadence: text as Policy['concentrated_cadence'] })} />
        <SelectField label="集中整改期后" value={policy.continuous_cadence} options={options(cadences)} onChange={(text) => change({ continuous_cadence: text as Policy['continuous_cadence'] })} />
        {number('copy_percent', '标为雷同（%）', '与前几周写实相同的文字达到这个比例即提示，50 至 100；100 为只提示完全相同的')}
      </div>
      <h3>预警</h3>
      <div className="pair">
        {number('due_soon_working_days', '临期预警（工作日）', '到期前几天亮预警')}
        <SelectField label="节点逾期亮" value={policy.milestone_late_level} options={lateLevels} onChange={(text) => change({ milestone_late_level: text as Policy['milestone_late_level'] })} />
        <SelectField label="认领或方案逾期亮" value={policy.claim_or_plan_late_level} options={lateLevels} onChange={(text) => change({ claim_or_plan_late_level: text as Policy['claim_or_plan_late_level'] })} />
      </div>
      <h3>签批链</h3>
      {options(requestKinds).map(({ value, label }) => (
        <ChainEditor key={value} label={label} steps={policy.chains[value] ?? []} among={ofTasks} error={at(`/chains/${value}`)} onChange={(steps) => change({ chains: { ...policy.chains, [value]: steps } })} />
      ))}
      <ChainEditor label="文书签发" steps={policy.documents ?? []} error={at('/documents')} onChange={(documents) => change({ documents })} />
      <h3>督办等级（由低到高）</h3>
      <LadderEditor ladder={policy.slips ?? []} at={at} onChange={(slips) => change({ slips })} />
      <h3>公示与群众意见</h3>
      {policy.publication && <PublishingEditor rules={policy.publication} at={at} faults={inLists(look.error)} onChange={(publication) => change({ publication })} />}
      <h3>导入旧台账时，状态怎么认</h3>
      <div className="pair">
        {wordLists.map(([key, label, hint]) => (
          <WordsField
            key={key}
            label={`${label}的写法`}
            hint={`${hint}；用顿号隔开`}
            value={completion[key]}
            error={inLists(look.error).filter((p) => p.startsWith(`/completion_words/${key}`)).map(at)[0]}
            onChange={(words) => change({ completion_words: { ...completion, [key]: words } })}
          />
        ))}
      </div>
      <h3>灯色</h3>
      <PaletteEditor palette={policy.palette ?? null} at={at} onChange={(palette) => change({ palette })} />
      {Object.keys(policy.forms ?? {}).length > 0 && <OwnForms forms={policy.forms ?? {}} at={at} onChange={(forms) => change({ forms })} />}
      <h3>其他</h3>
      <div className="pair">
        <TextField label="默认完成标准" value={policy.default_criterion} onChange={(default_criterion) => change({ default_criterion })} error={at('/default_criterion')} hint="任务没有写标准时采用" />
        {number('meetings_per_month', '每月协调会（次）')}
        {number('duty_reminder_working_days', '四个亲自月末提醒（工作日）', '每月最后几个工作日提醒负责关键问题而没有记录的正职，0 为不提醒')}
        {number('stuck_weeks', '久无进展上会（周）', '连续这些周没有节点完成的任务自动列入议程，0 为不列')}
      </div>
      <Check label="领导组成员也记四个亲自（不勾选则只记单位正职）" value={policy.leaders_have_duties ?? false} onChange={(leaders_have_duties) => change({ leaders_have_duties })} />
      <Check label="页面显示阅看人和时间水印" value={policy.watermark} onChange={(watermark) => change({ watermark })} />
      <Refused error={look.error} shown={inLists(look.error)} />
      <div className="send">
        <button type="button" className="main" disabled={look.busy} onClick={() => void look.submit()}>{look.busy ? '正在推算…' : '看会改变什么'}</button>
        {kept && <button type="button" className="plain" onClick={() => { forget(); reset({}) }}>恢复为现行规则</button>}
        {kept && <small className="muted">改动已存为草稿，尚未生效</small>}
        {saved && !kept && <small className="ok" role="status">已保存为第 {round.policy_version} 版</small>}
      </div>
      {shown && <Effect round={round} policy={policy} preview={shown} onClose={() => setShown(null)} onSaved={() => { forget(); reset({}); setSaved(true); setShown(null) }} />}
    </section>
  )
}

/** Templates that the round has of its own, from a pack; each can be given up for the one of the whole house. */
function OwnForms({ forms, at, onChange }: { forms: NonNullable<Policy['forms']>; at: (pointer: string) => string | undefined; onChange: (forms: NonNullable<Policy['forms']>) => void }) {
  return (
    <>
      <h3>本轮自己的文书模板</h3>
      <ul className="packlist">
        {Object.entries(forms).map(([kind, version]) => (
          <li key={kind}>
            <div>{(templateKinds as Record<string, string>)[kind] ?? kind}　第 {version} 版{at(`/forms/${kind}`) && <small className="fault">{at(`/forms/${kind}`)}</small>}</div>
            <button type="button" onClick={() => onChange(Object.fromEntries(Object.entries(forms).filter(([own]) => own !== kind)))}>改用全系统现行模板</button>
          </li>
        ))}
      </ul>
    </>
  )
}

/** A list of words as one text; what is being typed stays as it was typed. */
function WordsField({ label, hint, value, error, onChange }: { label: string; hint: string; value: string[]; error?: string; onChange: (words: string[]) => void }) {
  const [text, setText] = useState(value.join('、'))
  const shown = split(text).join('、') === value.join('、') ? text : value.join('、')
  return <TextField label={label} rows={3} hint={hint} value={shown} error={error} onChange={(next) => { setText(next); onChange(split(next)) }} />
}

/** What would change, and the basis on which it does. */
function Effect({ round, policy, preview, onClose, onSaved }: { round: Round; policy: Policy; preview: Preview; onClose: () => void; onSaved: () => void }) {
  const queries = useQueryClient()
  const [basis, setBasis] = useState('')
  const save = useSend(async () => {
    await get(client.PUT('/api/v1/rounds/{id}/policy', { params: { path: { id: round.id }, header: { 'If-Match': `"${round.version}"` } }, body: { policy, basis } }))
    await queries.invalidateQueries()
    onSaved()
  }, () => blank({ '/basis': basis }))
  if (preview.changes.length === 0)
    return <Dialog title="规则没有改动" onClose={onClose}><p>所填与现行规则（第 {round.policy_version} 版）相同。</p></Dialog>
  return (
    <Dialog title={`规则将改动 ${preview.changes.length} 处`} onClose={onClose} isWide>
      <Changes preview={preview} />
      <TextField label="修改依据" value={basis} onChange={setBasis} error={save.at('/basis')} hint="如：领导组第2次会议纪要" />
      <Refused error={save.error} shown={['/basis']} />
      <div className="send">
        <button type="button" className="main" disabled={save.busy} onClick={() => void save.submit()}>{save.busy ? '正在保存…' : '保存为新版'}</button>
        <button type="button" onClick={onClose}>再改改</button>
      </div>
    </Dialog>
  )
}
