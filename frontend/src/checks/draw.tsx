// The draw of a check as it goes on: who has given what, the number one gives oneself, and the record when it is done.
import { useState } from 'react'
import { ApiError, client, get } from '../api/client'
import { useSession } from '../session'
import { Field, useSend } from '../ui/form'
import { Refused } from '../ui/parts'
import { moment } from '../ui/words'
import { useCheckAct } from './act'
import { Strata } from './figures'
import { commitmentOf, grouped, kept, made, written } from './nonce'
import { Verification } from './verification'
import type { Check } from './words'

type Draw = NonNullable<Check['draw']>

const isSameDraw = (draw: Draw, action: string) => (now: Check) => now.draw?.root === draw.root && now.open_actions.some((a) => a.action === action)

/** The number one gives: made here, written down, promised. */
export function CommitForm({ check, draw }: { check: Check; draw: Draw }) {
  const { me } = useSession()
  const person = me.person_id ?? ''
  const [nonce] = useState(() => made(check.id, draw.nth, person))
  const [isNoted, setNoted] = useState(false)
  const form = useCheckAct(check, 'commitments', () => ({ commitment: commitmentOf(check.id, person, nonce) }), { holds: isSameDraw(draw, 'commit_nonce') })
  return (
    <div className="stack">
      <p>本机已为您产生一个随机数，别人都不知道。先登记它的校验码，各方都登记后再公开；公开时与校验码不符会被拒绝，所以谁也不能看了别人的再改自己的。</p>
      <Secret nonce={nonce} title={check.title} />
      <p className="muted">已存在这台设备的浏览器里，公开时自动填入。请另抄写或打印一份：换了设备、清了浏览器就要凭它公开。</p>
      <label className="check"><input type="checkbox" checked={isNoted} onChange={(e) => setNoted(e.target.checked)} /><span>已抄写、复制或打印</span></label>
      <Refused error={form.error} />
      <div className="send"><button type="button" className="main" disabled={!isNoted || form.busy} onClick={() => void form.submit()}>{form.busy ? '正在登记…' : '登记随机数'}</button></div>
    </div>
  )
}

function Secret({ nonce, title }: { nonce: string; title: string }) {
  const [isCopied, setCopied] = useState(false)
  // The clipboard of the browser is not there without https; what is selected can be copied everywhere.
  const copy = () => {
    const area = document.createElement('textarea')
    area.value = nonce
    document.body.append(area)
    area.select()
    setCopied(document.execCommand('copy'))
    area.remove()
  }
  const print = () => {
    document.documentElement.classList.add('printsecret')
    window.print()
    document.documentElement.classList.remove('printsecret')
  }
  return (
    <div className="nonce">
      <p className="onpaper">{title}　本人随机数，公开前请妥善保管</p>
      <p className="secretnumber" data-testid="nonce">{grouped(nonce)}</p>
      <div className="send noprint"><button type="button" onClick={copy}>{isCopied ? '已复制' : '复制'}</button><button type="button" onClick={print}>打印</button></div>
    </div>
  )
}

/** The number one promised, from this device or as it was written down. */
export function RevealForm({ check, draw }: { check: Check; draw: Draw }) {
  const { me } = useSession()
  const known = kept(check.id, draw.nth, me.person_id ?? '')
  const [text, setText] = useState(known ? grouped(known) : '')
  const form = useCheckAct(check, 'nonces', () => ({ nonce: written(text) ?? '' }), { holds: isSameDraw(draw, 'reveal_nonce') })
  const isWhole = written(text) !== null
  return (
    <form className="stack" noValidate onSubmit={(e) => { e.preventDefault(); void form.submit() }}>
      <p>各方都已登记。公开您的随机数；最后一方公开时，系统当场得出抽取结果。</p>
      <Field label="您的随机数" error={form.at('/nonce')} hint={known ? '取自这台设备' : '这台设备上没有，请按抄写的填写（64 位数字和字母 a–f，空格不计）'}>
        {(id, invalid) => <textarea id={id} rows={3} className="secretnumber" spellCheck={false} autoCapitalize="off" value={text} aria-invalid={invalid} onChange={(e) => setText(e.target.value)} />}
      </Field>
      <Refused error={form.error} shown={['/nonce']} />
      <div className="send"><button type="submit" className="main" disabled={!isWhole || form.busy}>{form.busy ? '正在公开…' : '公开随机数'}</button>{!isWhole && text.trim() !== '' && <small className="amber">还不是完整的 64 位</small>}</div>
    </form>
  )
}

