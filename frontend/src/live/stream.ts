/** A message of a stream of events. */
export type Message = { event: string; data: string }

/** Takes the whole messages off what has come in; the rest waits for more. Comments say no more than that the stream lives. */
export function messages(text: string): { whole: Message[]; rest: string } {
  const blocks = text.replace(/\r\n?/g, '\n').split('\n\n')
  const rest = blocks.pop() ?? ''
  const whole = blocks.flatMap((block) => {
    let event = 'message'
    const data: string[] = []
    for (const line of block.split('\n')) {
      const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? []
      if (field === 'event') event = value ?? ''
      else if (field === 'data') data.push(value ?? '')
    }
    return data.length > 0 ? [{ event, data: data.join('\n') }] : []
  })
  return { whole, rest }
}

/** How long to wait before the next try, milliseconds: longer each time, never more than a minute, and not all pages at once. */
export const pause = (failures: number, chance: number) => Math.min(60_000, 1_000 * 2 ** Math.min(failures, 6)) * (0.5 + chance / 2)
