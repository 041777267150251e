// What rectification costs units in filling in: eight weeks by unit, the most minutes first. It says nothing of persons, and ranks nobody.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Schemas, client, get } from '../api/client'
import { NoRound, useRound } from '../session'
import '../styles/brief.css'
import '../styles/rules.css'
import { Empty, Loaded } from '../ui/parts'
import { useTitle } from '../ui/title'

type Effort = Schemas['BurdenEffort']

/** Minutes as people say them. */
const spent = (minutes: number) => (minutes < 60 ? `${minutes} 分钟` : `${Math.round(minutes / 6) / 10} 小时`)

export function Burden() {
  useTitle('填报负担')
  const round = useRound()
  const query = useQuery({ queryKey: ['burden', round], queryFn: () => get(client.GET('/api/v1/rounds/{id}/burden', { params: { path: { id: round }, query: {} } })), enabled: round !== '' })
  if (round === '') return <NoRound title="填报负担" />
  return (
    <>
      <p className="pathline"><Link to="/brief" search={{}}>每周简报</Link> › 填报负担</p>
      <div className="head"><h1>填报负担</h1><p>近八周各单位填报花了多少，由交出的文字推算，不记录个人</p><div className="acts"><button type="button" className="quiet wideonly" onClick={() => window.print()}>打印</button></div></div>
      <Loaded query={query}>{(view) => (view.units.length === 0 ? <Empty>近八周单位没有填报。任务下发后，写实、方案、申请和答复会计在这里。</Empty> : <Whole view={view} />)}</Loaded>
    </>
  )
}

function Whole({ view }: { view: Schemas['BurdenView'] }) {
  const most = Math.max(1, ...view.units.flatMap((u) => u.weeks.map((w) => w.minutes)))
  return (
    <>
      <ul className="rulefigures" aria-label="八周合计">
        {figures(view).map(([label, n]) => <li key={label}><div className="figure"><b>{n}</b><span>{label}</span></div></li>)}
      </ul>
      <div className="card scroll">
        <table className="burden">
          <caption className="unseen">各单位八周填报</caption>
          <thead><tr><th scope="col">单位（每周自周一起）</th><th scope="col">估算</th><th scope="col">件</th><th scope="col">填写字数</th><th scope="col">带入字数</th><th scope="col">导出</th>{view.weeks.map((w) => <th key={w.week} scope="col">{w.monday.slice(5).replace('-', '/')}</th>)}</tr></thead>
          <tbody>
            {view.units.map((u) => (
              <tr key={u.id}>
                <th scope="row">{u.name}</th>
                <td data-label="估算"><b>{spent(u.all.minutes)}</b></td>
                <td data-label="件">{u.all.hand_ins}</td>
                <td data-label="填写字数">{u.all.typed}</td>
                <td data-label="带入字数">{u.all.carried}</td>
                <td data-label="导出">{u.exports}</td>
                {u.weeks.map((w, i) => <Cell key={view.weeks[i]?.week} of={w} most={most} />)}
              </tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row">合计</th><td data-label="估算"><b>{spent(view.all.minutes)}</b></td><td data-label="件">{view.all.hand_ins}</td><td data-label="填写字数">{view.all.typed}</td><td data-label="带入字数">{view.all.carried}</td><td data-label="导出">{view.exports}</td>{view.weeks.map((w) => <td key={w.week} className="week">{w.all.minutes || '—'}</td>)}</tr></tfoot>
        </table>
      </div>
      <p className="muted">每周一格为估算分钟：每个填写的栏目半分钟，每 {view.characters_a_minute} 字一分钟，不含调研、找材料的时间。与任务原文或前次所报相同的、由系统带入的，算“带入”，不计时间。</p>
    </>
  )
}

function figures(view: Schemas['BurdenView']): [string, string | number][] {
  return [['估算用时', spent(view.all.minutes)], ['交出', `${view.all.hand_ins} 件`], ['填写', `${view.all.typed} 字`], ['自动带入', `${view.all.carried} 字`], ['导出表格、文件', `${view.exports} 份`], ['自动生成文书', `${view.documents} 份`]]
}

function Cell({ of, most }: { of: Effort; most: number }) {
  return <td className="week">{of.minutes > 0 ? <><span>{of.minutes}</span><i aria-hidden="true" style={{ inlineSize: `${Math.max(4, Math.round((of.minutes / most) * 100))}%` }} /></> : <span className="muted">—</span>}</td>
}
