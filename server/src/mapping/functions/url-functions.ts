import { fail, type Value } from '#mapping/values.ts'
import { textAt, textOr, valueAt } from './arguments.ts'
import { checked, defineFunction, type MappingFunction, optional, required } from './define-function.ts'

const category = 'URL' as const
const url = required('url', 'string', 'The address')

interface UrlParts {
  readonly protocol: string
  readonly host: string
  readonly port: string | undefined
  readonly path: string
  readonly query: string | undefined
  readonly anchor: string | undefined
}

const URL_TEXT =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[^/?#@\s]*@)?(\[[0-9a-fA-F:.]+\]|[^/:?#@\s]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:\?([^#\s]*))?(?:#(\S*))?$/

const DEFAULT_PORTS: ReadonlyMap<string, bigint> = new Map([
  ['http', 80n],
  ['https', 443n],
  ['ftp', 21n],
  ['ftps', 990n],
  ['sftp', 22n],
  ['ssh', 22n],
])

function partsOf(text: string): UrlParts | undefined {
  const match = URL_TEXT.exec(text.trim())
  if (!match) return undefined
  return {
    protocol: match[1] ?? '',
    host: match[2] ?? '',
    port: match[3],
    path: match[4] ?? '',
    query: match[5],
    anchor: match[6],
  }
}

function portOf({ port, protocol }: UrlParts): Value {
  return port === undefined ? (DEFAULT_PORTS.get(protocol.toLowerCase()) ?? null) : BigInt(port)
}

const port = defineFunction({
  name: 'get_url_port',
  category,
  description: 'The port of an address, or else the usual one of its protocol.',
  params: [url],
  returns: 'The port; null for what is no address',
  returnType: 'integer',
  example: 'get_url_port("sftp://example.com//home/joe/employee.csv")',
  result: '22',
  evaluate: (args) => {
    const parts = partsOf(textAt(args, 0))
    return parts ? portOf(parts) : null
  },
})

function part(
  name: string,
  what: string,
  sample: readonly [argument: string, result: string],
  take: (parts: UrlParts) => string,
): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `The ${what} of an address.`,
    params: [url],
    returns: `The ${what}; null for what is no address`,
    returnType: 'string',
    example: `${name}("${sample[0]}")`,
    result: sample[1],
    evaluate: (args) => {
      const parts = partsOf(textAt(args, 0))
      return parts ? take(parts) : null
    },
  })
}

const path = defineFunction({
  name: 'get_url_path',
  category,
  description: 'The path of an address, or only its last part.',
  params: [url, optional('isFull', 'boolean', 'False for the last part alone; true unless given')],
  returns: 'The path; null for what is no address',
  returnType: 'string',
  example: 'get_url_path("sftp://example.com//home/joe/employee.csv")',
  result: '//home/joe/employee.csv',
  evaluate: (args) => {
    const parts = partsOf(textAt(args, 0))
    if (!parts) return null
    return valueAt(args, 1) === false ? parts.path.slice(parts.path.lastIndexOf('/') + 1) : parts.path
  },
})

const query = defineFunction({
  name: 'get_url_query_str',
  category,
  description: 'The parameters of the query of an address.',
  params: [
    url,
    checked(
      required(
        'anchor',
        'string',
        'What becomes of the part after #: retain (or keep), remove or append (as _anchor_)',
      ),
      assertMode,
    ),
  ],
  returns: 'The parameters by name; null for what is no address',
  returnType: 'map',
  example: 'get_url_query_str("foo://example.com:8042/over/there?name=ferret#nose", "append")',
  result: '{"name":"ferret","_anchor_":"nose"}',
  evaluate: (args) => {
    const parts = partsOf(textAt(args, 0))
    return parts ? queryOf(parts, textOr(args, 1, 'retain')) : null
  },
})

function assertMode(mode: string): void {
  if (!['retain', 'keep', 'remove', 'append'].includes(mode))
    fail('The anchor is none of retain, remove, append')
}

function queryOf({ query: text, anchor }: UrlParts, mode: string): Value {
  assertMode(mode)
  const isKept = anchor !== undefined && (mode === 'retain' || mode === 'keep')
  const source = `${text ?? ''}${isKept && text ? `#${anchor}` : ''}`
  const map = new Map<string, Value>(
    source
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => pairOf(pair)),
  )
  if (mode === 'append' && anchor !== undefined) map.set('_anchor_', anchor)
  return map
}

function pairOf(pair: string): [string, string] {
  const place = pair.indexOf('=')
  return place < 0 ? [pair, ''] : [pair.slice(0, place), pair.slice(place + 1)]
}

const encoded = defineFunction({
  name: 'get_url_encoded',
  category,
  description: 'Writes every character that means something in an address as % and its code.',
  params: [url],
  returns: 'The encoded text',
  returnType: 'string',
  example: 'get_url_encoded("https://example.com/partneralliance_asia-pacific_2022")',
  result: 'https%3A%2F%2Fexample.com%2Fpartneralliance_asia-pacific_2022',
  evaluate: (args) => encodeText(textAt(args, 0)),
})

function encodeText(text: string): Value {
  if (!text.isWellFormed()) return null
  return encodeURIComponent(text).replace(
    /[~*!'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const decoded = defineFunction({
  name: 'get_url_decoded',
  category,
  description: 'Turns every % and code back into its character.',
  params: [url],
  returns: 'The decoded text; null where a code is broken',
  returnType: 'string',
  example: 'get_url_decoded("https%3A%2F%2Fexample.com%2Fpartneralliance_asia-pacific_2022")',
  result: 'https://example.com/partneralliance_asia-pacific_2022',
  evaluate: (args) => {
    try {
      return decodeURIComponent(textAt(args, 0))
    } catch {
      return null
    }
  },
})

export const URL_FUNCTIONS: readonly MappingFunction[] = [
  part(
    'get_url_protocol',
    'protocol',
    ['https://platform.adobe.com/home', 'https'],
    (parts) => parts.protocol,
  ),
  part(
    'get_url_host',
    'host',
    ['https://platform.adobe.com/home', 'platform.adobe.com'],
    (parts) => parts.host,
  ),
  port,
  path,
  query,
  encoded,
  decoded,
]
