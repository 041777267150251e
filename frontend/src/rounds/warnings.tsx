// Of what people are told in this round, when, to whom and how: the rules as they hold now.
import { useQuery } from '@tanstack/react-query'
import { client, get } from '../api/client'
import { Loaded } from '../ui/parts'

export function Warnings({ round }: { round: string }) {
  const query = useQuery({
    queryKey: ['round', round, 'warnings'],
    queryFn: () => get(client.GET('/api/v1/rounds/{id}/warnings', { params: { path: { id: round } } })),
  })
  return (
    <section className="card stack">
      <h2>提醒规则 <span>什么事、什么时候、通知谁。每件事对每人每天只通知一次；系统里一律都有，外发另看最后一列</span></h2>
      <Loaded query={query}>
        {(rules) => (
          <table className="warnings">
            <thead><tr><th>提醒</th><th>何时</th><th>通知谁（由近及远）</th><th>由哪条规则定</th><th>外发</th></tr></thead>
            <tbody>
              {rules.map((r) => (
                <tr key={r.rule}>
                  <td>{r.label}{r.may_be_quiet && <small className="muted">本人可设为不提醒</small>}</td>
                  <td>{r.when}</td>
                  <td>{r.told.join(' → ')}</td>
                  <td>{r.settings.length > 0 ? [...new Set(r.settings.map((s) => s.label.split('：')[0]))].join('、') : <span className="muted">—</span>}</td>
                  <td className="nowrap">{r.channels.length > 0 ? r.channels.join('、') : <span className="muted">不外发</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      <p className="muted">时限和亮灯在上面的“规则”里改，改前能看到会影响哪些任务；外发方式由系统管理员在“组织与账号 › 消息外发”里定。</p>
    </section>
  )
}
