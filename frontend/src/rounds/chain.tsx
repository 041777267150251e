// One chain of signatures, step by step: who, how many, what the step is called.
import type { Schemas } from '../api/client'
import { signers } from '../labels.gen'
import { said } from '../ui/words'

type Step = Schemas['StepRule']
const signerOptions = Object.entries(signers)

/** `among` names who can sign at all; everybody unless given. */
export function ChainEditor({ label, steps, error, among, onChange }: { label: string; steps: Step[]; error?: string; among?: readonly string[]; onChange: (steps: Step[]) => void }) {
  const offered = signerOptions.filter(([who]) => !among || among.includes(who))
  const set = (i: number, part: Partial<Step>) => onChange(steps.map((s, k) => (k === i ? { ...s, ...part } : s)))
  const move = (i: number, by: number) => {
    const next = [...steps]
    const [step] = next.splice(i, 1)
    if (step) next.splice(i + by, 0, step)
    onChange(next)
  }
  const free = offered.find(([who]) => !steps.some((s) => s.who === who))
  const add = () => free && onChange([...steps, { who: free[0] as Step['who'], count: 1, label: `${free[1]}审签` }])
  return (
    <fieldset className={error ? 'chainrule wrong' : 'chainrule'}>
      <legend>{label}</legend>
      <ol>
        {steps.map((step, i) => (
          <li key={step.who}>
            <span className="muted">{i + 1}</span>
            <select aria-label={`${label}第 ${i + 1} 步由谁签`} value={step.who} onChange={(e) => set(i, { who: e.target.value as Step['who'] })}>
              {signerOptions.filter(([who]) => who === step.who || offered.some(([o]) => o === who) && !steps.some((s) => s.who === who)).map(([who, name]) => <option key={who} value={who}>{name}</option>)}
            </select>
            <input aria-label={`${label}第 ${i + 1} 步几人`} className="few" type="number" min={1} max={9} value={step.count} onChange={(e) => set(i, { count: Math.max(0, Math.trunc(Number(e.target.value) || 0)) })} />
            <span className="muted">人</span>
            <input aria-label={`${label}第 ${i + 1} 步名称`} value={step.label} onChange={(e) => set(i, { label: e.target.value })} />
            <button type="button" className="plain" aria-label={`${label}第 ${i + 1} 步前移`} disabled={i === 0} onClick={() => move(i, -1)}>↑</button>
            <button type="button" className="plain" aria-label={`${label}第 ${i + 1} 步后移`} disabled={i === steps.length - 1} onClick={() => move(i, 1)}>↓</button>
            <button type="button" className="plain" aria-label={`移除${label}第 ${i + 1} 步`} onClick={() => onChange(steps.filter((_, k) => k !== i))}>✕</button>
          </li>
        ))}
      </ol>
      {error && <p className="fault" role="alert">{said(error)}</p>}
      {free && <button type="button" className="plain" onClick={add}>添加一步</button>}
    </fieldset>
  )
}
