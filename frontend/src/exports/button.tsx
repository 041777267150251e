// Hands on what is on the page as a workbook; what is behind the button is fetched when it is pressed.
import { Suspense, lazy, useState } from 'react'
import type { Schemas } from '../api/client'
import type { Filter } from '../ledger/search'

const ExportDialog = lazy(() => import('./dialog').then((m) => ({ default: m.ExportDialog })))

export type Offer = { kinds: Schemas['ExportKind'][]; filter: Filter; sort?: string; week?: string }

export function ExportButton({ offer }: { offer: Offer }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>导出</button>
      {isOpen && <Suspense fallback={null}><ExportDialog offer={offer} onClose={() => setOpen(false)} /></Suspense>}
    </>
  )
}
