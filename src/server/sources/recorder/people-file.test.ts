/** Tests the reader of the administrator's list of people, and the messages about its faults. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder, type TestStore } from '../../../testing/store.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { readPeopleFile } from './people-file.ts'

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function read(content: string | Buffer) {
  const file = join(folder.dataDir, 'people.csv')
  writeFileSync(file, content)
  return readPeopleFile(file)
}

const head = 'username,firstName,lastName,group'
const maria = { username: 'mrossi', name: 'Rossi, Maria', group: 'Sales' }

it.each([
  ['plain', `${head}\nmrossi,Maria,Rossi,Sales\n`],
  ['with a byte order mark and a spreadsheet’s line ends', `\uFEFF${head}\r\nmrossi,Maria,Rossi,Sales\r\n`],
  ['with the delimiter of another country', `${head.replaceAll(',', ';')}\nmrossi;Maria;Rossi;Sales`],
  ['with quotes and spaces', `${head}\n"mrossi", Maria ,"Rossi",Sales`],
  ['in another order and case', 'GROUP,lastname,FirstName,Username\nSales,Rossi,Maria,mrossi'],
  ['with empty lines and rows', `${head}\n\n,,,\nmrossi,Maria,Rossi,Sales\n\n`],
])('reads a file %s', async (_how, content) => {
  expect(await read(content)).toEqual([maria])
})

it('reads people of whom less is known', async () => {
  expect(await read(`${head}\na,,Rossi,\nb,Maria,,\nc,,,\nd,"Anna\nMaria",Lefèvre,`)).toEqual([
    { username: 'a', name: 'Rossi', group: null },
    { username: 'b', name: 'Maria', group: null },
    { username: 'c', name: null, group: null },
    { username: 'd', name: 'Lefèvre, Anna Maria', group: null },
  ])
  expect(await read('username\nmrossi')).toEqual([{ username: 'mrossi', name: null, group: null }])
  expect(await read(head)).toEqual([])
})

it.each([
  ['', 'it is empty. Its first line names the columns username, firstName, lastName, group.'],
  ['firstName,lastName\nMaria,Rossi', 'line 1 does not name the column username. '],
  ['mrossi,Maria,Rossi,Sales', 'line 1 names an unknown column. The columns are username, '],
  [`${head},group\n`, 'line 1 names a column twice. '],
  [`${head}\nmrossi,Maria,Rossi,Sales,x`, 'line 2 has 5 cells where the header has 4. '],
  [`${head}\nmrossi,Maria`, 'line 2 has 2 cells where the header has 4. '],
  [`${head}\n\na,,,\n ,Maria,Rossi,Sales`, 'line 4 has no username. Add it, or remove the line.'],
  [`${head}\nmrossi,,,\nb,,,\nMRossi,,,`, 'line 4 has the same username as line 2. Keep one of them.'],
  [`${head}\na,"b"c,,\n`, 'line 2 has a quote in the wrong place. '],
  [`${head}\na,"b,,\n`, 'has a quote in the wrong place. '],
  [`${head}\n${'x'.repeat(257)},,,`, 'line 2 has a text of more than 256 characters. '],
  [Buffer.from(`${head}\na,Jos\xe9,,`, 'latin1'), 'it is not in UTF-8. Save it again as “CSV UTF-8”.'],
  [Buffer.from(`\uFEFF${head}\na,b,,`, 'utf16le'), 'it is not in UTF-8. '],
  [Buffer.alloc(8 * 1024 * 1024 + 1, 'a'), 'it is larger than 8 MB. '],
])('refuses %j', async (content, told) => {
  const error: unknown = await read(content).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(OperatorError)
  const { message } = error as OperatorError
  expect(message).toContain(`PEOPLE_FILE names ${join(folder.dataDir, 'people.csv')}, which cannot be used: `)
  expect(message).toContain(told)
})

it('tells why a file cannot be read', async () => {
  await expect(readPeopleFile(join(folder.dataDir, 'none.csv'))).rejects.toThrow(
    /there is no such file\. Name/,
  )
  await expect(readPeopleFile(folder.dataDir)).rejects.toThrow(/it is a folder\. Name/)
})
