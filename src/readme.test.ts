/** Compares the README with the program. */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HEALTH_LIVE, HEALTH_READY } from './contract/endpoints.ts'
import { readConfig } from './server/config/config.ts'
import type { Variable } from './server/config/variable.ts'
import { variableNames, variables } from './server/config/variables.ts'
import { dataParts } from './server/files/data-dir.ts'
import { CONNECTIONS } from './server/sources/postgres/server.ts'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(resolve(root, 'README.md'), 'utf8')
const { scripts, version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  version: string
}

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

const folders = (path: string): string[] =>
  readdirSync(resolve(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

describe('the README', () => {
  it('lists each variable as it is declared, and no other', () => {
    const table = /\n\| variable [^]*?\n\n/.exec(readme)?.[0] ?? ''
    const rows = table.trim().split('\n').slice(2)
    const cells = rows.map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    const declared = variableNames.map((name) => {
      const { told, standard, what }: Variable = variables[name]
      return [`\`${name}\``, told ?? (standard === '' ? '' : `\`${standard}\``), what]
    })
    expect(cells).toEqual(declared)
  })

  it('names only commands that exist', () => {
    const named = [...readme.matchAll(/\bnpm (?:(run)(?: -s)? )?([a-z\d:]+)/g)].map((match) => [
      match[1],
      match[2],
    ])
    expect(named.length).toBeGreaterThan(10)
    const wrong = named.filter(([run, name = '']) =>
      run === undefined ? !['ci', 'start', 'test'].includes(name) : !(name in scripts),
    )
    expect(wrong).toEqual([])
  })

  it('has a service and commands whose variables the host knows', () => {
    const unit = blocks('ini').join('\n')
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map((match) => [match[1], match[2]]),
    )
    expect(Object.keys(env).length).toBeGreaterThan(0)
    expect(readConfig(env).recorder).not.toBeNull()
    const assigned = blocks('sh').flatMap((text) =>
      [...text.matchAll(/\b([A-Z][A-Z_]+)=/g)].map((match) => match[1]),
    )
    expect(assigned.length).toBeGreaterThan(0)
    expect(assigned.filter((name) => !variableNames.some((known) => known === name))).toEqual([])
  })

  it('names the addresses for monitoring the host', () => {
    for (const path of [HEALTH_LIVE, HEALTH_READY, '/metrics']) expect(readme).toContain(`\`${path}\``)
  })

  it('shows every folder of the house', () => {
    const table = /\n\| folder [^]*?\n\n/.exec(readme)?.[0] ?? ''
    const missing = [...folders('src'), ...folders('src/server')].filter(
      (name) => !table.includes(`/${name}\``) && !table.includes(`\`${name}\``),
    )
    expect(missing).toEqual([])
  })

  it('has a changelog that begins with this release', () => {
    expect(/\n## Changelog\n\n### (\S+)\n/.exec(readme)?.[1]).toBe(version)
  })

  it('says of everything in DATA_DIR whether to back it up', () => {
    const table = /\n\| in `DATA_DIR` [^]*?\n\n/.exec(readme)?.[0] ?? ''
    const missing = Object.keys(dataParts).filter(
      (name) => !table.includes(`\`${name}\``) && !table.includes(`\`${name}/\``) && !name.endsWith('.lock'),
    )
    expect(missing).toEqual([])
    expect(table).toContain('`*.lock`')
  })

  it('says how many connections a host needs', () => {
    expect(readme).toContain(`${CONNECTIONS} connections for each host`)
  })
})
