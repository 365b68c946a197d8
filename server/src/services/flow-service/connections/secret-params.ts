import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { findSettingKey, isSecretSetting } from '#source/postgres/params/setting-names.ts'

/** What is shown in the place of a secret. Sent back, it means: keep the secret that is stored. */
export const SECRET_MASK = '********'

/** The same parameters with every secret replaced by the mask, at any depth; all keys stay. */
export function maskParams(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, masked(name, value)]))
}

function masked(name: string, value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return value
  if (isSecretName(name)) return SECRET_MASK
  if (typeof value === 'string') return holdsSecret(value) ? SECRET_MASK : value
  if (Array.isArray(value)) return value.map((item: Json) => masked(name, item) ?? null)
  if (!isObject(value)) return value
  const isSecure = value['type'] === 'SecureString' && 'value' in value
  const shown = maskParams(value as JsonObject)
  return isSecure ? { ...shown, value: SECRET_MASK } : shown
}

const SECRET_WORDS =
  /pass(word|wd|phrase|code)?$|pwd|psw$|secret|token|credential|connectionstring|(private|access|account|api|client|storage|encryption)key$|^(kp|ksp|tsp)$/

/** Names of our secrets, and any other that says so: clients send keys of their own. */
function isSecretName(name: string): boolean {
  const key = findSettingKey(name)
  if (key !== undefined) return isSecretSetting(key)
  return SECRET_WORDS.test(name.toLowerCase().replaceAll(/[\s_-]/g, ''))
}

const SECRET_TEXTS = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/,
  /:\/\/[^\s/?#@:]*:[^\s/]*@/,
  /(^|[;?&{'"\s])(pass\s?(word|phrase)|pwd|psw|ssl\s?password)\s*=\s*[^\s;]/i,
]

/** True for a secret in a place that isn't meant for one: a private key, a URL or pairs with a password. */
function holdsSecret(text: string): boolean {
  return SECRET_TEXTS.some((pattern) => pattern.test(text))
}

/** Parameters in which the stored secrets stand again, and the paths of those that came from there. */
export interface RestoredParams {
  readonly params: JsonObject
  /** `password`, `extra.token`. */
  readonly kept: readonly string[]
}

/** Undoes masks that were sent back, key by key. A mask under another key than the secret's stays one. */
export function restoreSecrets(params: JsonObject, stored: JsonObject | undefined): RestoredParams {
  const kept: string[] = []
  return { params: restored(params, stored ?? {}, '', kept), kept }
}

function restored(params: JsonObject, stored: JsonObject, prefix: string, kept: string[]): JsonObject {
  const shown = maskParams(stored)
  const isSecure = stored['type'] === 'SecureString'
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const before = stored[name]
      if (value === SECRET_MASK && (shown[name] === SECRET_MASK || (isSecure && name === 'value'))) {
        kept.push(prefix + name)
        return [name, before]
      }
      if (!isObject(value) || !isObject(before)) return [name, value]
      return [name, restored(value as JsonObject, before as JsonObject, `${prefix}${name}.`, kept)]
    }),
  )
}

/** The path of a mask for which nothing is stored. */
export function findMask(params: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(params)) {
    if (value === SECRET_MASK) return name
    const inner = isObject(value) ? findMask(value as JsonObject) : undefined
    if (inner !== undefined) return `${name}.${inner}`
  }
  return undefined
}

/** A patch's value for a path below `/auth`, with its secrets masked. */
export function maskPatchValue(path: string, value: Json | undefined): Json | undefined {
  const [, first, ...names] = path.split('/').map(unescapeName)
  if (first !== 'auth' || value === undefined) return value
  if (names.some(isSecretName)) return SECRET_MASK
  return masked(names.at(-1) ?? 'auth', value)
}

function unescapeName(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
