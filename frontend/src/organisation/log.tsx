// Everything that happened, in its sealed order, the newest first, by kind, thing and day; above it how far it is sealed, signed and verified.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Schemas, client, get } from '../api/client'
import { DayInput } from '../ui/dayfield'
import { TextField, useSend } from '../ui/form'
import { Empty, Loaded, Refused } from '../ui/parts'
import { SaveFile } from '../ui/savefile'
import { checkCode, moment, said } from '../ui/words'

const limit = 100
const nothing = { stream_kind: '', stream_id: '', from: '', to: '' }

export function Log() {
  const [wanted, setWanted] = useState(nothing)
  /** The positions that the pages turned so far began before. */
  const [turned, setTurned] = useState<number[]>([])
  const before = turned[turned.length - 1]
  const narrow = (change: Partial<typeof nothing>) => {
    setTurned([])
    setWanted({ ...wanted, ...change })
  }
  const asked = { stream_kind: wanted.stream_kind || undefined, stream_id: wanted.stream_id || undefined, from: wanted.from || undefined, to: wanted.to || undefined }
  const query = useQuery({ queryKey: ['log', before, asked], queryFn: () => get(client.GET('/api/v1/audit/events', { params: { query: { before, limit, ...asked } } })) })
  const state = useQuery({ queryKey: ['log', 'state'], queryFn: () => get(client.GET('/api/v1/audit/ledger')) })
  const isNarrowed = Object.values(asked).some(Boolean)
  return (
    <>
      <Loaded query={state}>{(ledger) => <Sealed ledger={ledger} />}</Loaded>
      <div className="filters">
        <select aria-label="种类" value={wanted.stream_kind} onChange={(e) => narrow({ stream_kind: e.target.value, stream_id: '' })}>
          <option value="">全部种类</option>
          {state.data?.kinds.map((k) => <option key={k.kind} value={k.kind}>{k.label}</option>)}
        </select>
        <span className="day"><DayInput label="从哪天起" value={wanted.from} lies="behind" onChange={(from) => narrow({ from })} /></span>
        <span aria-hidden="true">至</span>
        <span className="day"><DayInput label="到哪天止" value={wanted.to} lies="behind" onChange={(to) => narrow({ to })} /></span>
        <SaveFile path={`/audit/events/file?${new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== '')).toString()}`} label="导出" />
        {isNarrowed && <button type="button" onClick={() => narrow(nothing)}>{wanted.stream_id ? '不只看这一项' : '清除条件'}</button>}
      </div>
      <Loaded query={query}>
        {(events) => events.length === 0 ? <Empty>{turned.length > 0 ? '再往前没有了。' : isNarrowed ? '没有符合条件的日志。' : '还没有日志。'}</Empty> : (
          <div className="scroll card">
            <table>
              <thead><tr><th>序</th><th>时间</th><th>何人</th><th>何物</th><th>何事</th><th>来自</th><th>校验码</th></tr></thead>
              <tbody>
                {events.map((e) => (
                  <tr key={e.position}>
                    <td>{e.position}</td><td className="nowrap">{moment(e.at)}</td><td className="nowrap">{e.name ?? '系统'}</td>
                    <td className="nowrap"><button type="button" className="plain" title="只看这一项" onClick={() => narrow({ stream_kind: '', stream_id: e.stream_id })}>{e.stream_label} {e.seq}</button></td>
                    <td className="words">{said(e.text)}</td><td>{e.address || '—'}</td><td className="code" title={e.hash}>{checkCode(e.hash)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <div className="pager">
              {turned.length > 0 && <button type="button" onClick={() => setTurned(turned.slice(0, -1))}>较新的</button>}
              {events.length === limit && <button type="button" onClick={() => setTurned([...turned, events[limit - 1]?.position ?? 0])}>较早的</button>}
            </div>
          </div>
        )}
      </Loaded>
    </>
  )
}

/** How far the ledger is sealed, signed and verified. */
function Sealed({ ledger }: { ledger: Schemas['LedgerState'] }) {
  const { newest, newest_signed: signed, verification: last } = ledger
  return (
    <section className="card sealed">
      <dl>
        <dt>已封存</dt><dd>{newest ? `${newest.size} 件，${moment(newest.made_at)}` : '还没有'}{ledger.waiting > 0 && <small className="muted">另有 {ledger.waiting} 件待封存</small>}</dd>
        <dt>已签名</dt>
        <dd>
          {signed ? `到第 ${signed.size} 件，${moment(signed.made_at)}` : '签名进程还没有签过'}
          {signed && <a className="button" download={`检查点-${signed.size}.txt`} href={`data:text/plain;charset=utf-8,${encodeURIComponent(signed.note)}`}>保存检查点</a>}
        </dd>
        <dt>上次核对</dt>
        <dd>
          {last ? `${moment(last.made_at)}，${last.is_partial ? '检查点以后的' : '全部'}，到第 ${last.size} 件，核对签名 ${last.signed} 个，外存检查点 ${last.anchors} 个` : '还没有核对过，由管理员运行 bihuan audit verify'}
          {last && <b className={last.faults > 0 ? 'bad' : 'good'}>{last.faults > 0 ? `不一致 ${last.faults} 处` : '一致'}</b>}
        </dd>
        {newest && <><dt>根</dt><dd className="code">{newest.root}</dd></>}
      </dl>
      {last?.first_fault && <div className="refused" role="alert">从这里开始不一致：{last.first_fault}</div>}
      <Covered />
    </section>
  )
}

/** The lines of a code at the foot of a document: which ledger, how many events, the root. */
function readCode(text: string) {
  const lines = text.trim().split(/\s+/)
  const [size, root] = lines.slice(-2)
  return /^\d+$/.test(size ?? '') && root ? { size: Number(size), root } : null
}

/** Whether a document's foot is this ledger's. */
function Covered() {
  const [isOpen, setOpen] = useState(false)
  const [code, setCode] = useState('')
  const [found, setFound] = useState<Schemas['CoversView'] | null>(null)
  const form = useSend(async () => {
    setFound(null)
    const query = readCode(code) ?? { size: 0, root: '' }
    setFound(await get(client.GET('/api/v1/audit/covers', { params: { query } })))
  }, () => (readCode(code) ? [] : ['/root']))
  if (!isOpen) return <div className="send"><button type="button" onClick={() => setOpen(true)}>核验文书</button></div>
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <TextField label="文书页脚核验码的内容" value={code} onChange={setCode} rows={4} hint="用手机扫页脚的二维码，把三行文字粘贴在这里" error={form.at('/root')} />
      <Refused error={form.error} shown={['/root']} />
      <div className="send"><button type="submit" className="main" disabled={form.busy}>核验</button><button type="button" onClick={() => setOpen(false)}>收起</button></div>
      {found && (found.is_covered
        ? <p role="status"><b className="good">是本台账</b>，总序到 {found.size} 的历史原样在{found.is_signed ? '已签名的' : '尚未签名的'}检查点之下。<a className="button" download={`核验-${found.size}.txt`} href={`data:text/plain;charset=utf-8,${encodeURIComponent([...found.proof, '', found.checkpoint].join('\n'))}`}>保存证明</a></p>
        : <p role="status"><b className="bad">不是本台账</b>，或历史已被改写、截短：检查点不以这 {found.size} 件、这个根开头。</p>)}
    </form>
  )
}
