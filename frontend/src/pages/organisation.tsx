// Units, people and accounts: who makes them is not who gives them a role.
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Accounts } from '../organisation/accounts'
import { Delegations } from '../organisation/delegations'
import { Log } from '../organisation/log'
import { People, Units } from '../organisation/people'
import { useSession } from '../session'
import { useTitle } from '../ui/title'

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
    ...(can('audit') ? [{ key: 'log', label: '日志', page: <Log /> }] : []),
  ]
  const shown = parts.find((p) => p.key === part) ?? parts[0]
  return (
    <>
      <div className="head"><h1>组织与账号</h1><p>建账号、授权、查日志由三名管理员分别办理</p></div>
      <div className="tabs" role="group" aria-label="部分">
        {parts.map((p) => (
          <button key={p.key} type="button" aria-pressed={p === shown} onClick={() => void navigate({ search: { part: p.key } })}>{p.label}</button>
        ))}
      </div>
      {shown?.page}
    </>
  )
}
