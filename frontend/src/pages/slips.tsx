// The slips of a round: what waits for the caller, what is overdue, all of them by level and state, and the form that drafts a new one.
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { client, get } from '../api/client'
import { ExportButton } from '../exports/button'
import { slipStates } from '../labels.gen'
import { NoRound, useRound, useSession } from '../session'
import { DraftForm } from '../slips/draftform'
import { SlipLines } from '../slips/lines'
import { type SlipLine, narrowed, nextOf } from '../slips/words'
import '../styles/checks.css'
import '../styles/slips.css'
import { SelectField } from '../ui/form'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'

export function Slips() {
  useTitle('督办')
  const round = useRound()
  const { round: chosen } = useSession()
  const search = useSearch({ from: '/slips' })
  const navigate = useNavigate({ from: '/slips' })
  const query = useQuery({ queryKey: ['slips', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/slips', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="督办" />
  const mayDraft = chosen?.can_draft_slips ?? false
  const isNew = mayDraft && search.new !== undefined
  const toggle = () => void navigate({ search: isNew ? {} : { new: '1' } })
  return (
    <>
      <div className="head">
        <h1>督办</h1>
        <p>{summary(query.data)}</p>
        <div className="acts">
          {(query.data?.length ?? 0) > 0 && <ExportButton offer={{ kinds: ['slips'], filter: {}, slips: { level: search.level, state: search.state } }} />}
          {mayDraft && <button type="button" className={isNew ? '' : 'main'} onClick={toggle}>{isNew ? '收起' : '发督办单'}</button>}
        </div>
      </div>
      {isNew && <DraftForm round={round} task={search.task} check={search.check} resolution={search.resolution} onClose={toggle} />}
      <Loaded query={query}>{(list) => <Whole list={list} mayDraft={mayDraft} />}</Loaded>
    </>
  )
}

function summary(list?: SlipLine[]) {
  if (!list || list.length === 0) return ''
  const late = list.filter((s) => s.is_overdue).length
  return `在办 ${list.filter((s) => s.is_open).length} 件${late > 0 ? `，逾期 ${late} 件` : ''}`
}

function Whole({ list, mayDraft }: { list: SlipLine[]; mayDraft: boolean }) {
  const search = useSearch({ from: '/slips' })
  const navigate = useNavigate({ from: '/slips' })
  if (list.length === 0) {
    return <Empty>{mayDraft ? '还没有督办单。整改滞后、检查不属实时，从任务页或检查页“发督办单”，内容会自动带入；也可以从这里拟制。签发之前，单位看不到。' : '没有督办单。发给您单位的督办单会出现在这里，也会在右上角通知您。'}</Empty>
  }
  const choose = (part: { level?: string; state?: string }) => void navigate({ search: (now) => ({ ...now, level: search.level, state: search.state, ...part }), replace: true })
  const shown = narrowed(list, search.level, search.state)
  const mine = shown.filter((s) => nextOf(s.open_actions).length > 0)
  const rest = shown.filter((s) => !mine.includes(s))
  const levels = list.filter((s, i) => list.findIndex((o) => o.level === s.level) === i).map((s) => ({ value: s.level, label: s.level_label }))
  return (
    <>
      <div className="slipfilters">
        <SelectField label="督办等级" value={search.level ?? ''} empty="全部" options={levels} onChange={(level) => choose({ level: level || undefined })} />
        <SelectField label="状态" value={search.state ?? ''} empty="全部" options={Object.entries(slipStates).map(([value, label]) => ({ value, label }))} onChange={(state) => choose({ state: state || undefined })} />
      </div>
      {shown.length === 0 && <Empty>没有符合的督办单。<br /><button type="button" onClick={() => choose({ level: undefined, state: undefined })}>看全部</button></Empty>}
      {mine.length > 0 && <section className="part"><header><h2>等我办 <span>{mine.length}</span></h2><span>办结时限</span></header><SlipLines list={mine} /></section>}
      {rest.length > 0 && <section className="part"><header><h2>{mine.length > 0 ? '其他督办单' : '督办单'} <span>{rest.length}</span></h2><span>办结时限</span></header><SlipLines list={rest} /></section>}
    </>
  )
}
