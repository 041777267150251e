// What a check comes to: how many of what, and how much of the whole frame is untrue as far as the sample can say.
import { Link } from '@tanstack/react-router'
import type { Check } from './words'
import { percent } from './words'

type Stratum = { name: string; size: number; sample: number; checked?: number; untrue?: number }

export function Strata({ strata }: { strata: Stratum[] }) {
  const isFound = strata.some((s) => s.checked !== undefined)
  return (
    <div className="scroll">
      <table className="strata">
        <thead><tr><th>层</th><th>任务</th><th>抽取</th>{isFound && <><th>已查</th><th>不实</th></>}</tr></thead>
        <tbody>
          {strata.map((s) => (
            <tr key={s.name}><td>{s.name}</td><td>{s.size}</td><td>{s.sample}</td>{isFound && <><td>{s.checked}</td><td className={s.untrue ? 'late' : ''}>{s.untrue}</td></>}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Figures({ check }: { check: Check }) {
  const { tally, untrue_rate: rate, draw } = check
  const figures = [['应查', tally.drawn], ['已查', tally.checked], ['属实', tally.passed], ['部分属实', tally.partial], ['不属实', tally.failed], ['虚假整改', tally.false_closure]] as const
  const untrue = check.targets.filter((t) => t.result?.is_untrue && t.result.signed_by)
  return (
    <section className="card figuresofcheck">
      <h2>检查结果 <span>两人签字后计入</span></h2>
      <dl className="tallies">{figures.map(([label, n]) => <div key={label}><dt>{label}</dt><dd>{n}</dd></div>)}</dl>
      {draw && rate && (
        <div className="untrue">
          <p>抽查不实率 <b className="figure">{percent(rate.share)}</b>　95% 置信区间 {percent(rate.low)} 至 {percent(rate.high)}</p>
          <div className="range" aria-hidden="true"><i style={{ left: `${rate.low * 100}%`, right: `${100 - rate.high * 100}%` }} /><b style={{ left: `${rate.share * 100}%` }} /></div>
          <p className="scale" aria-hidden="true"><span>0</span><span>50%</span><span>100%</span></p>
          <p className="muted">不属实和虚假整改占抽样框 {draw.size} 项的估计比例：各层按任务数加权，区间用分层不放回抽样折算后的威尔逊区间；样本越小，区间越宽。</p>
        </div>
      )}
      {draw && !rate && tally.checked > 0 && <p className="muted">各层都有签字的结果后，由领导组和督导人员在这里看到抽查不实率。</p>}
      {draw && tally.checked > 0 && <Strata strata={draw.strata} />}
      {untrue.length > 0 && (
        <div className="missing">
          <p><b>查出不实 {untrue.length} 项</b>，任务已亮红灯。已销号的，请在任务页决定重新整改，或者写明理由作检查结论处理。</p>
          <ul>{untrue.map((t) => <li key={t.task_id}><p><Link to="/tasks/$id" params={{ id: t.task_id }} search={{}}>{t.number}</Link> {t.title}：{t.result?.label}</p></li>)}</ul>
        </div>
      )}
    </section>
  )
}
