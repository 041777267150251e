// What one changes of something others may change too: until it is changed here it follows what stands, and from then on nobody's change is put back unseen.
import { useEffect, useState } from 'react'
import { type Held, isSame, merged } from './merge'

export type Edit<T> = {
  value: T
  change: (value: T) => void
  /** Gives up what was changed here; what stands is shown. */
  drop: () => void
  /** Whether what was changed here became something else meanwhile. */
  isOvertaken: boolean
  /** Goes on from what stands now, with what was changed here. */
  keep: () => void
}

export function useEdit<T>(stands: T): Edit<T> {
  const [held, setHeld] = useState<Held<T> | null>(null)
  const now = held ? merged(held, stands) : { value: stands, isOvertaken: false }
  const isDone = held !== null && isSame(now.value, stands)
  useEffect(() => {
    if (isDone) setHeld(null)
  }, [isDone])
  return {
    ...now,
    // A change made on what is shown rests on what stands, but for what was overtaken and is not settled.
    change: (value) => setHeld({ value, from: held && now.isOvertaken ? held.from : stands }),
    drop: () => setHeld(null),
    keep: () => setHeld({ value: now.value, from: stands }),
  }
}

/** Says that somebody else was faster; one chooses before anything is saved. */
export function Overtaken({ of, what }: { of: Pick<Edit<unknown>, 'isOvertaken' | 'drop' | 'keep'>; what: string }) {
  if (!of.isOvertaken) return null
  return (
    <div className="note" role="alert">
      <p><b>您改动时，他人也改过{what}，您改的还没有保存。</b></p>
      <div className="send">
        <button type="button" onClick={of.drop}>放弃我改的，照现在的来</button>
        <button type="button" onClick={of.keep}>保留我改的</button>
      </div>
    </div>
  )
}
