// Every address of the page; each page is fetched when it is first looked at.
import { Link, Navigate, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './frame'
import { type LedgerSearch, readListSearch, readSearch } from './ledger/search'
import { useSession } from './session'
import { Empty } from './ui/parts'
import { useTitle } from './ui/title'
import { leaveFor } from './ui/trail'

function Home() {
  const { me } = useSession()
  return <Navigate to={me.navigation.includes('todo') ? '/todo' : '/organisation'} replace />
}

function Nowhere() {
  useTitle('没有这个页面')
  return (
    <Empty>
      <h1>没有这个页面</h1>
      <p>地址可能不完整，或者内容已经移走。</p>
      <Link to="/" className="button">回到首页</Link>
    </Empty>
  )
}

/** What a page that fell over leaves: words, and a way on. */
function Fallen({ reset }: { reset: () => void }) {
  useTitle('出了意外')
  return (
    <Empty>
      <h1>这个页面出了意外</h1>
      <p>已填写的内容存有草稿。请重试；仍不行时刷新页面。</p>
      <button type="button" onClick={reset}>重试</button> <button type="button" onClick={() => window.location.reload()}>刷新</button>
    </Empty>
  )
}

const root = createRootRoute({ component: Frame, notFoundComponent: Nowhere, errorComponent: Fallen })

/** The month a calendar shows, as what, and of whom. */
export type CalendarSearch = Partial<Record<'month' | 'as' | 'all', string>>
/** Which slips are shown, and what a new one is about. */
export type SlipSearch = Partial<Record<'new' | 'task' | 'check' | 'resolution' | 'level' | 'state', string>>
/** Whose schedule the wall shows: of a unit or a leader. */
export type WallSearch = Partial<Record<'lead' | 'leader', string>>

/** Which opinion is open, and what is done with it. */
export type OpinionSearch = Partial<Record<'id' | 'act', string>>
/** Whose things are handed over, and of which unit. */
export type HandoverSearch = Partial<Record<'person' | 'unit', string>>
/** Which rules are shown: those of a figure, of a kind, in a state, of a unit. */
export type RulesSearch = Partial<Record<'figure' | 'kind' | 'state' | 'unit', string>>
/** Which week a brief is of, and whose rows of which figure are open. */
export type BriefSearch = Partial<Record<'week' | 'part' | 'unit', string>>
export type { LedgerSearch }

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Home }),
  createRoute({ getParentRoute: () => root, path: '/overview', component: lazyRouteComponent(() => import('./pages/overview'), 'Overview') }),
  createRoute({
    getParentRoute: () => root,
    path: '/wall',
    validateSearch: (given: Record<string, unknown>): WallSearch => {
      const search: WallSearch = {}
      for (const key of ['lead', 'leader'] as const) if (typeof given[key] === 'string') search[key] = given[key]
      return search
    },
    component: lazyRouteComponent(() => import('./pages/wall'), 'WallPage'),
  }),
  createRoute({ getParentRoute: () => root, path: '/notices', validateSearch: (given: Record<string, unknown>): { all?: string } => (given.all === undefined ? {} : { all: String(given.all) }), component: lazyRouteComponent(() => import('./pages/notices'), 'Notices') }),
  createRoute({
    getParentRoute: () => root,
    path: '/calendar',
    validateSearch: (given: Record<string, unknown>): CalendarSearch => {
      const search: CalendarSearch = {}
      for (const key of ['month', 'as', 'all'] as const) if (typeof given[key] === 'string') search[key] = given[key]
      return search
    },
    component: lazyRouteComponent(() => import('./pages/calendar'), 'Calendar'),
  }),
  createRoute({ getParentRoute: () => root, path: '/todo', component: lazyRouteComponent(() => import('./pages/todo'), 'Todo') }),
  createRoute({
    getParentRoute: () => root,
    path: '/ledger',
    validateSearch: readSearch,
    component: lazyRouteComponent(() => import('./pages/ledger'), 'Ledger'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/lists',
    validateSearch: readListSearch,
    component: lazyRouteComponent(() => import('./pages/lists'), 'Lists'),
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
  createRoute({
    getParentRoute: () => root,
    path: '/brief',
    validateSearch: (given: Record<string, unknown>): BriefSearch => {
      const search: BriefSearch = {}
      for (const key of ['week', 'part', 'unit'] as const) if (typeof given[key] === 'string') search[key] = given[key]
      return search
    },
    component: lazyRouteComponent(() => import('./pages/brief'), 'Brief'),
  }),
  createRoute({ getParentRoute: () => root, path: '/burden', component: lazyRouteComponent(() => import('./pages/burden'), 'Burden') }),
  createRoute({ getParentRoute: () => root, path: '/plans', component: lazyRouteComponent(() => import('./pages/plans'), 'Plans') }),
  createRoute({ getParentRoute: () => root, path: '/signing', component: lazyRouteComponent(() => import('./pages/signing'), 'Signing') }),
  createRoute({ getParentRoute: () => root, path: '/forms/$id', component: lazyRouteComponent(() => import('./pages/paper'), 'PaperOfRequest') }),
  createRoute({ getParentRoute: () => root, path: '/checks', component: lazyRouteComponent(() => import('./pages/checks'), 'Checks') }),
  createRoute({ getParentRoute: () => root, path: '/checks/$id', component: lazyRouteComponent(() => import('./pages/check'), 'CheckPage') }),
  createRoute({ getParentRoute: () => root, path: '/checks/$id/$task', component: lazyRouteComponent(() => import('./pages/spot'), 'OnTheSpot') }),
  createRoute({
    getParentRoute: () => root,
    path: '/slips',
    validateSearch: (given: Record<string, unknown>): SlipSearch => {
      const search: SlipSearch = {}
      for (const key of ['new', 'task', 'check', 'resolution', 'level', 'state'] as const) if (given[key] !== undefined) search[key] = String(given[key])
      return search
    },
    component: lazyRouteComponent(() => import('./pages/slips'), 'Slips'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/slips/$id',
    validateSearch: (given: Record<string, unknown>): { act?: string } => (typeof given.act === 'string' ? { act: given.act } : {}),
    component: lazyRouteComponent(() => import('./pages/slip'), 'SlipPage'),
  }),
  createRoute({ getParentRoute: () => root, path: '/slips/$id/paper', component: lazyRouteComponent(() => import('./pages/slippaper'), 'PaperOfSlip') }),
  createRoute({ getParentRoute: () => root, path: '/documents', component: lazyRouteComponent(() => import('./pages/documents'), 'Documents') }),
  createRoute({ getParentRoute: () => root, path: '/documents/$id', component: lazyRouteComponent(() => import('./pages/document'), 'DocumentPage') }),
  createRoute({ getParentRoute: () => root, path: '/templates', component: lazyRouteComponent(() => import('./pages/templates'), 'Templates') }),
  createRoute({ getParentRoute: () => root, path: '/publications', component: lazyRouteComponent(() => import('./pages/publications'), 'Publications') }),
  createRoute({
    getParentRoute: () => root,
    path: '/publications/$id',
    validateSearch: (given: Record<string, unknown>): { act?: string } => (typeof given.act === 'string' ? { act: given.act } : {}),
    component: lazyRouteComponent(() => import('./pages/publication'), 'PublicationPage'),
  }),
  createRoute({ getParentRoute: () => root, path: '/publications/$id/paper', component: lazyRouteComponent(() => import('./pages/publicationpaper'), 'PaperOfPublication') }),
  createRoute({
    getParentRoute: () => root,
    path: '/opinions',
    validateSearch: (given: Record<string, unknown>): OpinionSearch => {
      const search: OpinionSearch = {}
      for (const key of ['id', 'act'] as const) if (typeof given[key] === 'string') search[key] = given[key]
      return search
    },
    component: lazyRouteComponent(() => import('./pages/opinions'), 'Opinions'),
  }),
  createRoute({ getParentRoute: () => root, path: '/handovers', validateSearch: (given: Record<string, unknown>): HandoverSearch => (typeof given.person === 'string' && typeof given.unit === 'string' ? { person: given.person, unit: given.unit } : {}), component: lazyRouteComponent(() => import('./pages/handovers'), 'Handovers') }),
  createRoute({ getParentRoute: () => root, path: '/systemic', component: lazyRouteComponent(() => import('./pages/systemic'), 'Systemic') }),
  createRoute({ getParentRoute: () => root, path: '/systemic/$id', component: lazyRouteComponent(() => import('./pages/systemicproblem'), 'SystemicProblem') }),
  createRoute({ getParentRoute: () => root, path: '/handovers/$id', component: lazyRouteComponent(() => import('./pages/handover'), 'HandoverPage') }),
  createRoute({
    getParentRoute: () => root,
    path: '/rules',
    validateSearch: (given: Record<string, unknown>): RulesSearch => {
      const search: RulesSearch = {}
      for (const key of ['figure', 'kind', 'state', 'unit'] as const) if (typeof given[key] === 'string') search[key] = given[key]
      return search
    },
    component: lazyRouteComponent(() => import('./pages/rules'), 'Rules'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/rules/new',
    validateSearch: (given: Record<string, unknown>): { task?: string; id?: string } => (typeof given.task === 'string' ? { task: given.task } : typeof given.id === 'string' ? { id: given.id } : {}),
    component: lazyRouteComponent(() => import('./pages/newrule'), 'NewRule'),
  }),
  createRoute({ getParentRoute: () => root, path: '/rules/$id', validateSearch: (given: Record<string, unknown>): { act?: string } => (typeof given.act === 'string' ? { act: given.act } : {}), component: lazyRouteComponent(() => import('./pages/rule'), 'RulePage') }),
  createRoute({ getParentRoute: () => root, path: '/appraisals', component: lazyRouteComponent(() => import('./pages/appraisals'), 'Appraisals') }),
  createRoute({ getParentRoute: () => root, path: '/appraisals/scheme', component: lazyRouteComponent(() => import('./pages/appraisalscheme'), 'AppraisalScheme') }),
  createRoute({ getParentRoute: () => root, path: '/appraisals/$id', component: lazyRouteComponent(() => import('./pages/appraisal'), 'AppraisalPage') }),
  createRoute({ getParentRoute: () => root, path: '/accountability', component: lazyRouteComponent(() => import('./pages/accountability'), 'Accountability') }),
  createRoute({ getParentRoute: () => root, path: '/accountability/$id', component: lazyRouteComponent(() => import('./pages/accountabilityrecord'), 'AccountabilityRecord') }),
  createRoute({ getParentRoute: () => root, path: '/meetings', component: lazyRouteComponent(() => import('./pages/meetings'), 'Meetings') }),
  createRoute({ getParentRoute: () => root, path: '/meetings/$id', component: lazyRouteComponent(() => import('./pages/meeting'), 'MeetingPage') }),
  createRoute({ getParentRoute: () => root, path: '/resolutions/$id', component: lazyRouteComponent(() => import('./pages/resolution'), 'ResolutionPage') }),
  createRoute({ getParentRoute: () => root, path: '/duties', validateSearch: (given: Record<string, unknown>): { month?: string } => (typeof given.month === 'string' ? { month: given.month } : {}), component: lazyRouteComponent(() => import('./pages/duties'), 'Duties') }),
  createRoute({ getParentRoute: () => root, path: '/duties/new', validateSearch: (given: Record<string, unknown>): { head?: string } => (typeof given.head === 'string' ? { head: given.head } : {}), component: lazyRouteComponent(() => import('./pages/newduty'), 'NewDuty') }),
  createRoute({ getParentRoute: () => root, path: '/draw', component: lazyRouteComponent(() => import('./pages/draw'), 'DrawAgain') }),
  createRoute({ getParentRoute: () => root, path: '/own', component: lazyRouteComponent(() => import('./pages/own'), 'Own') }),
  createRoute({ getParentRoute: () => root, path: '/help', validateSearch: (given: Record<string, unknown>): { part?: string } => (typeof given.part === 'string' ? { part: given.part } : {}), component: lazyRouteComponent(() => import('./pages/help'), 'Help') }),
  createRoute({ getParentRoute: () => root, path: '/imports', component: lazyRouteComponent(() => import('./pages/imports'), 'Imports') }),
  createRoute({ getParentRoute: () => root, path: '/rounds', component: lazyRouteComponent(() => import('./pages/rounds'), 'Rounds') }),
  createRoute({ getParentRoute: () => root, path: '/organisation', validateSearch: (given: Record<string, unknown>): { part?: string } => (typeof given.part === 'string' ? { part: given.part } : {}), component: lazyRouteComponent(() => import('./pages/organisation'), 'Organisation') }),
]

export const router = createRouter({ routeTree: root.addChildren(routes), defaultPreload: 'intent', defaultErrorComponent: Fallen, scrollRestoration: true })

router.subscribe('onBeforeNavigate', ({ toLocation, fromLocation }) => leaveFor(toLocation.pathname, fromLocation))

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
