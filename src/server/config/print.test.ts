import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { printConfig } from './print.ts'
import { variableNames } from './variables.ts'

const rows = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    printConfig(env)
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [name = '', ...rest] = line.split(/ {2,}/)
        return [name, rest.join(' | ')]
      }),
  )

it('prints every variable once, whether it was set, and what holds', () => {
  const printed = rows({ PORT: '443', CONTACT: '', HOST: '127.0.0.1' })
  expect(Object.keys(printed)).toEqual(variableNames)
  expect(printed).toMatchObject({
    HOST: 'set | 127.0.0.1',
    PORT: 'set | 443',
    DEMO: 'default | on',
    CONTACT: 'default | (not set)',
    LOG_LEVEL: 'default | info; warn on a terminal',
    HOST_KEY: 'default | (not set)',
  })
})

it('prints the defaults that follow from other variables', () => {
  const env = { RECORDER_URL: 'https://recorder.test', DATA_DIR: '/srv/data' }
  expect(rows(env)).toMatchObject({ DEMO: 'default | off', AUDIT_LOG: 'default | /srv/data/audit.log' })
})

it('shows no secret, and a value on one line', () => {
  const key = randomBytes(32).toString('base64')
  const text = printConfig({ HOST_KEY: key, CONTACT: 'a\nPORT  set  1\u001b[2J' })
  expect(text).not.toContain(key.slice(0, 8))
  expect(text).toMatch(/^HOST_KEY +set +\(set\)$/m)
  expect(text.trimEnd().split('\n')).toHaveLength(variableNames.length)
  expect(text).not.toContain('\u001b')
})
