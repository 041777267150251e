// Units, people and accounts: who makes them is not who gives them a role.
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { LeaversNote } from '../handovers/leavers'
import { Accounts } from '../organisation/accounts'
import { Delegations } from '../organisation/delegations'
import { Channels } from '../organisation/channels'
import { Identity } from '../organisation/identity'
import { Log } from '../organisation/log'
import { People, Units } from '../organisation/people'
import { Services } from '../organisation/services'
import { useSession } from '../session'
import { useTitle } from '../ui/title'

/** Which of the three administrators' part is the reader's. */
function mine(can: (what: string) => boolean): string {
  if (can('create_accounts')) return '先导入单位和人员，再建账号；由安全管理员授予角色后才能登录。哪些消息发到邮箱和机器人也在这里设定'
  if (can('administer_accounts')) return '给账号授予角色、启用停用、重置密码，登记授权代行，规定谁须启用动态口令'
  return '查看账号、组织和全部操作日志，只看不改'
}

type Part = { key: string; label: string; page: ReactNode }

export function Organisation() {
  useTitle('组织与账号')
  const { me } = useSession()
  const { part } = useSearch({ from: '/organisation' })
  const navigate = useNavigate({ from: '/organisation' })
  const can = (what: string) => me.permissions.includes(what)
  const parts: Part[] = [
    { key: 'accounts', label: '账号', page: <Accounts canCreate={can('create_accounts')} canAdminister={can('administer_accounts')} /> },
    { key: 'people', label: '人员', page: <People canImport={can('create_accounts')} /> },
    { key: 'units', label: '单位', page: <Units canImport={can('create_accounts')} /> },
    { key: 'delegations', label: '授权代行', page: <Delegations canGrant={can('administer_accounts')} /> },
    { key: 'services', label: '对接系统', page: <Services mayMake={can('create_accounts')} mayGrant={can('administer_accounts')} /> },
    ...(can('create_accounts') ? [{ key: 'channels', label: '消息外发', page: <Channels /> }] : []),
    ...(can('administer_accounts') ? [{ key: 'identity', label: '身份鉴别', page: <Identity /> }] : []),
    ...(can('audit') ? [{ key: 'log', label: '日志', page: <Log /> }] : []),
  ]
  const shown = parts.find((p) => p.key === part) ?? parts[0]
  return (
    <>
      <div className="head"><h1>组织与账号</h1><p>{mine(can)}</p></div>
      {can('create_accounts') && <LeaversNote />}
      <div className="tabs" role="group" aria-label="部分">
        {parts.map((p) => (
          <button key={p.key} type="button" aria-pressed={p === shown} onClick={() => void navigate({ search: { part: p.key } })}>{p.label}</button>
        ))}
      </div>
      {shown?.page}
    </>
  )
}
