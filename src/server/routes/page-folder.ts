/** The built page, beside the built host: `dist/page` and `dist/host`. */
import { join, resolve } from 'node:path'
import { codeOf } from '../platform/code-of.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { readAssets, type Assets } from './assets.ts'
import { readDocument, type WriteDocument } from './document.ts'

const pageFolder = resolve(import.meta.dirname, '../../../page')

/** @throws OperatorError if the page is not built. */
export function readPage(): { readonly assets: Assets; readonly writeDocument: WriteDocument } {
  try {
    return {
      assets: readAssets(pageFolder),
      writeDocument: readDocument(join(pageFolder, 'index.html')),
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
    throw new OperatorError(`The page is not built: ${pageFolder} cannot be read. Run npm run build:page.`)
  }
}
