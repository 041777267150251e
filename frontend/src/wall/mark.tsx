// The mark of a cell: a shape as well as a colour, the same on the screen, the wall and on paper.
import { type CSSProperties, type ReactNode, memo } from 'react'
import { marks } from '../labels.gen'
import type { Mark } from './words'

/** Drawn in a square of 14. */
const shapes: Record<Mark, ReactNode> = {
  green: <><circle cx="7" cy="7" r="6.5" /><path d="M4 7.2l2.2 2.2L10.2 5" className="cut" /></>,
  yellow: <><path d="M7 .8l6.6 12H.4z" /><path d="M7 5v4M7 10.6v.8" className="cut" /></>,
  red: <><path d="M4.2.6h5.6l3.6 3.6v5.6l-3.6 3.6H4.2L.6 9.8V4.2z" /><path d="M4.8 4.8l4.4 4.4M9.2 4.8L4.8 9.2" className="cut" /></>,
  done: <path d="M1 1h12v12H1zM4 7.2l2.2 2.2L10.2 5" className="open" />,
  unissued: <path d="M1 1h12v12H1z" className="open dashed" />,
  dark: <path d="M2 7h10" className="open" />,
}

/** Within a drawing. */
export const Glyph = memo(function Glyph({ mark, x, y, size }: { mark: Mark; x: number; y: number; size: number }) {
  return <g className={`glyph ${mark}`} transform={`translate(${x} ${y}) scale(${size / 14})`}>{shapes[mark]}</g>
})

/** By itself, as large as the words beside it. */
export function MarkShape({ mark, size, style }: { mark: Mark; size: number; style?: CSSProperties }) {
  return <svg className={`glyph ${mark}`} viewBox="0 0 14 14" width={size} height={size} style={style} aria-hidden="true">{shapes[mark]}</svg>
}

/** What each shape means, with how many. */
export function Key({ counts, size = 14 }: { counts: [Mark, number][]; size?: number }) {
  return (
    <p className="wallkey">
      {counts.filter(([, n]) => n > 0).map(([mark, n]) => <span key={mark}><MarkShape mark={mark} size={size} />{marks[mark]} {n}</span>)}
    </p>
  )
}
