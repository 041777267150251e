// The group's own provider of identities: somebody is sent there from the log-in page and comes back to where he wanted to be, or with a reason.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { login } from './house.mjs'
import { step } from './steps.mjs'

const encoded = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A provider on this machine under a name that is another site than the house; it calls whoever comes as it is told. */
export async function provider() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256', use: 'sig' }]
  const codes = new Map()
  const own = { name: '', close: () => server.close() }
  const token = (asked) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: own.issuer, aud: 'bihuan', sub: 'x', exp: now + 60, iat: now, nonce: asked.nonce, preferred_username: own.name }
    const text = `${encoded({ alg: 'RS256', kid: 'a' })}.${encoded(claims)}`
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
  }
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url, own.issuer)
    const json = (value, status = 200) => answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/.well-known/openid-configuration') {
      const { issuer } = own
      return json({ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` })
    }
    if (url.pathname === '/keys') return json({ keys })
    if (url.pathname === '/authorize') {
      const code = `code-${codes.size}`
      codes.set(code, Object.fromEntries(url.searchParams))
      const back = `${url.searchParams.get('redirect_uri')}?code=${code}&amp;state=${url.searchParams.get('state')}`
      return answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<a href="${back}">同意</a>`)
    }
    let body = ''
    for await (const part of request) body += part
    const form = new URLSearchParams(body)
    const asked = codes.get(form.get('code'))
    codes.delete(form.get('code'))
    const fits = asked && createHash('sha256').update(form.get('code_verifier')).digest('base64url') === asked.code_challenge
    return fits ? json({ id_token: token(asked) }) : json({ error: 'invalid_grant' }, 400)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  own.issuer = `http://localhost:${server.address().port}`
  own.settings = (address) => ({ BIHUAN_OIDC_ISSUER: own.issuer, BIHUAN_OIDC_CLIENT_ID: 'bihuan', BIHUAN_PUBLIC_URL: address })
  return own
}

export async function byProvider(house, other) {
  const come = async (name, path) => {
    other.name = name
    const context = await house.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${house.address}${path}`)
    await page.getByRole('link', { name: '用统一身份认证登录' }).click()
    await page.getByRole('link', { name: '同意' }).click()
    return page
  }
  const page = await come(login('甲丑一').toUpperCase(), '/ledger?light=red')
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  assert.equal(page.url(), `${house.address}/ledger?light=red`)
  await page.context().close()
  const nobody = await come('nobody', '/')
  await nobody.getByText('没有对应本系统的可用账号').waitFor()
  assert.equal(nobody.url(), `${house.address}/`)
  await house.shot(nobody, 'provider-refused-phone')
  await nobody.context().close()
  step('经统一身份认证登录，回到原来要去的页面；没有账号的说明原因')
}
