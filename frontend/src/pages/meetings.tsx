// The meetings of a round: the next one, those that were held, and the form that arranges one.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { MeetingForm } from '../meetings/form'
import { NoRound, useRound } from '../session'
import '../styles/checks.css'
import '../styles/meetings.css'
import { Empty, Loaded, State } from '../ui/parts'
import { useTitle } from '../ui/title'
import { dayAndWeekday, moment } from '../ui/words'

export function Meetings() {
  useTitle('会议')
  const round = useRound()
  const [isNew, setNew] = useState(false)
  const query = useQuery({ queryKey: ['meetings', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/meetings', { params: { path: { id: round } } })), enabled: round !== '' })
  if (round === '') return <NoRound title="会议" />
  return (
    <>
      <div className="head">
        <h1>会议</h1>
        <p>{query.data?.held.filter((h) => h.n > 0).map((h) => `${h.label} ${h.n} 次`).join('，') || '协调会、动员部署会、党委会专题研究、领导组会、专题民主生活会'}</p>
        <div className="acts">{query.data?.may_schedule && <button type="button" className={isNew ? '' : 'main'} onClick={() => setNew(!isNew)}>{isNew ? '收起' : '安排会议'}</button>}</div>
      </div>
      <Loaded query={query}>
        {(list) => (
          <>
            {isNew && <MeetingForm on={list.proposed_on ?? null} onClose={() => setNew(false)} />}
            {list.proposed_on && !isNew && (
              <section className="card nextact" aria-label="下一次协调会">
                <div className="actline">
                  <p><b>下一次协调会建议 {dayAndWeekday(new Date(`${list.proposed_on}T09:00:00+08:00`))}</b><span className="muted">　按本轮规则推算，还没有确定</span></p>
                  {list.may_schedule && <button type="button" className="main" onClick={() => setNew(true)}>确定或改期</button>}
                </div>
              </section>
            )}
            <Whole list={list} />
          </>
        )}
      </Loaded>
    </>
  )
}

function Whole({ list }: { list: Schemas['MeetingList'] }) {
  if (list.items.length === 0) return <Empty>{list.may_schedule ? '还没有会议。从“安排会议”开始；议程会按台账自动排好。已经开过的会也可以登记。' : '还没有会议。安排了会议会出现在这里。'}</Empty>
  const ahead = list.items.filter((m) => !m.is_over)
  const over = list.items.filter((m) => m.is_over)
  return (
    <>
      {ahead.length > 0 && <section className="part"><header><h2>将开和正在开的会 <span>{ahead.length}</span></h2></header><Lines items={[...ahead].reverse()} /></section>}
      {over.length > 0 && <section className="part"><header><h2>开过的会 <span>{over.length}</span></h2></header><Lines items={over} /></section>}
    </>
  )
}

function Lines({ items }: { items: Schemas['MeetingLineView'][] }) {
  return (
    <ul className="card lines checklines">
      {items.map((m) => (
        <li key={m.id}>
          <div className="line">
            <div className="what">
              <p><b>{m.kind_label}</b><State label={m.state_label} /></p>
              <p><Link to="/meetings/$id" params={{ id: m.id }}>{m.title}</Link></p>
              <p className="muted">{[m.number, m.n_items > 0 && `议题 ${m.n_items}`, m.n_resolutions > 0 && `议定 ${m.n_resolutions} 项`, m.n_left > 0 && `未办结 ${m.n_left} 项`].filter(Boolean).join('，')}</p>
            </div>
            <div className="span"><span>{moment(m.at)}</span></div>
            <div className="do"><Link to="/meetings/$id" params={{ id: m.id }} className={m.open_actions.length > 0 ? 'button main' : 'button quiet'}>{m.open_actions.length > 0 ? '办理' : '查看'}</Link></div>
          </div>
        </li>
      ))}
    </ul>
  )
}
