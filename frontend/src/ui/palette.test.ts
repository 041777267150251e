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
  wear(null)
  expect(document.documentElement.style.getPropertyValue('--light-green-wall')).toBe('')
  expect(colourOf('green', 'paper', '#186b42')).toBe('#186b42')
})
