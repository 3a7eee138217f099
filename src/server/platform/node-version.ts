/** The Node version that the host needs. Node 12 must be able to read this file, so it uses no newer syntax. */

/** The same as `engines` in package.json. */
export const OLDEST_NODE = '20.19'

/** @returns a sentence for the operator, or null if this Node is new enough. @param version such as `v18.20.8`. */
export function refuseNode(version: string): string | null {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  const [oldest = 0, within = 0] = OLDEST_NODE.split('.').map(Number)
  if (major > oldest || (major === oldest && minor >= within)) return null
  return `This host needs Node ${OLDEST_NODE} or later, and this is Node ${version.replace('v', '')}: install a newer one.`
}
