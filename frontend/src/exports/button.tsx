// Hands on what is on the page as a workbook; what is behind the button is fetched when it is pressed.
import { Suspense, lazy, useState } from 'react'
import type { Schemas } from '../api/client'
import type { Filter } from '../ledger/search'

const ExportDialog = lazy(() => import('./dialog').then((m) => ({ default: m.ExportDialog })))

/** What is offered; `slips` is how the page of slips is narrowed, `filter` how the ledger is. */
export type Offer = { kinds: Schemas['ExportKind'][]; filter: Filter; slips?: { level?: string; state?: string }; sort?: string; week?: string }

export function ExportButton({ offer, label = '导出' }: { offer: Offer; label?: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>{label}</button>
      {isOpen && <Suspense fallback={null}><ExportDialog offer={offer} onClose={() => setOpen(false)} /></Suspense>}
    </>
  )
}
