import { BlockList, isIP } from 'node:net'

/** Which hosts may be called. */
export interface HostRules {
  /** True for a name that is listed: wherever it leads, it may be called. */
  allowsName(name: string): boolean
  /** True for an address in a listed range. */
  allowsAddress(address: string): boolean
  /** False when only names are listed, so that a name can be judged without asking where it leads. */
  readonly hasRanges: boolean
}

/** What an entry of a list of hosts may be. */
export const HOST_RULE_FORMS = 'a host name, *.domain, an IP address, a range such as 10.0.0.0/8, or public'

/** Addresses that no host of the public internet has. */
const SPECIAL_RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  // Gateways that lead into the ranges above.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

/**
 * Reads a list of hosts, separated by commas: names, `*.domain` for all names below one, addresses, ranges, and
 * `public` for all addresses of the public internet.
 *
 * @throws {RangeError} whose message is the entry that can't be read
 */
export function parseHostRules(text: string): HostRules {
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase())
  const names = new Set<string>()
  const ranges = new BlockList()
  let isPublicOpen = false
  for (const entry of entries) {
    if (entry === 'public') isPublicOpen = true
    else if (!addRange(ranges, entry)) names.add(readName(entry))
  }
  return {
    hasRanges: isPublicOpen || ranges.rules.length > 0,
    allowsName: (name) => isListed(names, bare(name)),
    allowsAddress: (address) => contains(ranges, address) || (isPublicOpen && !contains(SPECIAL, address)),
  }
}

const SPECIAL = listOfSpecialRanges()

function listOfSpecialRanges(): BlockList {
  const list = new BlockList()
  for (const [address, prefix] of SPECIAL_RANGES) list.addSubnet(address, prefix, familyOf(address))
  return list
}

/** False for what is no address and no range. */
function addRange(ranges: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^\[?([0-9a-f.:]+)\]?(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  if (bits === 0 || Number(prefix ?? 0) > bits) return false
  ranges.addSubnet(address, prefix === undefined ? bits : Number(prefix), familyOf(address))
  return true
}

const NAME_PATTERN = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/

function readName(entry: string): string {
  const name = bare(entry)
  // What ends in a number is an address to every resolver, and this one was none.
  if (!NAME_PATTERN.test(name) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(name)) throw new RangeError(entry)
  return name
}

/** The name itself, or one that it stands below. */
function isListed(names: ReadonlySet<string>, name: string): boolean {
  if (names.has(name)) return true
  const labels = name.split('.')
  return labels.some((_, index) => index > 0 && names.has(`*.${labels.slice(index).join('.')}`))
}

/** `host.` is `host`. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

function contains(ranges: BlockList, address: string): boolean {
  // A zone says by which door, not to whom.
  const [bareAddress = ''] = address.split('%')
  return isIP(bareAddress) !== 0 && ranges.check(bareAddress, familyOf(bareAddress))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
