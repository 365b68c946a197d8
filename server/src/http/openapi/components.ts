import type { TSchema } from 'typebox'
import { isObject } from '#kit/json.ts'

/** A JSON Schema, or a part of the document that holds one. */
export type Node = Readonly<Record<string, unknown>>

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']
const MANY = ['anyOf', 'allOf', 'oneOf', 'prefixItems']
const NAMED = ['properties', 'patternProperties']

/**
 * What several operations share. A schema whose `title` is a name (`Flow`, `SpecInfo`) becomes a component and is
 * referred to wherever it stands; a title in words stays a title.
 */
export class Components {
  readonly #schemas = new Map<string, Node>()
  readonly #sources = new Map<string, string>()
  readonly #shared = new Map<string, Map<string, unknown>>()

  /** The schema with all named ones below it, and itself, replaced by references. */
  refer(schema: TSchema | Node): Node {
    const { title } = schema as Node
    if (!isComponentName(title)) return this.#inline(schema as Node)
    const source = JSON.stringify(schema)
    const known = this.#sources.get(title)
    if (known !== undefined && known !== source)
      throw new Error(`two schemas of the API have the title ${title}`)
    if (known === undefined) {
      this.#sources.set(title, source)
      this.#schemas.set(title, this.#inline(withoutExamples(schema as Node)))
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  /** Keeps a value under a name in a section such as `examples`. @returns a reference to it */
  share(section: string, name: string, value: unknown): Node {
    const known = this.#shared.get(section) ?? new Map<string, unknown>()
    this.#shared.set(section, known)
    if (known.has(name) && JSON.stringify(known.get(name)) !== JSON.stringify(value))
      throw new Error(`two ${section} of the API have the name ${name}`)
    known.set(name, value)
    return { $ref: `#/components/${section}/${name}` }
  }

  /** Everything by section and name, in the order of the names. */
  list(): Node {
    const sections = [['schemas', this.#schemas] as const, ...this.#shared]
    return Object.fromEntries(sections.map(([section, entries]) => [section, sortedObject(entries)]))
  }

  #inline(schema: Node): Node {
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, this.#member(key, value)]))
  }

  #member(key: string, value: unknown): unknown {
    if (ONE.includes(key) && isObject(value)) return this.refer(value)
    if (MANY.includes(key) && Array.isArray(value)) return value.map((schema: Node) => this.refer(schema))
    if (!NAMED.includes(key) || !isObject(value)) return value
    const entries = Object.entries(value).map(([name, schema]) => [name, this.refer(schema as Node)])
    return Object.fromEntries(entries)
  }
}

/** A title that is a name, and not words. */
export function isComponentName(title: unknown): title is string {
  return typeof title === 'string' && /^[A-Z][A-Za-z0-9]+$/.test(title)
}

/** Bodies and answers show the examples of what is larger than a single value. */
function withoutExamples(schema: Node): Node {
  const { examples, ...rest } = schema
  const isLarge = Array.isArray(examples) && examples.some((example) => typeof example === 'object')
  return isLarge ? rest : schema
}

function sortedObject(entries: ReadonlyMap<string, unknown>): Node {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}
