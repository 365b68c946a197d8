import { isIP } from 'node:net'
import type { HostRules } from '#kit/host-rules.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

const MAX_URL_CHARS = 2_048

/**
 * Reads the `url` member. Whether an allowed name leads to an allowed address is found out whenever it is called.
 *
 * @throws {FlowProblem} 1100. It repeats no more than the host: paths and queries of receivers tend to hold secrets
 */
export function readReceiverUrl(given: unknown, hosts: HostRules | undefined): string {
  if (typeof given !== 'string' || given.trim() === '')
    throw invalidUrl('is missing. Send the http or https URL of the receiver.')
  if (given.length > MAX_URL_CHARS)
    throw invalidUrl(`has ${given.length} characters. Send ${MAX_URL_CHARS} at most.`)
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined) throw invalidUrl('is no URL. Send one such as https://hooks.example.com/flows.')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalidUrl(`has the scheme ${url.protocol.slice(0, 20)} Use http or https.`)
  if (url.username !== '' || url.password !== '')
    throw invalidUrl('holds a user or a password. Send them in headers, for instance as Authorization.')
  if (url.hash !== '') throw invalidUrl('has a fragment (#), which no server gets to see. Leave it out.')
  assertAllowed(hostOf(url), hosts)
  return given
}

/** The host as a resolver takes it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function assertAllowed(host: string, hosts: HostRules | undefined): void {
  if (hosts === undefined || hosts.allowsName(host)) return
  const isOpen = isIP(host) === 0 ? hosts.hasRanges : hosts.allowsAddress(host)
  if (isOpen) return
  throw invalidUrl(
    `leads to ${host}, which is not among the hosts that this server may notify. Whoever runs the server lists them in HEADWATER_WEBHOOK_HOSTS.`,
  )
}

function invalidUrl(fault: string): Error {
  return invalidRequest(`url ${fault}`, 'url')
}
