// The ledger and the three lists are four views of the same records; their tabs stand under the heading of each.
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { type Filter, type ListKind, filterOf } from './search'

export const listNames: Record<ListKind, string> = { findings: '问题清单', measures: '整改清单', responsibility: '责任清单' }

export const Forms = memo(function Forms({ at, filter }: { at: 'ledger' | ListKind; filter: Filter }) {
  const own = filterOf(filter)
  return (
    <nav className="forms" aria-label="台账与清单">
      <Link to="/ledger" search={own} aria-current={at === 'ledger' ? 'page' : undefined}>台账</Link>
      {(Object.keys(listNames) as ListKind[]).map((list) => (
        <Link key={list} to="/lists" search={{ ...own, list }} aria-current={at === list ? 'page' : undefined}>{listNames[list]}</Link>
      ))}
    </nav>
  )
})
