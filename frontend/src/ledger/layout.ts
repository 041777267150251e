// Which columns are shown, in what order, how wide: kept as a list, the fixed ones always first.
export type Layout = { key: string; width?: number }[]
export type Known = { key: string; width: number; isFixed?: boolean }

export const narrowest = 56
export const widest = 800

/** The columns of a layout; what nobody knows any more is left out, an empty layout is the usual one. */
export function laid<C extends Known>(known: C[], usual: string[], layout: Layout): C[] {
  const wanted = layout.some((l) => known.some((c) => c.key === l.key)) ? layout : usual.map((key) => ({ key }))
  const fixed = known.filter((c) => c.isFixed).map((c) => ({ key: c.key, width: layout.find((l) => l.key === c.key)?.width }))
  const rest = wanted.filter((l) => !fixed.some((f) => f.key === l.key))
  const all: Layout = [...fixed, ...rest]
  return all.flatMap(({ key, width }) => {
    const column = known.find((c) => c.key === key)
    return column ? [{ ...column, width: clamp(width ?? column.width) }] : []
  })
}

const clamp = (width: number) => Math.min(widest, Math.max(narrowest, Math.round(width)))

const kept = (shown: Known[], known: Known[]): Layout => shown.map((c) => (known.find((k) => k.key === c.key)?.width === c.width ? { key: c.key } : { key: c.key, width: c.width }))

/** Shown or hidden; what is shown anew comes last. */
export function toggledColumn(shown: Known[], known: Known[], key: string): Layout {
  const now = kept(shown, known)
  return now.some((l) => l.key === key) ? now.filter((l) => l.key !== key) : [...now, { key }]
}

/** One place to the left or the right; a fixed column stays. */
export function movedColumn(shown: Known[], known: Known[], key: string, by: -1 | 1): Layout {
  const now = kept(shown, known)
  const at = now.findIndex((l) => l.key === key)
  const other = shown[at + by]
  const [a, b] = [now[at], now[at + by]]
  if (!a || !b || !other || other.isFixed || shown[at]?.isFixed) return now
  now[at] = b
  now[at + by] = a
  return now
}

export function widenedColumn(shown: Known[], known: Known[], key: string, width: number): Layout {
  return kept(shown.map((c) => (c.key === key ? { ...c, width: clamp(width) } : c)), known)
}
