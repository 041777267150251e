// Help: the manual by chapter, what lights and states mean, the keys, and the walk once more.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { alertLevels, taskStates } from '../labels.gen'
import { chapters } from '../help/chapters'
import { Manual } from '../help/manual'
import { ShortcutList } from '../help/shortcuts'
import { startTour } from '../help/tour'
import { Shape, State } from '../ui/parts'
import { useTitle } from '../ui/title'

const lights: Record<string, string> = {
  green: '没有逾期，也没有临近的事。',
  yellow: '要当心：快到时限还有节点没完成，节点或方案、认领过了期，长期坚持的事项到了评估日没评估，写实漏报一周。',
  red: '已经误了：过了时限没有销号，配合单位过了约定的日期，写实连续两周漏报，抽查不实，或签批人提出异议。',
  none: '没有下发的、已销号的和作废的任务没有灯。',
}

const states: Record<keyof typeof taskStates, string> = {
  draft: '整改办已录入，还没有下发；导入的疑点没定完的停在这里。',
  issued: '已经下发，等牵头单位认领；单位认为不该由自己牵头的，可以申请调整。',
  planning: '牵头单位已认领，正在把措施细化成节点。立行立改的任务没有这一步。',
  plan_review: '方案已报，按签批链逐级审核；退回的回到制定方案。',
  rectifying: '方案已审定，按节点整改，按周写实。',
  closure_review: '单位已申请销号，按签批链审签和核查；退回的回到整改中。',
  observing: '已销号，在跟踪巩固期内；反弹的可以重新整改。',
  closed: '跟踪巩固期满，已确认。',
  withdrawn: '录入错误，经批准作废；不计入任何数字。',
}

export function Help() {
  useTitle('帮助')
  const { part } = useSearch({ from: '/help' })
  const navigate = useNavigate({ from: '/help' })
  const tabs = [...chapters.map((c) => ({ key: c.name, label: c.title })), { key: 'words', label: '灯和状态' }, { key: 'keys', label: '快捷键' }]
  const shown = tabs.some((t) => t.key === part) ? part : tabs[0]?.key
  const chapter = chapters.find((c) => c.name === shown)
  return (
    <>
      <div className="head"><h1>帮助</h1><div className="acts"><button type="button" onClick={startTour}>再看一遍引导</button></div></div>
      <div className="tabs" role="group" aria-label="帮助内容">
        {tabs.map((t) => <button key={t.key} type="button" aria-pressed={t.key === shown} onClick={() => void navigate({ search: { part: t.key } })}>{t.label}</button>)}
      </div>
      {chapter && <Manual chapter={chapter} />}
      {shown === 'words' && <Words />}
      {shown === 'keys' && <section className="card"><ShortcutList /></section>}
    </>
  )
}

function Words() {
  return (
    <div className="meanings">
      <section className="card meaning">
        <h2>灯 <span>说的是有没有误期，不说完成没有</span></h2>
        <dl>
          {(Object.keys(alertLevels) as (keyof typeof alertLevels)[]).filter((level) => lights[level]).map((level) => (
            <div key={level}><dt className={`light ${level}`}><Shape of={level} />{level in lights && alertLevels[level] !== '—' ? alertLevels[level] : '无灯'}</dt><dd>{lights[level]}</dd></div>
          ))}
        </dl>
      </section>
      <section className="card meaning">
        <h2>状态 <span>说的是走到哪一步</span></h2>
        <dl>{Object.entries(states).map(([state, text]) => <div key={state}><dt><State label={taskStates[state as keyof typeof taskStates]} /></dt><dd>{text}</dd></div>)}</dl>
      </section>
    </div>
  )
}
