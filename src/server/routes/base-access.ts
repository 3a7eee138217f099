import { Problem } from '../../contract/problems.ts'
import type { Principal } from '../sources/source.ts'

/**
 * @param contact where users ask for rights; null names the administrator.
 * @throws Problem 403 `forbidden` if the user may not search recordings.
 */
export function requireBaseAccess({ username, role }: Principal, contact: string | null): void {
  if (role !== 'none') return
  throw new Problem({
    code: 'forbidden',
    message: `${username} may not search recordings. Ask ${contact ?? 'your administrator'} for “Call Recording Base Access”.`,
  })
}
