// The minutes of a meeting as they are printed, and beside each item whether it moved afterwards.
import { Link } from '@tanstack/react-router'
import '../styles/paper.css'
import { day, moment } from '../ui/words'
import type { Meeting } from './act'

export function Minutes({ meeting }: { meeting: Meeting }) {
  const resolved = meeting.items.filter((i) => i.resolution)
  const ratified = meeting.items.filter((i) => i.outcome === 'ratified')
  return (
    <>
      <article className="card paper minutes">
        <header><h2>会议纪要</h2><p>{meeting.number}</p></header>
        <table>
          <tbody>
            <tr><th>会议</th><td>{meeting.title}（{meeting.kind_label}）</td></tr>
            <tr><th>时间</th><td>{moment(meeting.opened_at ?? meeting.at)}</td></tr>
            <tr><th>地点</th><td>{meeting.place}</td></tr>
            <tr><th>主持</th><td>{meeting.chair?.name ?? meeting.chair_name}</td></tr>
            <tr><th>参加</th><td>{[...meeting.attendees.map((p) => p.name), ...meeting.guests].join('、') || '—'}</td></tr>
            {meeting.summary && <tr><th>主要内容</th><td className="words">{meeting.summary}</td></tr>}
          </tbody>
        </table>
        {meeting.items.length > 0 && (
          <>
            <h3>一、议题</h3>
            <ol className="topics">{meeting.items.map((i) => <li key={i.key}>{i.number && `${i.number} `}{i.title}（{i.outcome_label}）</li>)}</ol>
            <h3>二、议定事项</h3>
            {resolved.length === 0 && <p>无。</p>}
            {resolved.length > 0 && (
              <table>
                <thead><tr><th>序号</th><th>事项</th><th>责任单位、责任人</th><th>时限</th></tr></thead>
                <tbody>{resolved.map((i, n) => <tr key={i.key}><td>{n + 1}</td><td>{i.number && `（${i.number}）`}{i.resolution?.text}</td><td>{[i.resolution?.unit?.name, i.resolution?.person?.name].filter(Boolean).join('、')}</td><td>{day(i.resolution?.due_on)}</td></tr>)}</tbody>
              </table>
            )}
            {ratified.length > 0 && <><h3>三、审定销号</h3><p>会议审定同意销号 {ratified.length} 项：{ratified.map((i) => `${i.number ?? ''}${i.title}`).join('；')}。</p></>}
          </>
        )}
      </article>
      {meeting.items.length > 0 && (
        <section className="part noprint">
          <header><h2>会后情况</h2></header>
          <ul className="card lines">
            {meeting.items.map((i) => (
              <li key={i.key}>
                <div className="line">
                  <div className="what">
                    <p>{i.task_id && <Link to="/tasks/$id" params={{ id: i.task_id }} search={{}} className="number">{i.number}</Link>}{i.title}</p>
                    {i.resolution && <p className="muted">议定：{i.resolution.text}，{[i.resolution.unit?.name, i.resolution.person?.name].filter(Boolean).join('、')}，{day(i.resolution.due_on)} 前</p>}
                    {i.moved && <p>{i.moved.length > 0 ? <><span className="ok">已推进</span>　{i.moved.join('，')}</> : <span className="amber">会后没有推进</span>}</p>}
                  </div>
                  {i.resolution && <div className="do"><span className="state">{i.resolution.standing_label}</span><Link to="/resolutions/$id" params={{ id: i.resolution.id }} className="button quiet">查看</Link></div>}
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
