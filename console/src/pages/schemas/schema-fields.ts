/** A field of a schema that holds a value. */
export interface SchemaField {
  readonly path: string
  readonly type: string
  readonly title: string | undefined
  /** What is asked of its values. */
  readonly rules: string
}

interface Node {
  readonly type?: string
  readonly title?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly [rule: string]: unknown
}

/** Fields by path, those of the tenant first. Lists are named as a whole. Pure. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): readonly SchemaField[] {
  const fields = leavesOf(schema as Node, '')
  return fields.toSorted(
    (one, other) => Number(other.path.startsWith('_')) - Number(one.path.startsWith('_')),
  )
}

function leavesOf({ properties = {}, required = [] }: Node, above: string): readonly SchemaField[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = above + name
    if (node.properties !== undefined && node.type !== 'array') return leavesOf(node, `${path}.`)
    return [{ path, type: typeOf(node), title: node.title, rules: rulesOf(node, required.includes(name)) }]
  })
}

function typeOf({ type = 'any', format, items }: Node): string {
  if (type === 'array')
    return `list of ${items === undefined ? 'any' : items.properties === undefined ? typeOf(items) : 'objects'}`
  return format === undefined ? type : `${type} (${format})`
}

const RULES = ['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'enum'] as const

function rulesOf(node: Node, isRequired: boolean): string {
  const rules = RULES.filter((rule) => node[rule] !== undefined).map(
    (rule) => `${rule} ${JSON.stringify(node[rule])}`,
  )
  return [...(isRequired ? ['required'] : []), ...rules].join(', ')
}
