// Every address of the page; each page is fetched when it is first looked at.
import { Navigate, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './frame'
import { useSession } from './session'
import { Empty } from './ui/parts'

function Home() {
  const { me } = useSession()
  return <Navigate to={me.navigation[0] === 'organisation' ? '/organisation' : '/todo'} replace />
}

const root = createRootRoute({ component: Frame, notFoundComponent: () => <Empty>没有这个页面。</Empty> })

/** The ledger's filter, as it stands in the address. */
export type LedgerSearch = Partial<Record<'text' | 'unit' | 'aspect' | 'finding' | 'leader' | 'state' | 'light' | 'disposition' | 'due_from' | 'due_to' | 'closed' | 'after' | 'completion', string>>
const ledgerKeys = ['text', 'unit', 'aspect', 'finding', 'leader', 'state', 'light', 'disposition', 'due_from', 'due_to', 'closed', 'after', 'completion'] as const

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Home }),
  createRoute({ getParentRoute: () => root, path: '/todo', component: lazyRouteComponent(() => import('./pages/todo'), 'Todo') }),
  createRoute({
    getParentRoute: () => root,
    path: '/ledger',
    validateSearch: (given: Record<string, unknown>): LedgerSearch => {
      const search: LedgerSearch = {}
      for (const key of ledgerKeys) {
        const value = given[key]
        if (value !== undefined && value !== null && value !== '') search[key] = String(value)
      }
      return search
    },
    component: lazyRouteComponent(() => import('./pages/ledger'), 'Ledger'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tasks/$id',
    validateSearch: (given: Record<string, unknown>): { act?: string } => (typeof given.act === 'string' ? { act: given.act } : {}),
    component: lazyRouteComponent(() => import('./pages/task'), 'Task'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/statements',
    validateSearch: (given: Record<string, unknown>): { week?: string } => (typeof given.week === 'string' ? { week: given.week } : {}),
    component: lazyRouteComponent(() => import('./pages/statements'), 'Statements'),
  }),
  createRoute({ getParentRoute: () => root, path: '/plans', component: lazyRouteComponent(() => import('./pages/plans'), 'Plans') }),
  createRoute({ getParentRoute: () => root, path: '/signing', component: lazyRouteComponent(() => import('./pages/signing'), 'Signing') }),
  createRoute({ getParentRoute: () => root, path: '/imports', component: lazyRouteComponent(() => import('./pages/imports'), 'Imports') }),
  createRoute({ getParentRoute: () => root, path: '/rounds', component: lazyRouteComponent(() => import('./pages/rounds'), 'Rounds') }),
  createRoute({ getParentRoute: () => root, path: '/organisation', component: lazyRouteComponent(() => import('./pages/organisation'), 'Organisation') }),
]

export const router = createRouter({ routeTree: root.addChildren(routes), defaultPreload: 'intent' })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
