import { parseColumnType } from '#columns/column-type.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { invalidResource } from './problems.ts'
import { objectAt, objectsAt } from './schema-tree.ts'

/**
 * What the keywords of fields may say. A schema with a type that is none would be taken here and fail later, in a
 * dataset or a run, where nobody looks for it.
 */
export function checkKeywords(document: JsonObject): void {
  checkBelow(document, '')
}

function checkBelow(node: JsonObject, path: string): void {
  for (const key of ['definitions', 'properties']) {
    const fields = objectAt(node, key) ?? {}
    for (const name of Object.keys(fields)) {
      const field = objectAt(fields, name)
      const fieldPath = key === 'properties' ? `${path}/${name}` : path
      if (field === undefined) throw invalidResource(`${describe(fieldPath)} must be an object.`)
      if (key === 'properties') checkNode(field, fieldPath)
      checkBelow(field, fieldPath)
    }
  }
  for (const key of ['items', 'additionalProperties']) {
    const child = objectAt(node, key)
    if (child === undefined) continue
    checkNode(child, `${path}/${key}`)
    checkBelow(child, `${path}/${key}`)
  }
  for (const part of objectsAt(node, 'allOf')) checkBelow(part, path)
}

function describe(path: string): string {
  return path === '' ? 'The resource' : `The field ${path}`
}

type Check = (node: JsonObject, refuse: (reason: string) => never) => void

function checkNode(node: JsonObject, path: string): void {
  const refuse = (reason: string): never => {
    throw invalidResource(`${describe(path)} is not valid: ${reason}`)
  }
  for (const check of CHECKS) check(node, refuse)
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']

const CHECKS: readonly Check[] = [
  checkType,
  checkNumbers,
  checkPattern,
  checkEnum,
  checkRequired,
  checkItems,
  checkLakeType,
]

function checkType({ type }: JsonObject, refuse: (reason: string) => never): void {
  const names = Array.isArray(type) ? (type as readonly Json[]) : [type]
  const unknown = names.find((name) => name !== undefined && !(TYPES as readonly unknown[]).includes(name))
  if (unknown !== undefined)
    refuse(`type ${JSON.stringify(unknown)} is unknown. Use one of ${TYPES.join(', ')}.`)
}

const BOUNDS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const

function checkNumbers(node: JsonObject, refuse: (reason: string) => never): void {
  for (const [least, most] of BOUNDS) {
    const [a, b] = [node[least], node[most]]
    for (const [name, bound] of [
      [least, a],
      [most, b],
    ] as const) {
      if (bound !== undefined && typeof bound !== 'number')
        refuse(`${name} ${JSON.stringify(bound)} is no number.`)
      if (typeof bound === 'number' && least !== 'minimum' && !(Number.isInteger(bound) && bound >= 0))
        refuse(`${name} ${bound} is no length. Use 0 or more.`)
    }
    if (typeof a === 'number' && typeof b === 'number' && a > b)
      refuse(`${least} ${a} is more than ${most} ${b}, so that no value would do.`)
  }
}

function checkPattern({ pattern, format }: JsonObject, refuse: (reason: string) => never): void {
  if (format !== undefined && typeof format !== 'string')
    refuse(`format ${JSON.stringify(format)} is no text.`)
  if (pattern === undefined) return
  if (typeof pattern !== 'string' || !isPattern(pattern))
    refuse(`pattern ${JSON.stringify(pattern)} is no regular expression.`)
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

function checkEnum(node: JsonObject, refuse: (reason: string) => never): void {
  const { enum: values, 'meta:enum': labels } = node
  if (values !== undefined && !(Array.isArray(values) && values.length > 0))
    refuse('enum must be a list of at least one value.')
  if (labels !== undefined && !isObject(labels)) refuse('meta:enum must have a label for each value.')
}

function checkRequired(node: JsonObject, refuse: (reason: string) => never): void {
  const { required } = node
  if (required === undefined) return
  const isList =
    Array.isArray(required) && (required as readonly Json[]).every((name) => typeof name === 'string')
  if (!isList) refuse('required must be a list of names of fields.')
}

function checkItems(node: JsonObject, refuse: (reason: string) => never): void {
  if (node['type'] === 'array' && !isObject(node['items']))
    refuse('items is missing. Say what the list holds, such as {"type": "string"}.')
  if (node['meta:xdmType'] === 'map' && !isObject(node['additionalProperties']))
    refuse('additionalProperties is missing. Say what the map holds, such as {"type": "string"}.')
}

function checkLakeType(node: JsonObject, refuse: (reason: string) => never): void {
  const wanted = node['meta:lakeType']
  if (wanted === undefined) return
  if (typeof wanted !== 'string' || parseColumnType(wanted) === undefined)
    refuse(
      `meta:lakeType ${JSON.stringify(wanted)} is unknown. Use long, decimal(12,2), timestamp or the like.`,
    )
}
