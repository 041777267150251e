// What a brief says in a sentence, and the names of its figures.
import type { Schemas } from '../api/client'
import type { paths } from '../api/schema'
import { week } from '../ui/words'

type View = Schemas['BriefView']
/** A figure, by its word. */
export type Part = paths['/api/v1/rounds/{id}/brief/rows']['get']['parameters']['query']['part']

const figure = (view: View, part: string) => view.figures.find((f) => f.part === part)
export const nOf = (view: View, part: string) => figure(view, part)?.n ?? 0
export const names = (view: View, part: string) => figure(view, part)?.label ?? ''

/** The page's title: who handed in, and what moved. */
export function headline(view: View): string {
  const [owed, missing, late] = ['owed', 'missing', 'late'].map((part) => nOf(view, part)) as [number, number, number]
  const [moved, still] = [nOf(view, 'moved'), nOf(view, 'still')]
  const said = owed === 0 ? '没有应报的写实' : missing === 0 ? `应报 ${owed} 项写实报齐${late > 0 ? `，迟报 ${late} 项` : ''}` : `应报 ${owed} 项写实，未报 ${missing} 项${late > 0 ? `、迟报 ${late} 项` : ''}`
  const went = moved === 0 && still === 0 ? '' : `；有进展 ${moved} 项${still > 0 ? `，没有进展 ${still} 项` : ''}`
  return `${week(view.week)}：${said}${went}`
}
