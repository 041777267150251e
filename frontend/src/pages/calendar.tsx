// What falls on which day: a month as a page or as a list; working days by the State Council's notices.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Schemas, client, get } from '../api/client'
import { away, ends, monthOf, said, span, weeks } from '../calendar/month'
import type { CalendarSearch, LedgerSearch } from '../router'
import { NoRound, useRound } from '../session'
import '../styles/calendar.css'
import '../styles/meetings.css'
import { Loaded, Shape } from '../ui/parts'
import { useTitle } from '../ui/title'
import { dayAndWeekday, today as todayOf, until } from '../ui/words'

type Day = Schemas['DayView']
type View = Schemas['CalendarView']
type Item = Schemas['AgendaItem']

const kinds: Record<string, string> = { due: '到期', review: '评估', milestone: '节点' }
/** So many entries have room in a day of the page. */
const ROOM = 3

export function Calendar() {
  useTitle('日历')
  const round = useRound()
  const search = useSearch({ from: '/calendar' })
  const navigate = useNavigate({ from: '/calendar' })
  const month = monthOf(search.month, todayOf())
  const { from, to } = span(month)
  const isAll = search.all !== undefined
  const query = useQuery({
    queryKey: ['calendar', round, from, to, isAll],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/calendar', { params: { path: { id: round }, query: { from, to, all: isAll || undefined } } })),
    placeholderData: keepPreviousData,
    enabled: round !== '',
  })
  const set = (part: CalendarSearch) => void navigate({ search: (now) => ({ ...now, ...part }) })
  if (round === '') return <NoRound title="日历" />
  const asList = search.as === 'list'
  return (
    <div className="calendar">
      <div className="head">
        <h1>{said(month)}</h1>
        <p>{query.data && `${query.data.label}的时限、评估和节点`}</p>
        <div className="acts">
          <button type="button" onClick={() => set({ month: away(month, -1) })} aria-label="上一月">‹</button>
          <button type="button" onClick={() => set({ month: undefined })}>本月</button>
          <button type="button" onClick={() => set({ month: away(month, 1) })} aria-label="下一月">›</button>
          <div className="choice" role="group" aria-label="样式">
            <button type="button" aria-pressed={!asList} onClick={() => set({ as: undefined })}>月历</button>
            <button type="button" aria-pressed={asList} onClick={() => set({ as: 'list' })}>清单</button>
          </div>
          <div className="choice" role="group" aria-label="范围">
            <button type="button" aria-pressed={!isAll} onClick={() => set({ all: undefined })}>与我有关</button>
            <button type="button" aria-pressed={isAll} onClick={() => set({ all: '1' })}>看得到的全部</button>
          </div>
        </div>
      </div>
      <Loaded query={query}>{(view) => <Whole view={view} month={month} asList={asList} isAll={isAll} />}</Loaded>
    </div>
  )
}

function Whole({ view, month, asList, isAll }: { view: View; month: string; asList: boolean; isAll: boolean }) {
  const missing = view.years.filter((y) => !y.notice).map((y) => `${y.year}年`)
  return (
    <>
      {missing.length > 0 && <p className="note">{missing.join('、')}的放假安排尚未公布，工作日暂按周一至周五计，公布后会重新计算。</p>}
      {view.is_cut && <p className="note">事项很多，只列出一部分；每天的合计可点开台账看全部。</p>}
      {asList ? <List view={view} month={month} isAll={isAll} /> : <Page view={view} month={month} isAll={isAll} />}
      <p className="muted sources">工作日依据：{view.years.filter((y) => y.notice).map((y) => y.notice).join('；') || '尚无通知'}</p>
    </>
  )
}

