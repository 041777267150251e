// The colours of the lights where a round has its own, and colours shown beside their numbers.
import type { ReactNode } from 'react'
import type { Schemas } from '../api/client'
import { alertLevels } from '../labels.gen'
import { Check, TextField } from '../ui/form'

type Palette = Schemas['Palette']

const lights = ['red', 'yellow', 'green'] as const
const grounds = [['paper', '页面和打印'], ['wall', '大屏挂图']] as const

/** The product's own, to begin with. */
const first: Palette = { red: { paper: '#b0241c', wall: '#ff8a80' }, yellow: { paper: '#855300', wall: '#f2b33d' }, green: { paper: '#186b42', wall: '#4fb583' } }

export function PaletteEditor({ palette, at, onChange }: { palette: Palette | null; at: (pointer: string) => string | undefined; onChange: (palette: Palette | null) => void }) {
  return (
    <>
      <Check label="本轮用自己的灯色（不勾选则用产品配色；形状和文字不变）" value={palette !== null} onChange={(isOn) => onChange(isOn ? first : null)} />
      {palette && (
        <div className="pair">
          {lights.flatMap((light) => grounds.map(([ground, where]) => (
            <TextField
              key={`${light}/${ground}`}
              label={`${alertLevels[light]}：${where}`}
              type="color"
              value={palette[light][ground]}
              error={at(`/palette/${light}/${ground}`)}
              onChange={(colour) => onChange({ ...palette, [light]: { ...palette[light], [ground]: colour } })}
            />
          )))}
        </div>
      )}
    </>
  )
}

/** Words in which each colour has its patch. */
export function Patched({ text }: { text: string }): ReactNode {
  return text.split(/(#[0-9a-fA-F]{6})/).map((part, i) => (i % 2 === 0 ? part : <span key={`${i}${part}`} className="patched"><i style={{ background: part }} />{part}</span>))
}