export function DrawOf({ check, draw }: { check: Check; draw: Draw }) {
  const { me } = useSession()
  const [text, setText] = useState<string | null>(null)
  const nonce = kept(check.id, draw.nth, me.person_id ?? '')
  const fetched = async () => {
    const bundle = await get(client.GET('/api/v1/checks/{id}/bundle', { params: { path: { id: check.id } }, parseAs: 'text' }))
    if (typeof bundle !== 'string') throw new ApiError({ type: '', title: '抽取记录没有取到，请重试', status: 0, code: 'offline', instance: '', errors: [] })
    return bundle as string
  }
  const verify = useSend(async () => setText(await fetched()))
  const fetching = useSend(async () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([await fetched()], { type: 'application/json' }))
    link.download = `抽取记录-${check.title}-第${draw.nth}次.json`
    link.click()
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  })
  const isDrawn = draw.seed !== null && draw.seed !== undefined
  return (
    <section className="card drawof">
      <h2>抽取 <span>第 {draw.nth} 次，{moment(draw.taken_at)} 冻结，抽样框 {draw.size} 项</span></h2>
      {draw.is_quick && <p className="note">快速抽取：随机数由服务器一方产生，没有其他方见证。可以复核计算，不能证明服务器没有挑选。</p>}
      {!draw.is_quick && (
        <ul className="partylist">
          {draw.parties.map((p) => (
            <li key={p.person}>
              <span><b>{p.name}</b>{p.is_own && '（本人）'}<small className="muted">{p.line_label}</small></span>
              <span className={p.has_committed ? 'ok' : 'muted'}>{p.has_committed ? '✓ 已登记' : '○ 未登记'}</span>
              <span className={p.has_revealed ? 'ok' : isDrawn ? 'amber' : 'muted'}>{p.has_revealed ? '✓ 已公开' : isDrawn ? '未公开，缺席' : '○ 未公开'}</span>
            </li>
          ))}
        </ul>
      )}
      {draw.went_on && <p>有一方未公开，抽取继续。理由：{draw.went_on}</p>}
      {check.given_up.map((g) => <p key={g.nth} className="amber">第 {g.nth} 次抽取已作废：{g.reason}</p>)}
      {draw.excluded.length > 0 && <p className="muted">剔除 {draw.excluded.length} 项：{draw.excluded.map((x) => `${x.number}（${x.reason}）`).join('、')}</p>}
      <details className="depth"><summary>分层与抽取数</summary><Strata strata={draw.strata.map(({ name, size, sample }) => ({ name, size, sample }))} /></details>
      <details className="depth"><summary>校验值</summary><dl className="said"><dt>根值</dt><dd className="code">{draw.root}</dd>{isDrawn && <><dt>种子</dt><dd className="code">{draw.seed}</dd></>}</dl></details>
      {isDrawn && (
        <>
          <div className="send">
            <button type="button" className="soft" disabled={verify.busy} onClick={() => void verify.submit()}>在本页重新抽取并验证</button>
            <button type="button" disabled={fetching.busy} onClick={() => void fetching.submit()}>下载抽取记录</button>
          </div>
          <Refused error={verify.error ?? fetching.error} />
          {text !== null && <Verification key={text.length} text={text} agreeing={{ root: draw.root, seed: draw.seed ?? null, tasks: check.targets.map((t) => t.task_id) }} own={nonce && me.person_id ? { person: me.person_id, nonce } : null} />}
        </>
      )}
    </section>
  )
}