function Page({ view, month, isAll }: { view: View; month: string; isAll: boolean }) {
  return (
    <div className="card monthpage">
      <table>
        <caption className="unseen">{said(month)}</caption>
        <thead><tr>{['一', '二', '三', '四', '五', '六', '日'].map((d) => <th key={d} scope="col">周{d}</th>)}</tr></thead>
        <tbody>
          {weeks(view.days).map((week) => (
            <tr key={week[0]?.on}>{week.map((day) => <Cell key={day.on} day={day} isOther={!day.on.startsWith(month)} isToday={day.on === view.today} isAll={isAll} />)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell({ day, isOther, isToday, isAll }: { day: Day; isOther: boolean; isToday: boolean; isAll: boolean }) {
  const look = [isOther && 'other', isToday && 'today', !day.is_working && 'off'].filter(Boolean).join(' ')
  const n = day.n_due + day.n_reviews + day.n_milestones
  return (
    <td className={look || undefined}>
      <p className="on"><b>{Number(day.on.slice(8))}</b>{day.note && <small className={day.is_working ? 'work' : 'rest'}>{day.note}</small>}{isToday && <small className="muted">今日</small>}</p>
      {day.cut_off && <Link to="/statements" search={{}} className="cutoff">写实 {until(day.cut_off).slice(-5)} 截止</Link>}
      <Met day={day} />
      <ul>{day.items.slice(0, ROOM).map((item, i) => <Entry key={i} item={item} />)}</ul>
      {n > ROOM && <More day={day} isAll={isAll} />}
    </td>
  )
}

/** The meetings and the slips of a day; a proposed meeting leads to where it is set. */
function Met({ day }: { day: Day }) {
  return <>{day.meetings.map((m) => (m.id ? <Link key={m.id} to="/meetings/$id" params={{ id: m.id }} className="daymeeting">{m.title} {until(m.at).slice(-5)}</Link> : <Link key="proposed" to="/meetings" className="daymeeting">{m.title}</Link>))}{day.slips.map((s) => <Link key={`${s.id}${s.title}`} to="/slips/$id" params={{ id: s.id }} search={{}} className={s.is_late ? 'daymeeting late' : 'daymeeting'}>{s.title}</Link>)}</>
}

/** What has no room in a day: the whole day in the list, and what is due on it in the ledger. */
function More({ day, isAll }: { day: Day; isAll: boolean }) {
  return <Link to="/calendar" search={{ month: day.on.slice(0, 7), as: 'list', ...(isAll ? { all: '1' } : {}) }} hash={`d${day.on}`} className="more">共 {day.n_due + day.n_reviews + day.n_milestones} 项</Link>
}

function Entry({ item, children }: { item: Item; children?: ReactNode }) {
  return (
    <li className={item.is_done ? 'done' : undefined}>
      <Link to="/tasks/$id" params={{ id: item.task_id }} search={{}} title={`${kinds[item.kind]}：${item.number} ${item.title}${item.is_done ? '（已完成）' : ''}`}>
        <Shape of={item.is_done ? 'done' : item.light} />
        <span className={`kind of-${item.kind}`}>{kinds[item.kind]}</span>
        <span className="number">{item.number}</span>
        <span className="words">{item.title}</span>
        {children}
      </Link>
    </li>
  )
}

function List({ view, month, isAll }: { view: View; month: string; isAll: boolean }) {
  const { first, last } = ends(month)
  const days = view.days.filter((d) => d.on >= first && d.on <= last && (d.items.length > 0 || d.meetings.length > 0 || d.slips.length > 0 || d.cut_off || d.note))
  const door = (day: Day): LedgerSearch => ({ due_from: day.on, due_to: day.on })
  return (
    <ul className="card daylist">
      {days.map((day) => (
        <li key={day.on} id={`d${day.on}`} className={day.on === view.today ? 'today' : undefined}>
          <div>
            <h2>{dayAndWeekday(new Date(`${day.on}T00:00:00+08:00`))}</h2>
            {day.note && <small className={day.is_working ? 'work' : 'rest'}>{day.note}</small>}
            {isAll && day.n_due > 0 && <p><Link to="/ledger" search={door(day)}>到期 {day.n_due} 项</Link></p>}
          </div>
          <div>
            {day.cut_off && <p><Link to="/statements" search={{}}>每周写实 {until(day.cut_off).slice(-5)} 截止</Link></p>}
            <Met day={day} />
            <ul>{day.items.map((item, i) => <Entry key={i} item={item}>{item.is_done && <small className="muted">已完成</small>}</Entry>)}</ul>
          </div>
        </li>
      ))}
      {days.length === 0 && <li className="muted">这个月没有安排。</li>}
    </ul>
  )
}
