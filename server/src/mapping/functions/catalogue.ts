import { ANALYTICS_FUNCTIONS } from './analytics-functions.ts'
import { CONVERSION_FUNCTIONS } from './conversion-functions.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import type { MappingFunction } from './define-function.ts'
import { HASHING_FUNCTIONS } from './hashing-functions.ts'
import { HIERARCHY_FUNCTIONS } from './hierarchy-functions.ts'
import { LOGICAL_FUNCTIONS } from './logical-functions.ts'
import { REGEX_FUNCTIONS } from './regex-functions.ts'
import { STRING_FUNCTIONS } from './string-functions.ts'
import { URL_FUNCTIONS } from './url-functions.ts'

/** Every function that an expression may call, in the order of the documentation. */
export const MAPPING_FUNCTIONS: readonly MappingFunction[] = [
  ...STRING_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  ...HASHING_FUNCTIONS,
  ...URL_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...HIERARCHY_FUNCTIONS,
  ...LOGICAL_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...ANALYTICS_FUNCTIONS,
]

const byName: ReadonlyMap<string, MappingFunction> = new Map(
  MAPPING_FUNCTIONS.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry] as const)),
)

/** Names and aliases. */
export const FUNCTION_NAMES: readonly string[] = [...byName.keys()]

/** Functions that exist elsewhere and not here, with the reason. */
export const UNAVAILABLE_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ...[
    'ua_os_name',
    'ua_os_version_major',
    'ua_os_version',
    'ua_os_name_version',
    'ua_agent_version',
    'ua_agent_version_major',
    'ua_agent_name',
    'ua_device_class',
  ].map((name): [string, string] => [
    name,
    'it needs a database of user agents, which is not part of this server',
  ]),
  ['fpid_to_ecid', 'how it computes its result is not published'],
])

/** The function of a name or alias; names are case-sensitive. */
export function findFunction(name: string): MappingFunction | undefined {
  return byName.get(name)
}
