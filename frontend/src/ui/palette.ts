// The colours of the lights where the round has its own: as variables for the sheets, by name for what is drawn. Without them each place keeps its own.
import type { Schemas } from '../api/client'

type Palette = Schemas['Palette'] | null | undefined
type Ground = 'paper' | 'wall'

let worn: Palette = null

/** The ground of a cell of the wall, and how much of the red light is laid over it where a task in it is red. */
const cell = [0x14, 0x21, 0x30]
const share = 0.28

function groundOf(light: string): string {
  const mixed = cell.map((part, i) => Math.round(part + share * (Number.parseInt(light.slice(1 + 2 * i, 3 + 2 * i), 16) - part)))
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** Puts a round's colours on the page; none takes the last ones off. */
export function wear(palette: Palette) {
  if (palette === worn) return
  worn = palette
  const style = document.documentElement.style
  if (palette) style.setProperty('--ground-red-wall', groundOf(palette.red.wall))
  else style.removeProperty('--ground-red-wall')
  for (const light of ['red', 'yellow', 'green'] as const) {
    for (const ground of ['paper', 'wall'] as const) {
      const colour = palette?.[light][ground]
      if (colour) style.setProperty(`--light-${light}-${ground}`, colour)
      else style.removeProperty(`--light-${light}-${ground}`)
    }
  }
}

/** Whether the round has colours of its own. */
export const isWorn = () => worn != null

/** The colour of a mark on a ground; what is no light, and every light of a round without colours of its own, keeps the one it has. */
export function colourOf(mark: string, ground: Ground, own: string): string {
  return worn && (mark === 'red' || mark === 'yellow' || mark === 'green') ? worn[mark][ground] : own
}
