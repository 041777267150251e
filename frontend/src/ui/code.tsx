// What a printed form carries to find its record again, and the place of a date that is written by hand.
import qrcode from 'qrcode-generator'

/** The code as a picture of squares; a scanner reads the form's own address from it. */
export function Code({ text }: { text: string }) {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const n = code.getModuleCount()
  const squares: string[] = []
  for (let row = 0; row < n; row += 1) for (let column = 0; column < n; column += 1) if (code.isDark(row, column)) squares.push(`M${column} ${row}h1v1h-1z`)
  return <svg className="qr" viewBox={`-2 -2 ${n + 4} ${n + 4}`} role="img" aria-label="查验码"><path d={squares.join('')} /></svg>
}

/** A date to be written by hand. */
export const blankDate = '　　　年　　月　　日'
