/** The version of this release. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Reads the nearest `package.json` above this file. Without one, Node would not run the program as modules. */
export function readVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  }
  return 'unknown'
}
