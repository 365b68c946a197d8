import fc from 'fast-check'
import { type OpenApiNode, resolveRef } from './walk-document.ts'

/** Values for places of a body that a schema alone cannot fill: ids of what exists, names of tables. */
export type Pins = Readonly<Record<string, fc.Arbitrary<unknown>>>

export interface BodyOptions {
  /** By place: `/connectionSpec/id`. */
  readonly pins?: Pins | undefined
  /** Members that stay away, because other rules than the schema decide on them: `/auth/params/sslKey`. */
  readonly without?: readonly string[] | undefined
}

/** Bodies that a schema of a document allows. Objects get no members that are not described. */
export function arbitraryBody(
  document: OpenApiNode,
  schema: OpenApiNode,
  options: BodyOptions = {},
): fc.Arbitrary<unknown> {
  const { pins = {}, without = [] } = options
  const build = (given: OpenApiNode, at: string, depth: number): fc.Arbitrary<unknown> => {
    const pinned = pins[at]
    if (pinned !== undefined) return pinned
    const node = resolveRef(document, given)
    const parts: OpenApiNode[] | undefined =
      node.properties === undefined ? (node.anyOf ?? node.oneOf) : undefined
    if (parts !== undefined) {
      // What refers to itself ends at some depth, with a part that doesn't.
      const kept = depth < 6 ? parts : parts.filter((part) => !JSON.stringify(part).includes('FnApply'))
      return fc.oneof(...kept.map((part) => build(part, at, depth + 1)))
    }
    if (node.allOf !== undefined && node.properties === undefined) return build(node.allOf[0], at, depth + 1)
    if (node.enum !== undefined) return fc.constantFrom(...node.enum)
    if (node.const !== undefined) return fc.constant(node.const)
    if (node.type === 'object') return objectOf(node, at, depth)
    if (node.type === 'array') {
      const { minItems = 0, maxItems = 3 } = node
      const item = build(node.items ?? {}, `${at}/*`, depth + 1)
      return fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, 3) })
    }
    return scalarOf(node)
  }
  const objectOf = (node: OpenApiNode, at: string, depth: number): fc.Arbitrary<unknown> => {
    if (node.properties === undefined)
      return fc.dictionary(WORD, fc.oneof(TEXT, fc.integer()), { maxKeys: 2 })
    const required: string[] = node.required ?? []
    const names = Object.keys(node.properties).filter(
      (name) => !isNever(node.properties[name]) && !without.includes(`${at}/${name}`),
    )
    const members = Object.fromEntries(
      names.map((name) => [name, build(node.properties[name], `${at}/${name}`, depth + 1)]),
    )
    return fc.record(members, { requiredKeys: required.filter((name) => names.includes(name)) })
  }
  return build(schema, '', 0)
}

/** Printable, so that everybody can store it. */
const TEXT = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
const WORD = fc.stringMatching(/^[a-z]{1,8}$/)

function isNever(schema: OpenApiNode): boolean {
  return schema.not !== undefined && Object.keys(schema.not).length === 0
}

function scalarOf(node: OpenApiNode): fc.Arbitrary<unknown> {
  const { type, minimum, maximum, exclusiveMinimum } = node
  if (type === 'string') return textOf(node)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'integer')
    return fc.integer({ min: minimum ?? -1000, max: Math.min(maximum ?? 1000, 2 ** 31 - 1) })
  if (type === 'number') {
    return fc.integer({
      min: Math.ceil(minimum ?? exclusiveMinimum ?? -100) + (exclusiveMinimum === undefined ? 0 : 1),
      max: maximum ?? 100,
    })
  }
  // Nothing is said of it, so that everything goes.
  return fc.oneof(TEXT, fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 }))
}

function textOf({ pattern, format, minLength = 0, maxLength = 40 }: OpenApiNode): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 4 })
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((it) => it.toISOString())
  if (pattern === '\\S') return TEXT.map((text) => `a${text}`)
  if (pattern === '^/') return WORD.map((word) => `/${word}`)
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, 40) })
}
