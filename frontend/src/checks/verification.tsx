// A draw that is made again before one's eyes: what was computed, and whether it agrees.
import { useMemo } from 'react'
import { type Verdict, drawAgain } from './verify'

export type Own = { person: string; nonce: string }

export function Verification({ text, agreeing, own }: {
  text: string
  /** What the check's page shows, to be compared with the record. */
  agreeing?: { root: string; seed: string | null; tasks: string[] }
  own?: Own | null
}) {
  const verdict = useMemo(() => drawAgain(text), [text])
  const { bundle } = verdict
  const steps = [...verdict.steps]
  if (bundle && agreeing) {
    const isShown = bundle.root === agreeing.root && bundle.seed === agreeing.seed && bundle.sample.map((d) => d.task).join() === agreeing.tasks.join()
    steps.push({ name: '本页所列任务', wrong: isShown ? null : '本页所列与抽取记录不同' })
  }
  if (bundle && own) {
    const given = bundle.commitments.find((c) => c.person === own.person)
    if (given?.nonce) steps.push({ name: '您的随机数', wrong: given.nonce === own.nonce ? null : '记录里的不是您这台设备上的随机数' })
  }
  const wrong = steps.filter((s) => s.wrong !== null)
  return (
    <div className={wrong.length === 0 ? 'verdict agrees' : 'verdict differs'} role="status">
      <p className="verdictline"><b>{wrong.length === 0 ? '✓ 全部一致' : `✗ 有 ${wrong.length} 处不一致`}</b>{wrong.length === 0 ? '　本页已独立重新抽取一遍，结果与记录相同。' : '　这份记录不能采信，请核对文件来源。'}</p>
      <ol className="verdictsteps">
        {steps.map((s) => <li key={s.name} className={s.wrong === null ? 'ok' : 'late'}>{s.wrong === null ? `✓ ${s.name}` : `✗ ${s.name}：${s.wrong}`}</li>)}
      </ol>
      {bundle && wrong.length === 0 && <Said bundle={bundle} />}
    </div>
  )
}

function Said({ bundle }: { bundle: NonNullable<Verdict['bundle']> }) {
  const { frame } = bundle
  const silent = frame.parties.filter((_, i) => bundle.commitments[i]?.nonce === null)
  const number = (task: string) => frame.entries.find((e) => e.task === task)?.number ?? ''
  const name = (person: string) => frame.inspectors.find((i) => i.person === person)?.name ?? ''
  return (
    <dl className="said">
      <dt>抽取</dt><dd>第 {frame.nth} 次，抽样框 {frame.entries.length} 项、{frame.strata.length} 层，抽出 {bundle.sample.length} 项{frame.excluded.length > 0 && `；剔除 ${frame.excluded.length} 项：${frame.excluded.map((x) => `${x.number}（${x.reason}）`).join('、')}`}</dd>
      <dt>参与方</dt><dd>{frame.parties.map((p) => p.name).join('、')}{frame.is_quick && '（快速抽取：随机数由服务器一方产生，没有其他方见证）'}{silent.length > 0 && `；${silent.map((p) => p.name).join('、')} 未公开随机数`}</dd>
      {frame.given_up.map((reason, i) => <Pair key={i} name={`第 ${i + 1} 次`} text={`已作废：${reason}`} />)}
      <dt>抽出</dt><dd>{bundle.sample.map((d) => `${number(d.task)}（${d.inspectors.map(name).join('、')}）`).join('；')}</dd>
      <dt>校验码</dt><dd className="code">{bundle.digest}</dd>
    </dl>
  )
}

const Pair = ({ name, text }: { name: string; text: string }) => <><dt>{name}</dt><dd>{text}</dd></>
