// Words set against other words, sentence by sentence.

/** A text cut after each full stop, semicolon or line. */
export const sentences = (text: string): string[] => text.match(/[^。；;！？\n]+[。；;！？\n]*/g) ?? (text === '' ? [] : [text])

const plain = (sentence: string) => sentence.replace(/[。；;！？\s]+/g, '')

/** The sentences of a text, each with whether the other says it too. */
export function against(text: string, other: string): { text: string; isThere: boolean }[] {
  const there = plain(other)
  return sentences(text).map((sentence) => ({ text: sentence, isThere: plain(sentence) === '' || there.includes(plain(sentence)) }))
}
