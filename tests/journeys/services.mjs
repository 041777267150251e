// Another system is let in: registered by one administrator, given a key by another, and then it does what docs/integration.md says, word by word; its key is revoked.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lookedAt } from './eyes.mjs'
import { login, root } from './house.mjs'
import { inDays, pick, step } from './steps.mjs'

const unit = '党委工作部'
const clerk = login('甲丑一')
const phone = { width: 390, height: 844 }
/** What makes a client in Python; the newest that was tried. */
const generator = 'openapi-python-client==0.29.1'

async function services(house, who, size) {
  const page = await house.as(who, size)
  await page.goto(`${house.address}/organisation?part=services`)
  await page.locator('.head').waitFor()
  await page.waitForFunction(() => !document.querySelector('.loading'))
  return page
}

async function letIn(house) {
  const maker = await services(house, 'sysadmin')
  await maker.locator('.empty').getByText('还没有对接系统').waitFor()
  await lookedAt(house, maker, 'services-none')
  await maker.getByRole('button', { name: '登记对接系统' }).click()
  const form = maker.locator('form.card')
  await form.getByRole('button', { name: '登记' }).click()
  await form.getByText('请填写').first().waitFor()
  await form.getByLabel('名称').fill('项目管理系统')
  await form.getByLabel('用途').fill('每周报送项目类任务的写实')
  await pick(form, '责任人', '甲丑一')
  await form.getByRole('button', { name: '登记' }).click()
  await maker.getByRole('region', { name: '项目管理系统' }).getByText('密钥由安全管理员发放').waitFor()
  const giver = await services(house, 'secadmin')
  const card = giver.getByRole('region', { name: '项目管理系统' })
  await card.getByRole('button', { name: '发放密钥' }).click()
  for (const scope of ['读取台账', '填报写实', '读取事件']) await card.getByLabel(scope).check()
  await pick(card, '单位（含下级）', unit)
  await card.getByLabel('有效至').fill(inDays(30))
  await lookedAt(house, giver, 'services-grant')
  await card.getByRole('button', { name: '发放', exact: true }).click()
  const dialog = giver.getByRole('dialog')
  const key = await dialog.getByLabel('密钥').inputValue()
  assert.match(key, /^bihuan_[0-9a-f]{12}_[0-9a-f]{64}_[0-9a-f]{8}$/)
  await dialog.getByRole('button', { name: '已交接，关闭' }).click()
  await card.getByText('没有用过').waitFor()
  assert.ok(!(await giver.content()).includes(key), 'a key is shown once')
  await lookedAt(house, await services(house, 'secadmin', phone), 'services-phone')
  step('系统管理员登记对接系统，安全管理员发放密钥，只显示一次')
  return key
}

/** The personnel system: a key for people and units, of all of them. */
async function personnel(house) {
  const maker = await services(house, 'sysadmin')
  await maker.getByRole('button', { name: '登记对接系统' }).click()
  const form = maker.locator('form.card')
  await form.getByLabel('名称').fill('人事系统')
  await form.getByLabel('用途').fill('同步人员和单位')
  await pick(form, '责任人', '甲丑一')
  await form.getByRole('button', { name: '登记' }).click()
  await maker.getByRole('region', { name: '人事系统', exact: true }).waitFor()
  const giver = await services(house, 'secadmin')
  const card = giver.getByRole('region', { name: '人事系统', exact: true })
  await card.getByRole('button', { name: '发放密钥' }).click()
  await card.getByLabel('维护单位和人员').check()
  await card.getByLabel('有效至').fill(inDays(30))
  await card.getByRole('button', { name: '发放', exact: true }).click()
  const dialog = giver.getByRole('dialog')
  const key = await dialog.getByLabel('密钥').inputValue()
  await dialog.getByRole('button', { name: '已交接，关闭' }).click()
  return key
}

/** The blocks of the chapter, in their order. */
function blocks() {
  const text = readFileSync(join(root, 'docs/integration.md'), 'utf8')
  return [...text.matchAll(/```(sh|python)\n([\s\S]*?)```/g)].map(([, language, code]) => ({ language, code }))
}

/** Where the generator of clients is, if it can be had here. */
function generated(folder) {
  const home = join(folder, 'python')
  const made = spawnSync('python3', ['-m', 'venv', home], { stdio: 'ignore' })
  const got = made.status === 0 && spawnSync(join(home, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', generator], { stdio: 'ignore', timeout: 120_000 })
  return got && got.status === 0 && existsSync(join(home, 'bin/openapi-python-client')) ? join(home, 'bin') : null
}

async function asWritten(house, key, ofPeople) {
  const folder = mkdtempSync(join(tmpdir(), 'bihuan-client-'))
  try {
    const all = blocks()
    const curl = all.filter((b) => b.language === 'sh' && !b.code.includes('openapi-python-client'))
    const client = all.find((b) => b.code.includes('openapi-python-client'))
    const python = all.find((b) => b.language === 'python')
    assert.ok(curl.length >= 4 && client && python, 'the chapter has its parts')
    const env = { ...process.env, BIHUAN: house.address, KEY: key, ORG_KEY: ofPeople, ROUND: 'DEMO-1' }
    const run = (program, args, more = {}) => execFileSync(program, args, { cwd: folder, env: { ...env, ...more }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const said = run('bash', ['-euo', 'pipefail', '-c', curl.map((b) => b.code).join('\n')])
    assert.match(said, /项目管理系统/)
    assert.match(said, /audit-receipt: /i)
    assert.match(said, /读到第 [1-9]\d* 号/)
    assert.match(said, /听到 [1-9]\d* 条，停在 id: [1-9]\d*/)
    assert.match(said, /^False$/m)
    step('按“十分钟接通”用 curl 看自己、取任务、报写实、拿回执、读事件、听事件，用 SCIM 录一个人、调动、离任')
    const task = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))
    const bin = generated(folder)
    if (bin) {
      run('bash', ['-euo', 'pipefail', '-c', client.code], { PATH: `${bin}:${process.env.PATH}` })
      const told = run(join(bin, 'python'), ['-c', python.code], { PYTHONPATH: folder })
      assert.match(told, /^200 "task\//)
      step('由接口文件生成的 Python 客户端再报一稿')
    } else {
      console.log('  跳过：取不到生成 Python 客户端的工具')
    }
    const page = await house.as(clerk)
    await page.goto(`${house.address}/tasks/${task.id}`)
    await page.locator('.taskhead').waitFor()
    await page.getByText(bin ? '佐证另行上传' : '由项目系统报送').first().waitFor()
    step('单位在任务页看到系统报送的写实')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function shutOut(house, key) {
  const page = await services(house, 'secadmin')
  const card = page.getByRole('region', { name: '项目管理系统' })
  await card.getByText('没有用过').waitFor({ state: 'detached' })
  await card.getByRole('button', { name: /停用密钥/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await card.getByRole('button', { name: /停用密钥/ }).waitFor({ state: 'detached' })
  const answer = await fetch(`${house.address}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(answer.status, 401)
  await lookedAt(house, page, 'services')
  step('密钥停用，立即不能再用')
}

export async function anotherSystem(house) {
  const key = await letIn(house)
  await asWritten(house, key, await personnel(house))
  await shutOut(house, key)
}
