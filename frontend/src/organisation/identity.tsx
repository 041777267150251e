// What the house asks of everybody who logs in: of whom a second factor, and how long a proof of identity holds.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type Schemas, client, get } from '../api/client'
import { Overtaken, useEdit } from '../ui/edit'
import { Check, TextField, useSend } from '../ui/form'
import { Loaded, Refused } from '../ui/parts'

type Rules = Schemas['IdentityRulesView']

export function Identity() {
  const query = useQuery({ queryKey: ['identity-rules'], queryFn: () => get(client.GET('/api/v1/identity-rules')) })
  return <Loaded query={query}>{(rules) => <Choices rules={rules} />}</Loaded>
}

function Choices({ rules }: { rules: Rules }) {
  const queries = useQueryClient()
  const before = rules.holders.filter((h) => h.is_required).map((h) => h.holder)
  const edit = useEdit({ required: before, minutes: String(rules.proof_minutes) })
  const { required, minutes } = edit.value
  const setRequired = (of: typeof required) => edit.change({ ...edit.value, required: of })
  const setMinutes = (text: string) => edit.change({ ...edit.value, minutes: text })
  const isChanged = [...required].sort().join() !== [...before].sort().join() || minutes !== String(rules.proof_minutes)
  const save = useSend(async () => {
    const body = { required_of: required, proof_minutes: Number.parseInt(minutes, 10) || 0, version: rules.version }
    queries.setQueryData(['identity-rules'], await get(client.PUT('/api/v1/identity-rules', { body })))
    edit.drop()
    await queries.invalidateQueries({ queryKey: ['me'] })
  })
  return (
    <section className="card stack identity">
      <h2>身份鉴别 <span>保存后立即对所有人生效，改动记入日志</span></h2>
      <fieldset>
        <legend>哪些角色必须启用动态口令</legend>
        <p className="muted">还没有启用的人，下一步操作前会先请他启用，其他页面暂时打不开。建议先通知到人。</p>
        <div className="checks">
          {rules.holders.map((h) => (
            <Check key={h.holder} label={h.label} value={required.includes(h.holder)} onChange={(on) => setRequired(on ? [...required, h.holder] : required.filter((r) => r !== h.holder))} />
          ))}
        </div>
      </fieldset>
      <TextField label="签批、公示、导出前，上次验证身份多少分钟以内有效" value={minutes} onChange={setMinutes} error={save.at('/proof_minutes')} hint="1 至 720，刚登录的算已验证；超过的，办理前再输一次密码，启用动态口令的输口令" />
      <Overtaken of={edit} what="身份鉴别" />
      <Refused error={save.error} shown={['/proof_minutes']} />
      <div className="send"><button type="button" className="main" disabled={save.busy || edit.isOvertaken || !isChanged} onClick={() => void save.submit()}>保存</button>{!isChanged && <small className="muted" role="status">没有改动</small>}</div>
    </section>
  )
}
