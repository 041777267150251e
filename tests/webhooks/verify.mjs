// Verifies messages as a receiver without any library would: by the text of Standard Webhooks 1.0.0 and the cryptography of Node alone.
//   verify.mjs FILE...    each with headers, body, public_key and other_key, as the tests left them
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What stands before the 32 bytes of an ed25519 key in its usual form (RFC 8410). */
const FRONT = Buffer.from('302a300506032b6570032100', 'hex')

const key = (text) => {
  if (!text.startsWith('whpk_')) throw new Error(`no public key: ${text}`)
  return createPublicKey({ key: Buffer.concat([FRONT, Buffer.from(text.slice(5), 'base64')]), format: 'der', type: 'spki' })
}

const holds = (message, body, text) => {
  const signed = Buffer.from(`${message.headers['webhook-id']}.${message.headers['webhook-timestamp']}.${body}`)
  return message.headers['webhook-signature'].split(' ').some((one) => {
    const [scheme, signature] = one.split(',')
    return scheme === 'v1a' && verify(null, signed, key(text), Buffer.from(signature, 'base64'))
  })
}

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('no messages are given')
for (const file of files) {
  const message = JSON.parse(readFileSync(file, 'utf8'))
  if (!holds(message, message.body, message.public_key)) throw new Error(`${file}: the signature does not hold`)
  if (holds(message, `${message.body} `, message.public_key)) throw new Error(`${file}: a changed body holds`)
  if (holds(message, message.body, message.other_key)) throw new Error(`${file}: it holds under another key`)
}
console.log(`${files.length} messages verified by the cryptography of Node`)
