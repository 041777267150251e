// The register of the four personal duties: heads by duties, the acts behind each figure, what waits for one's own word.
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Fragment, useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { Acts } from '../duties/acts'
import { Suggestions } from '../duties/suggestions'
import { NoRound, useRound, useSession } from '../session'
import '../styles/duties.css'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'

type Register = Schemas['DutyRegister']
type Head = Schemas['DutyHeadView']

/** The whole round, as the address says it; without anything it is this month. */
const whole = 'all'

/** A duty without the word they all begin with. */
const short = (label: string) => label.replace(/^亲自/, '')

export function Duties() {
  useTitle('四个亲自')
  const round = useRound()
  const { month: asked } = useSearch({ from: '/duties' })
  const thisMonth = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit' }).format(new Date())
  const month = asked === whole ? undefined : (asked ?? thisMonth)
  const navigate = useNavigate()
  const query = useQuery({
    queryKey: ['duties', round, month],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/personal-duties', { params: { path: { id: round }, query: { month } } })),
    enabled: round !== '',
  })
  if (round === '') return <NoRound title="四个亲自" />
  const list = query.data
  return (
    <>
      <div className="head">
        <h1>四个亲自</h1>
        <p>{list ? `${when(list)}　${summary(list)}` : '亲自研究制定措施、部署挂图作战、把关协调督促、检查保证落实'}</p>
        <div className="acts">
          <select aria-label="时段" value={month ?? whole} onChange={(e) => void navigate({ to: '/duties', search: e.target.value === thisMonth ? {} : { month: e.target.value } })}>
            {(list?.months ?? [{ month: thisMonth, label: '本月' }]).map((m) => <option key={m.month} value={m.month}>{m.label}</option>)}
            <option value={whole}>整个轮次</option>
          </select>
          {list && list.heads.length > 0 && <button type="button" className="quiet wideonly" onClick={() => window.print()}>打印</button>}
          {list?.may_enter && <Link to="/duties/new" search={{}} className="button main">{list.is_own ? '记一条' : '代填一条'}</Link>}
        </div>
      </div>
      <Loaded query={query}>
        {(register) => (
          <>
            {register.is_own && <Own />}
            <Grid register={register} month={month} />
          </>
        )}
      </Loaded>
    </>
  )
}

/** Which days are shown; on paper there is nothing else to say it. */
const when = (list: Register) => list.months.find((m) => m.month === list.month)?.label ?? '整个轮次'

function summary(list: Register): string {
  if (!list.sees_all) return '亲自做的事记在这里，确认后才计入'
  const who = list.leaders_have_duties ? '单位正职和领导组成员' : '单位正职'
  return list.n_none > 0 ? `${who} ${list.heads.length} 人，其中负责关键问题而没有记录的 ${list.n_none} 人` : `${who} ${list.heads.length} 人`
}

/** What waits for the reader's own word, and what the system knows of him. */
function Own() {
  const round = useRound()
  const { me } = useSession()
  const head = me.person_id ?? ''
  const acts = useQuery({
    queryKey: ['duty-acts', round, head, '', ''],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/personal-duties/acts', { params: { path: { id: round }, query: { head } } })),
    enabled: head !== '',
  })
  const form = useQuery({ queryKey: ['duty-form', round, ''], queryFn: () => get(client.GET('/api/v1/rounds/{id}/personal-duties/form', { params: { path: { id: round }, query: {} } })) })
  const waiting = acts.data?.filter((a) => a.open_actions.some((o) => o.action === 'confirm_duty')) ?? []
  return (
    <div className="ownduties noprint">
      {waiting.length > 0 && <section className="part" aria-label="等您确认"><header><h2>等您确认 <span>{waiting.length}</span></h2></header><div className="card"><Acts acts={waiting} /></div></section>}
      <Suggestions list={form.data?.suggestions ?? []} />
    </div>
  )
}

function Grid({ register, month }: { register: Register; month: string | undefined }) {
  const [open, setOpen] = useState<string | null>(null)
  if (register.heads.length === 0) return <Empty>还没有四个亲自的记录。任务下发到单位后，单位正职会列在这里。</Empty>
  const names = register.heads[0]?.duties ?? []
  return (
    <>
      <div className="card scroll dutybox">
        <table className="dutygrid">
          <caption className="unseen">四个亲自登记表</caption>
          <thead>
            <tr><th scope="col">姓名</th><th scope="col">关键问题</th>{names.map((d) => <th key={d.duty} scope="col"><span className="pre">亲自</span>{short(d.label)}</th>)}<th scope="col">合计</th></tr>
          </thead>
          <tbody>
            {register.heads.map((h) => (
              <Fragment key={h.id}>
                <Row head={h} open={open} setOpen={setOpen} />
                {open?.startsWith(h.id) && <tr className="behind"><td colSpan={names.length + 3}><Behind head={h.id} duty={open.split(' ')[1] ?? ''} month={month} /></td></tr>}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {register.without_head.length > 0 && <p className="note">没有登记正职的单位：{register.without_head.join('、')}。请在“组织与账号”中补登。</p>}
    </>
  )
}

function Row({ head, open, setOpen }: { head: Head; open: string | null; setOpen: (key: string | null) => void }) {
  const isBlank = head.n_key > 0 && head.n === 0
  return (
    <tr>
      <th scope="row">
        <b>{head.name}</b>
        <small>{head.units.map((u) => u.name).join('、') || (head.is_leader ? '领导组' : '已不任正职')}</small>
        {isBlank && <span className="tag amber">没有记录</span>}
        {head.may_enter && <Link to="/duties/new" search={{ head: head.id }} className="button quiet enter noprint">填</Link>}
      </th>
      <td data-label="关键问题">{head.n_key > 0 ? head.n_key : <span className="muted">—</span>}</td>
      {head.duties.map((d) => {
        const key = `${head.id} ${d.duty}`
        return (
          <td key={d.duty} data-label={short(d.label)}>
            {d.n + d.n_unconfirmed === 0 ? <span className="muted">—</span> : (
              <button type="button" className="plain count" aria-expanded={open === key} onClick={() => setOpen(open === key ? null : key)}>
                <span className="unseen">{head.name} {d.label} </span>
                {d.n > 0 && <b>{d.n}</b>}
                {d.n_key > 0 && <small>关键 {d.n_key}</small>}
                {d.n_unconfirmed > 0 && <small className="amber">待确认 {d.n_unconfirmed}</small>}
              </button>
            )}
          </td>
        )
      })}
      <td data-label="合计">
        {head.n > 0 ? <button type="button" className="plain count" aria-expanded={open === head.id} onClick={() => setOpen(open === head.id ? null : head.id)}><span className="unseen">{head.name} 合计 </span><b>{head.n}</b></button> : <span className="muted">0</span>}
      </td>
    </tr>
  )
}

/** The acts behind a figure. */
function Behind({ head, duty, month }: { head: string; duty: string; month: string | undefined }) {
  const round = useRound()
  const query = useQuery({
    queryKey: ['duty-acts', round, head, duty, month ?? ''],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/personal-duties/acts', { params: { path: { id: round }, query: { head, duty: duty || undefined, month } } })),
  })
  return <Loaded query={query}>{(acts) => (acts.length === 0 ? <p className="muted">没有记录。</p> : <Acts acts={acts} />)}</Loaded>
}
