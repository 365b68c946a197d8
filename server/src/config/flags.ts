import { nearestName } from '#kit/nearest.ts'
import { ConfigError } from './config-error.ts'
import { ExpectationError, type Parse, parseRole, parseText, parseWhole, type Role } from './values.ts'

/** What was said on the command line; it wins over the environment. */
export interface Flags {
  readonly dataDir?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly role?: Role | undefined
  /** `--help` was given: show the help instead of starting. */
  readonly help: boolean
}

interface Flag {
  key: 'dataDir' | 'host' | 'port' | 'role'
  parse: Parse<string | number>
  help: string
}

const flags: Readonly<Record<string, Flag>> = {
  '--data-dir': { key: 'dataDir', parse: parseText, help: 'folder for everything the server keeps' },
  '--host': { key: 'host', parse: parseText, help: 'address to listen on' },
  '--port': { key: 'port', parse: parseWhole(0, 65_535), help: 'port to listen on, 0 for any free one' },
  '--role': {
    key: 'role',
    parse: parseRole,
    help: 'all, server (answers requests) or worker (carries out runs)',
  },
}

const helpFlags = ['--help', '-h']

/**
 * Reads the arguments after the program's name: `--port 80` or `--port=80`. Pure.
 * Throws ConfigError for unknown flags, stray words and values that can't be read.
 */
export function readFlags(args: readonly string[]): Flags {
  const problems: string[] = []
  const read: Record<string, string | number> = {}
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (helpFlags.includes(arg)) return { help: true }
    const [name, inline] = splitOnce(arg)
    const flag = flags[name]
    if (flag === undefined) {
      problems.push(describeUnknown(name))
      // The value of a flag that was misspelled is not a second mistake.
      if (name.startsWith('-') && inline === undefined && !(rest[0] ?? '-').startsWith('-')) rest.shift()
      continue
    }
    try {
      read[flag.key] = parseFlag(name, flag, inline ?? rest.shift())
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...read, help: false }
}

/** Every flag with its meaning, for `--help`. */
export function listFlags(): { name: string; help: string }[] {
  return Object.entries(flags).map(([name, { help }]) => ({ name, help }))
}

function splitOnce(arg: string): [name: string, inline: string | undefined] {
  const at = arg.indexOf('=')
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

function parseFlag(name: string, flag: Flag, text: string | undefined): string | number {
  if (text === undefined || text === '') throw new ConfigError([`${name} needs a value.`])
  try {
    return flag.parse(text)
  } catch (error) {
    if (!(error instanceof ExpectationError)) throw error
    throw new ConfigError([`${name} is "${text}", but must be ${error.message}.`])
  }
}

function describeUnknown(name: string): string {
  if (!name.startsWith('-'))
    return `"${name}" is not expected here; every argument is a flag such as --port 8787.`
  const near = nearestName(name, Object.keys(flags))
  return `${name} is not a flag that Headwater knows.${near === undefined ? '' : ` Did you mean ${near}?`}`
}
