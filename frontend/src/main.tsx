import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, Suspense, lazy } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/client'
import { router } from './router'
import { Session, proofChannel } from './session'
import './styles/base.css'
import './styles/parts.css'
import './styles/frame.css'
import './styles/lists.css'
import './styles/ledger.css'
import './styles/task.css'
import './styles/work.css'
import './styles/help.css'
import './styles/settings.css'
import './styles/paper.css'
import './styles/live.css'
import './styles/print.css'

/** A network or a server that does not answer may do so soon; what was refused stays refused. */
const mayHeal = (error: unknown) => !(error instanceof ApiError) || error.problem.status === 0 || error.problem.status === 503

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 1 && mayHeal(error),
      refetchInterval: (query) => (query.state.error && mayHeal(query.state.error) ? 5_000 : false),
      // The server is often reached though the browser believes it is offline: an internal network.
      networkMode: 'always',
    },
  },
})

/** A screen without a log-in knows no session and no other page. */
const Kiosk = lazy(() => import('./pages/kiosk'))
const isKiosk = window.location.pathname === '/kiosk'

/** The window of a proof at the provider that came back: it says how it ended and goes. */
const isProved = window.location.pathname === '/proved'
if (isProved) {
  const channel = new BroadcastChannel(proofChannel)
  channel.postMessage(new URLSearchParams(window.location.search).get('refused') ?? 'proved')
  channel.close()
  window.close()
}

const page = document.getElementById('page')
if (page)
  createRoot(page).render(
    <StrictMode>
      {isKiosk ? <Suspense fallback={null}><Kiosk /></Suspense> : isProved ? <main className="door"><p>已回到原来的窗口，可以关闭本窗口。</p></main> : (
        <QueryClientProvider client={queries}>
          <Session>
            <RouterProvider router={router} />
          </Session>
        </QueryClientProvider>
      )}
    </StrictMode>,
  )
