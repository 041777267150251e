// What the round sets about publications and opinions; nothing is published until it says so.
import { type Schemas } from '../api/client'
import { reaches } from '../labels.gen'
import { Check, SelectField, TextField } from '../ui/form'
import { ChainEditor } from './chain'

type PublicationRules = Schemas['PublicationRules']
const signing = ['office', 'secrecy', 'principal', 'group_head']
const split = (text: string) => text.split(/[、，,\n]/).map((w) => w.trim()).filter(Boolean)

export function PublishingEditor({ rules, at, faults, onChange }: { rules: PublicationRules; at: (pointer: string) => string | undefined; faults: string[]; onChange: (rules: PublicationRules) => void }) {
  const set = (part: Partial<PublicationRules>) => onChange({ ...rules, ...part })
  const contact = rules.contact ?? {}
  const days = (text: string) => Math.max(0, Math.trunc(Number(text) || 0))
  const word = faults.find((p) => p.startsWith('/publication/marked_words'))
  return (
    <>
      <div className="pair">
        <SelectField label="公示范围" value={rules.reach ?? ''} options={Object.entries(reaches).map(([value, label]) => ({ value, label }))} onChange={(reach) => set({ reach: reach as PublicationRules['reach'] })} />
        <TextField label="公示期（工作日）" type="number" value={String(rules.working_days ?? '')} onChange={(text) => set({ working_days: days(text) })} error={at('/publication/working_days')} hint="一般 5 至 10 个工作日" />
        <TextField label="意见答复时限（工作日）" type="number" value={String(rules.opinion_working_days ?? '')} onChange={(text) => set({ opinion_working_days: days(text) })} error={at('/publication/opinion_working_days')} />
        <TextField label="监督电话" value={contact.phone ?? ''} onChange={(phone) => set({ contact: { ...contact, phone } })} error={at('/publication/contact/phone')} />
        <TextField label="信箱" value={contact.mailbox ?? ''} onChange={(mailbox) => set({ contact: { ...contact, mailbox } })} error={at('/publication/contact/mailbox')} />
        <TextField label="电子邮箱" value={contact.email ?? ''} onChange={(email) => set({ contact: { ...contact, email } })} error={at('/publication/contact/email')} />
        <TextField label="接待窗口" value={contact.window ?? ''} onChange={(window) => set({ contact: { ...contact, window } })} error={at('/publication/contact/window')} />
      </div>
      <ChainEditor label="公示审签" steps={rules.chain ?? []} among={signing} error={at('/publication/chain')} onChange={(chain) => set({ chain })} />
      <TextField label="标记词（用顿号隔开）" rows={2} value={(rules.marked_words ?? []).join('、')} onChange={(text) => set({ marked_words: split(text) })} error={word && at(word)} hint="出现在公示文字里即拦下；敏感事项的人名和内容由系统自动检查" />
      <Check label="承办单位可以看到提意见人的署名" value={rules.shows_writer ?? false} onChange={(shows_writer) => set({ shows_writer })} />
    </>
  )
}
