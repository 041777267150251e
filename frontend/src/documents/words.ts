// What the page says of documents: the figures a text names, and what a figure says before the server has said it.
import type { Schemas } from '../api/client'

export type FigureView = Schemas['FigureView']

/** A text with its figures in their places, as far as each is one figure alone; what is more stays as it is written until it is kept. */
export function shown(text: string, figures: FigureView[]): string {
  return text.replace(/\{\{([^{}]*)\}\}/g, (mark, inner: string) => {
    const figure = figures.find((f) => f.name === inner.trim())
    return figure ? (figure.said ?? `〔待填：${figure.name}〕`) : mark
  })
}

/** A text with something put in where the writer stands. */
export function inserted(text: string, at: number | null, mark: string): { text: string; at: number } {
  const place = at === null ? text.length : Math.min(Math.max(at, 0), text.length)
  return { text: text.slice(0, place) + mark + text.slice(place), at: place + mark.length }
}

/** Yuan as they are typed, in hundredths; none where it is no amount. */
export function hundredths(typed: string): number | null {
  const found = /^\s*(\d{1,12})(?:\.(\d{1,2}))?\s*$/.exec(typed)
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}

/** A whole number as it is typed; none where it is none. */
export function whole(typed: string): number | null {
  return /^\s*\d{1,12}\s*$/.test(typed) ? Number(typed) : null
}

/** What is typed of a figure, from what is kept of it. */
export function typed(figure: FigureView): string {
  if (figure.value === null || figure.value === undefined) return ''
  return figure.is_amount ? String(figure.value / 100) : String(figure.value)
}
