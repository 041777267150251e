// The number a party gives to a draw: made on the device, kept on the device until it is revealed. Works without https, where the browser's own hashing is not there.
import { bytesOf, commitmentOf, hex } from './verify'

export { commitmentOf }

const place = (check: string, nth: number, person: string) => `bihuan.nonce/${check}/${nth}/${person}`

/** The number this device keeps for a draw. */
export const kept = (check: string, nth: number, person: string): string | null => localStorage.getItem(place(check, nth, person))

/** The number kept, or a new one of 32 random bytes that is kept before anybody sees it. */
export function made(check: string, nth: number, person: string): string {
  const known = kept(check, nth, person)
  if (known) return known
  const nonce = hex(crypto.getRandomValues(new Uint8Array(32)))
  localStorage.setItem(place(check, nth, person), nonce)
  return nonce
}

/** A number as it was written down: spaces and capitals do not matter; none when it is not one. */
export function written(text: string): string | null {
  const plain = text.replace(/\s+/g, '').toLowerCase()
  return /^[0-9a-f]{64}$/.test(plain) && bytesOf(plain).length === 32 ? plain : null
}

/** In groups of four, to be written down and read out. */
export const grouped = (nonce: string) => nonce.match(/.{1,4}/g)?.join(' ') ?? nonce
