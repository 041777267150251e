// The ladder of slips: which levels the round uses, what it calls them, how long each gives, who signs.
import { type Schemas } from '../api/client'
import { slipLevels } from '../labels.gen'
import { Check, TextField } from '../ui/form'
import '../styles/slips.css'
import { ChainEditor } from './chain'

type Rule = Schemas['LevelRule']
/** No unit signs what is sent to it, and nobody verifies what only asks. */
const signing = ['office', 'lead_leader', 'principal', 'group_head']
const every = Object.entries(slipLevels)

export function LadderEditor({ ladder, at, onChange }: { ladder: Rule[]; at: (pointer: string) => string | undefined; onChange: (ladder: Rule[]) => void }) {
  const place = (level: string) => every.findIndex(([known]) => known === level)
  const set = (level: string, part: Partial<Rule>) => onChange(ladder.map((r) => (r.level === level ? { ...r, ...part } : r)))
  const use = (level: string, label: string, isUsed: boolean) => {
    const fresh: Rule = { level: level as Rule['level'], name: label, answer_working_days: 3, receive_working_days: 1, chain: [{ who: 'office', count: 1, label: '整改办签发' }] }
    onChange(isUsed ? [...ladder, fresh].sort((a, b) => place(a.level) - place(b.level)) : ladder.filter((r) => r.level !== level))
  }
  const days = (text: string) => Math.max(0, Math.trunc(Number(text) || 0))
  return (
    <>
      {every.map(([level, label]) => {
        const i = ladder.findIndex((r) => r.level === level)
        const rule = ladder[i]
        return (
          <fieldset key={level} className="ladderrule">
            <legend>{label}</legend>
            <Check label="本轮使用" value={rule !== undefined} onChange={(isUsed) => use(level, label, isUsed)} />
            {rule && (
              <>
                <div className="pair">
                  <TextField label="名称" value={rule.name} onChange={(name) => set(level, { name })} error={at(`/slips/${i}/name`)} />
                  <TextField label="签收（工作日）" type="number" value={String(rule.receive_working_days)} onChange={(text) => set(level, { receive_working_days: days(text) })} error={at(`/slips/${i}/receive_working_days`)} />
                  <TextField label="答复或移交（工作日）" type="number" value={String(rule.answer_working_days)} onChange={(text) => set(level, { answer_working_days: days(text) })} error={at(`/slips/${i}/answer_working_days`)} />
                </div>
                <ChainEditor label={`${label}签发`} steps={rule.chain} among={signing} error={at(`/slips/${i}/chain`)} onChange={(chain) => set(level, { chain })} />
              </>
            )}
          </fieldset>
        )
      })}
      {at('/slips') && <p className="fault" role="alert">{at('/slips')}</p>}
    </>
  )
}
