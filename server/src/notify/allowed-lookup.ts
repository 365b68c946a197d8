import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { HostRules } from '#kit/host-rules.ts'

/** The receiver is not among those that may be called. */
export class HostRefusedError extends Error {
  override readonly name = 'HostRefusedError'

  constructor(host: string) {
    super(`${host} is not among the hosts of HEADWATER_WEBHOOK_HOSTS, or does not lead to one of them.`)
  }
}

/**
 * Resolves a name for a connection that is made with the answer itself: no address is connected to that was not
 * judged, whatever the name leads to a moment later.
 */
export function allowedLookup(rules: HostRules): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '')
      const allowed = rules.allowsName(host)
        ? found
        : found.filter(({ address }) => rules.allowsAddress(address))
      const [first] = allowed
      if (first === undefined) return callback(new HostRefusedError(host), '')
      return options.all === true ? answerAll(callback, allowed) : callback(null, first.address, first.family)
    })
  }
}

function answerAll(callback: Parameters<LookupFunction>[2], addresses: LookupAddress[]): void {
  callback(null, addresses)
}

/** Addresses are never looked up, so they are judged before. @throws HostRefusedError */
export function assertAddressAllowed(host: string, rules: HostRules): void {
  if (isIP(host) === 0 || rules.allowsName(host) || rules.allowsAddress(host)) return
  throw new HostRefusedError(host)
}
