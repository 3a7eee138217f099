/** Which release this is. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Of the nearest `package.json` above this file: there is one, or Node would not take the program for modules. */
export function readVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  return 'unknown'
}
