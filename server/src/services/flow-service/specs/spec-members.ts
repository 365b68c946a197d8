import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import { assertSchema } from './spec-schema.ts'

/** Reads a member of a spec: what is kept of it. `label` is how a message names it. @throws {FlowProblem} 1100 */
export type ReadMember = (value: Json, label: string) => Json

export const text: ReadMember = (value, label) => {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw invalidRequest(`${label} must be a text that is not blank.`, label)
}

export const anyObject: ReadMember = (value, label) => objectOf({})(value, label)

/** A JSON Schema. */
export const schema: ReadMember = (value, label) => {
  assertSchema(value, label)
  return value
}

export function listOf(read: ReadMember): ReadMember {
  return (value, label) => {
    if (!Array.isArray(value)) throw invalidRequest(`${label} must be an array.`, label)
    return value.map((item: Json, index) => read(item, `${label}.${index}`))
  }
}

/** An object some of whose members are known; of those, null counts as absent. The others are kept as they are. */
export function objectOf(members: Readonly<Record<string, ReadMember>>): ReadMember {
  return (value, label) => {
    if (!isObject(value)) throw invalidRequest(`${label} must be an object.`, label)
    const read: Record<string, Json | undefined> = { ...(value as JsonObject) }
    for (const [name, readMember] of Object.entries(members)) {
      const member = read[name] ?? undefined
      if (member === undefined) delete read[name]
      else read[name] = readMember(member, `${label}.${name}`)
    }
    return read
  }
}

/** A part of a spec: a JSON Schema under a name. */
export const part: ReadMember = objectOf({ name: text, type: text, spec: schema })

/** A list of parts, each with a name of its own. */
export const namedParts: ReadMember = (value, label) => {
  const seen = new Set<Json | undefined>()
  return listOf((item, at) => {
    const read = part(item, at) as JsonObject
    const { name } = read
    text(name ?? null, `${at}.name`)
    if (seen.has(name)) throw invalidRequest(`${at}.name ${name} is there twice.`, `${at}.name`)
    seen.add(name)
    return read
  })(value, label)
}

const permissions = listOf(objectOf({ '@type': text, name: text, permissions: listOf(text) }))

/** Who may change, and who may see, what is made of a spec. */
export const permissionsInfo: ReadMember = objectOf({ manage: permissions, view: permissions })
