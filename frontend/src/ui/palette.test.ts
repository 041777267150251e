// @vitest-environment jsdom
import { afterEach, expect, it } from 'vitest'
import { colourOf, wear } from './palette'

const light = (paper: string, wall: string) => ({ paper, wall })
const palette = { red: light('#a00000', '#ff9090'), yellow: light('#705000', '#f0c040'), green: light('#006040', '#60c090') }

afterEach(() => wear(null))

it('keeps the colours of the product where a round has none', () => {
  wear(null)
  expect(colourOf('red', 'paper', '#b0241c')).toBe('#b0241c')
  expect(document.documentElement.style.getPropertyValue('--light-red-paper')).toBe('')
})

it('puts the colours of a round on and takes them off', () => {
  wear(palette)
  expect(colourOf('yellow', 'wall', '#f2b33d')).toBe('#f0c040')
  expect(colourOf('done', 'paper', '#aebccb')).toBe('#aebccb')
  expect(document.documentElement.style.getPropertyValue('--light-green-wall')).toBe('#60c090')
  // 20 + 0.28 × (255 − 20) of red, 33 + 0.28 × (144 − 33) of green, 48 + 0.28 × (144 − 48) of blue.
  expect(document.documentElement.style.getPropertyValue('--ground-red-wall')).toBe('#56404b')
  wear(null)
  expect(document.documentElement.style.getPropertyValue('--light-green-wall')).toBe('')
  expect(document.documentElement.style.getPropertyValue('--ground-red-wall')).toBe('')
  expect(colourOf('green', 'paper', '#186b42')).toBe('#186b42')
})
