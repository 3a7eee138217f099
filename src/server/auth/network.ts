/** The network of an address: the range in which its holder can choose addresses at will. */
import { isIPv4, isIPv6 } from 'node:net'

const GROUPS = 8
/** The prefix that a provider gives to one customer. */
const NETWORK_GROUPS = 4

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))

/** @returns the eight groups of an IPv6 address. */
function expand(address: string): number[] {
  const bare = address.replace(/%.*$/, '')
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(bare)
  const [a = 0, b = 0, c = 0, d = 0] = (dotted ?? []).slice(1).map(Number)
  const tail = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':')
  const plain = dotted ? bare.slice(0, dotted.index) + tail : bare
  const [head = '', rest] = plain.split('::')
  if (rest === undefined) return groupsOf(head)
  const [first, last] = [groupsOf(head), groupsOf(rest)]
  return [...first, ...Array<number>(GROUPS - first.length - last.length).fill(0), ...last]
}

/**
 * @returns the same text for all addresses of one network. An IPv4 address, however it is written, is its own
 * network. An IPv6 address stands for its /64, and anything else for itself.
 */
export function networkOf(address: string): string {
  if (isIPv4(address) || !isIPv6(address)) return address
  const groups = expand(address)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff
  if (isMapped) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  const prefix = groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16))
  return `${prefix.join(':')}::/64`
}
