import { isIP } from 'node:net'
import { ConnectionParamsError } from './connection-params-error.ts'
import type { Setting, Settings } from './settings.ts'

export interface ServerAddress {
  readonly host: string
  readonly port: number
}

const DEFAULT_PORT = 5432
const MAX_HOST_CHARS = 255

/**
 * Where the settings lead: `host`, `host:port`, `host,port`, `[::1]`, `[::1]:port` or `tcp:host`. A port in
 * both places must agree.
 * @throws ConnectionParamsError for anything else, for several hosts and for sockets of the machine
 */
export function parseServerAddress(settings: Settings): ServerAddress {
  const server = settings.find('hostAddress') ?? settings.get('server')
  const { host, portText } = splitServer(server)
  const port = settings.find('port')
  const outer = port === undefined || port.value.trim() === '' ? undefined : parsePort(port.value, port.name)
  const inner = portText === undefined ? undefined : parsePort(portText, server.name)
  if (outer !== undefined && inner !== undefined && outer !== inner) {
    throw new ConnectionParamsError(
      settings.nameOf('port'),
      `is ${outer}, but ${server.name} says ${inner}. Give it once.`,
    )
  }
  return { host, port: outer ?? inner ?? DEFAULT_PORT }
}

function splitServer({ name, value }: Setting): { host: string; portText: string | undefined } {
  const text = value.trim().replace(/^tcp:/i, '')
  if (isIP(text)) return { host: text, portText: undefined }
  if (/,\s*[^\s\d]|,[^,]*,/.test(text)) {
    throw new ConnectionParamsError(name, 'names several hosts. Give one; there is no failover to another.')
  }
  const parts = /^(?:\[([^\]]+)\]|([^:,[\]]+))(?:[:,]\s*(\d+))?$/.exec(text)
  return { host: assertHostName(parts?.[1] ?? parts?.[2] ?? '', name), portText: parts?.[3] }
}

/** The name without outer blanks. Used for names that certificates must carry too. */
export function assertHostName(text: string, name: string): string {
  const host = text.trim()
  // Paths would reach unix sockets of this machine, which are none of a caller's business.
  if (/^[/@]|\\/.test(host)) {
    throw new ConnectionParamsError(
      name,
      'must not be the path of a socket. Give the host name or address of a server that listens on TCP.',
    )
  }
  if (host !== '' && host.length <= MAX_HOST_CHARS && !/[\s/@*]|\p{Cc}/u.test(host)) return host
  throw new ConnectionParamsError(name, 'must be a host name or an address, with a port at most.')
}

function parsePort(text: string, name: string): number {
  const port = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new ConnectionParamsError(name, 'must be a port from 1 to 65535.')
}
