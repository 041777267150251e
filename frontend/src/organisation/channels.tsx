// Which messages leave the page and by which way, for everybody; and those that did not arrive.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type Schemas, client, get } from '../api/client'
import { Overtaken, useEdit } from '../ui/edit'
import { useSend } from '../ui/form'
import { Empty, Loaded, Refused } from '../ui/parts'
import { moment } from '../ui/words'

type Rules = Schemas['ChannelRules']
const ways = [{ key: 'mail', label: '邮件' }, { key: 'robot', label: '机器人' }] as const

export function Channels() {
  const rules = useQuery({ queryKey: ['channel-rules'], queryFn: () => get(client.GET('/api/v1/channel-rules')) })
  return (
    <>
      <Failed />
      <Loaded query={rules}>{(found) => <Choices rules={found} />}</Loaded>
    </>
  )
}

function Choices({ rules }: { rules: Rules }) {
  const queries = useQueryClient()
  const edit = useEdit<Record<string, string[]>>(Object.fromEntries(rules.rules.map((r) => [r.rule, r.channels])))
  const chosen = edit.value
  const changed = rules.rules.filter((r) => [...(chosen[r.rule] ?? [])].sort().join() !== [...r.channels].sort().join())
  const save = useSend(async () => {
    queries.setQueryData(['channel-rules'], await get(client.PUT('/api/v1/channel-rules', { body: { rules: chosen, version: rules.version } })))
    edit.drop()
  })
  const flip = (rule: string, way: string) => {
    const had = chosen[rule] ?? []
    edit.change({ ...chosen, [rule]: had.includes(way) ? had.filter((w) => w !== way) : [...had, way] })
  }
  const off = [!rules.has_mail && '邮件（未设发信服务器）', rules.robot_hosts.length === 0 && '机器人（未设允许的主机）'].filter(Boolean)
  return (
    <section className="card stack">
      <h2>哪些消息外发 <span>系统里的消息一律都有；外发的只发给在“我的”里填了地址的人，只说有什么要办。何时提醒由各轮次的规则定，见“轮次设置 › 提醒规则”</span></h2>
      {off.length > 0 && <p className="muted">还没有接通：{off.join('、')}。接通在服务器的配置里办，接通前这里的选择先存着。</p>}
      <div className="scroll"><table className="channels">
        <thead><tr><th>消息</th><th>通知谁（由近及远）</th>{ways.map((w) => <th key={w.key}>{w.label}</th>)}</tr></thead>
        <tbody>
          {rules.rules.map((r) => (
            <tr key={r.rule}>
              <td className="words">{r.label}</td>
              <td className="words">{r.told.join(' → ')}</td>
              {ways.map((w) => <td key={w.key}><input type="checkbox" aria-label={`${r.label}，${w.label}`} checked={chosen[r.rule]?.includes(w.key) ?? false} onChange={() => flip(r.rule, w.key)} /></td>)}
            </tr>
          ))}
        </tbody>
      </table></div>
      <Overtaken of={edit} what="同一类消息的外发" />
      <Refused error={save.error} />
      <div className="send">
        <button type="button" className="main" disabled={save.busy || edit.isOvertaken || changed.length === 0} onClick={() => void save.submit()}>{changed.length > 0 ? `保存 ${changed.length} 处改动` : '保存'}</button>
        <small className="muted" role="status">{changed.length > 0 ? `改动：${changed.map((r) => r.label).join('；')}` : '没有改动'}</small>
      </div>
    </section>
  )
}

function Failed() {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['failed-notices'], queryFn: () => get(client.GET('/api/v1/failed-notices')), refetchInterval: 30_000 })
  const retry = useSend(async () => {
    await get(client.POST('/api/v1/failed-notices/retry'))
    await queries.invalidateQueries({ queryKey: ['failed-notices'] })
  })
  return (
    <section className="card stack">
      <h2>没有发出去的 <span>先自动重发五次，仍不成的留在这里</span></h2>
      <Loaded query={query}>
        {(found) => found.length === 0 ? <Empty>都发出去了。</Empty> : (
          <>
            <div className="scroll"><table>
              <thead><tr><th>发给</th><th>消息</th><th>方式</th><th>何时</th><th>原因</th><th>下次重发</th></tr></thead>
              <tbody>{found.map((f) => <tr key={`${f.id} ${f.channel}`}><td className="nowrap">{f.recipient}</td><td className="words">{f.text}</td><td className="nowrap">{f.channel_label}</td><td className="nowrap">{moment(f.at)}</td><td className="words">{f.fault}</td><td className="nowrap">{f.again_at ? moment(f.again_at) : `已停，试了 ${f.attempts} 次`}</td></tr>)}</tbody>
            </table></div>
            <Refused error={retry.error} />
            <div className="send"><button type="button" disabled={retry.busy} onClick={() => void retry.submit()}>现在全部重发</button></div>
          </>
        )}
      </Loaded>
    </section>
  )
}
