// Policy packs: which ship and which were loaded here, what one would change in this round, and taking it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, type Schemas, client, get, save } from '../api/client'
import { FileField, TextField, blank, useSend } from '../ui/form'
import { Dialog, Empty, Loaded, Refused } from '../ui/parts'
import { day } from '../ui/words'
import { Changes } from './changes'
import { Patched } from './palette'

type Pack = Schemas['PackView']
type Round = Schemas['RoundView']

export function Packs({ round }: { round: Round }) {
  const [opened, setOpened] = useState<Pack | null>(null)
  const query = useQuery({ queryKey: ['policy-packs'], queryFn: () => get(client.GET('/api/v1/policy-packs')) })
  return (
    <section className="card stack packs">
      <h2>制度包 <span>{round.policy_pack ? `现行规则取自：${round.policy_pack.name} ${round.policy_pack.version}` : '现行规则是逐项设定的'}</span></h2>
      <p className="muted">一份制度或一类巡视巡察定下的时限、签批链、用语和文书模板，连同每项的依据，放在一个文件里；装入前先看会改变什么，没有写到的照旧。</p>
      <Loaded query={query}>
        {(packs) => packs.length === 0 ? <Empty>还没有制度包。可以导入本单位的制度包文件。</Empty> : (
          <ul className="packlist">
            {packs.map((p) => (
              <li key={p.sha256}>
                <div>
                  <b>{p.name} {p.version}</b> {p.is_shipped ? <span className="tag">随产品提供</span> : <span className="tag">本单位</span>}
                  <p className="muted words">{p.says}；{p.issuer}，自 {day(p.valid_from)} 起</p>
                </div>
                <button type="button" onClick={() => setOpened(p)}>看内容和影响</button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Load />
      {opened && <Whole key={opened.sha256} round={round} pack={opened} onClose={() => setOpened(null)} />}
    </section>
  )
}

/** A pack of one's own, from a file; it is refused with every fault and its place. */
function Load() {
  const queries = useQueryClient()
  const [files, setFiles] = useState<File[]>([])
  const [loaded, setLoaded] = useState('')
  const form = useSend(async () => {
    const file = files[0]
    if (!file) return
    const made = await get(client.POST('/api/v1/policy-packs', { body: { file: await file.text() } }))
    setLoaded(`${made.name} ${made.version}`)
    setFiles([])
    await queries.invalidateQueries({ queryKey: ['policy-packs'] })
  }, () => (files.length === 0 ? ['/file'] : []))
  const faults = form.error instanceof ApiError && form.error.problem.code === 'pack-unsound' ? (form.error.problem.errors ?? []) : []
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); setLoaded(''); void form.submit() }}>
      <FileField label="导入制度包文件（JSON）" accept=".json,application/json" chosen={files} onChoose={setFiles} error={form.at('/file')} />
      {faults.length > 0 && <div role="alert"><ul className="fault">{faults.map((f) => <li key={`${f.pointer} ${f.code}`}><code>{f.pointer || '文件'}</code>：{f.text}</li>)}</ul></div>}
      <Refused error={form.error} shown={['/file', ...faults.map((f) => f.pointer)]} />
      <div className="send">
        <button type="submit" disabled={form.busy}>{form.busy ? '正在核对…' : '导入'}</button>
        {loaded && <small className="ok" role="status">已导入 {loaded}，自带的测试都通过</small>}
      </div>
    </form>
  )
}

/** What a pack fixes and on what, what it would change, and the decision by which it is taken. */
function Whole({ round, pack, onClose }: { round: Round; pack: Pack; onClose: () => void }) {
  const queries = useQueryClient()
  const [basis, setBasis] = useState('')
  const path = { id: round.id, pack: pack.sha256 }
  const query = useQuery({ queryKey: ['policy-pack', round.id, round.version, pack.sha256], queryFn: () => get(client.GET('/api/v1/rounds/{id}/policy-packs/{pack}', { params: { path } })) })
  const take = useSend(async () => {
    await get(client.POST('/api/v1/rounds/{id}/policy-packs/{pack}/take', { params: { path, header: { 'If-Match': `"${round.version}"` } }, body: { basis } }))
    onClose()
    await queries.invalidateQueries()
  }, () => blank({ '/basis': basis }))
  const fetching = useSend(() => save(`/policy-packs/${pack.sha256}/file`))
  return (
    <Dialog title={`${pack.name} ${pack.version}`} onClose={onClose} isWide>
      <div className="send">
        <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>下载制度包文件</button>
        <small className="muted">改成本单位的：换名称或版本号、改取值和依据，再导入</small>
      </div>
      <Refused error={fetching.error} />
      <details>
        <summary>定了什么、依据是什么（{pack.settings.length} 项）</summary>
        <div className="scroll">
          <table className="changes">
            <thead><tr><th>规则</th><th>定为</th><th>依据</th></tr></thead>
            <tbody>{pack.settings.map((s) => <tr key={s.pointer}><td>{s.label}</td><td><Patched text={s.says} /></td><td className="words">{s.basis}</td></tr>)}</tbody>
          </table>
        </div>
      </details>
      {pack.scheme && (
        <details>
          <summary>考评方案</summary>
          <ul>{pack.scheme.says.map((line) => <li key={line}>{line}</li>)}</ul>
          <p className="muted words">依据：{pack.scheme.basis}</p>
        </details>
      )}
      {pack.forms.length > 0 && (
        <details>
          <summary>文书模板 {pack.forms.length} 种</summary>
          <ul className="packlist">{pack.forms.map((form) => <PackForm key={form.kind} pack={pack} form={form} />)}</ul>
        </details>
      )}
      <details>
        <summary>自带的测试 {pack.tests.length} 条，全部通过</summary>
        <ul>{pack.tests.map((t) => <li key={t}>{t}</li>)}</ul>
      </details>
      <Loaded query={query}>
        {(shown) => (
          <>
            {shown.effect.changes.length === 0 ? <p>本轮现行规则与制度包一致，装入只记明来源。</p> : <><h3>装入后改动 {shown.effect.changes.length} 处</h3><Changes preview={shown.effect} /></>}
            {shown.concentrated_until && shown.concentrated_until !== shown.concentrated_until_now && (
              <p className="note">按制度包，集中整改应至 {day(shown.concentrated_until)}；本轮填的是 {shown.concentrated_until_now ? day(shown.concentrated_until_now) : '（未填）'}，装入不改这个日期，请在上面的轮次资料里核对。</p>
            )}
            {shown.scheme_then && <SchemeChange now={shown.scheme_now ?? null} then={shown.scheme_then} />}
            {shown.forms.length > 0 && <ul>{shown.forms.map((form) => <li key={form.kind}>{form.is_same ? `${form.label}：与本轮现用的模板一致` : `${form.label}：本轮改用制度包的模板，现用${form.version_now ? `第 ${form.version_now} 版` : '系统自带的'}；其他轮次和已有的文书不变`}</li>)}</ul>}
            <TextField label="装入依据" value={basis} onChange={setBasis} error={take.at('/basis')} hint="如：领导组第1次会议纪要" />
            <Refused error={take.error} shown={['/basis']} />
            <div className="send">
              <button type="button" className="main" disabled={take.busy || !round.is_office} onClick={() => void take.submit()}>{take.busy ? '正在装入…' : '装入本轮'}</button>
              <button type="button" onClick={onClose}>取消</button>
            </div>
          </>
        )}
      </Loaded>
    </Dialog>
  )
}

/** A template of a pack, to be looked at in Word before the pack is taken. */
function PackForm({ pack, form }: { pack: Pack; form: Schemas['PackForm'] }) {
  const fetching = useSend(() => save(`/policy-packs/${pack.sha256}/forms/${form.kind}/file`))
  return (
    <li>
      <div>{form.label}<p className="muted words">依据：{form.basis}</p><Refused error={fetching.error} /></div>
      <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>下载看样</button>
    </li>
  )
}

/** What would be edited of the scheme of appraisal; nothing counts before it is published. */
function SchemeChange({ now, then }: { now: string[] | null; then: string[] }) {
  const differs = then.filter((line) => !now?.includes(line))
  if (now && differs.length === 0 && now.length === then.length) return <p>考评方案的草稿与制度包一致。</p>
  return (
    <details open={now !== null}>
      <summary>{now ? `考评方案的草稿改动 ${differs.length} 处` : '考评方案存为草稿'}，由主要负责人公布后才计分</summary>
      <div className="scroll">
        <table className="changes">
          <thead><tr><th>现在的草稿</th><th>装入后</th></tr></thead>
          <tbody><tr><td>{now ? now.map((line) => <p key={line}>{then.includes(line) ? line : <del>{line}</del>}</p>) : '（还没有）'}</td><td>{then.map((line) => <p key={line}>{now && !now.includes(line) ? <mark>{line}</mark> : line}</p>)}</td></tr></tbody>
        </table>
      </div>
    </details>
  )
}
