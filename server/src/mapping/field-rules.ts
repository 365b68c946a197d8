/**
 * What a schema wants of the values of a field besides their type, and of what is in them. Plain JSON: it is stored
 * with the plan and crosses threads.
 */
export interface FieldRules {
  readonly enum?: readonly (string | number | boolean)[] | undefined
  readonly pattern?: string | undefined
  /** In characters, as Unicode counts them. */
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
  readonly format?: string | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly exclusiveMinimum?: number | undefined
  readonly exclusiveMaximum?: number | undefined
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
  /** Takes the place of a value that is missing. */
  readonly default?: string | number | boolean | undefined
  /** Names that an object has to have, where it is there at all. */
  readonly required?: readonly string[] | undefined
  /** Of an object. */
  readonly fields?: Readonly<Record<string, FieldRules>> | undefined
  /** Of the items of a list, or of the values of a map. */
  readonly items?: FieldRules | undefined
}

/** A node of a resolved schema, as far as rules are in it. */
export interface SchemaNode {
  readonly type?: unknown
  readonly enum?: unknown
  readonly pattern?: unknown
  readonly minLength?: unknown
  readonly maxLength?: unknown
  readonly format?: unknown
  readonly minimum?: unknown
  readonly maximum?: unknown
  readonly exclusiveMinimum?: unknown
  readonly exclusiveMaximum?: unknown
  readonly minItems?: unknown
  readonly maxItems?: unknown
  readonly default?: unknown
  readonly required?: unknown
  readonly properties?: unknown
  readonly items?: unknown
  readonly additionalProperties?: unknown
  readonly 'meta:xdmType'?: unknown
}

/** The rules of a resolved schema or of a part of it; `undefined` where it has none. */
export function rulesOfSchema(node: SchemaNode): FieldRules | undefined {
  const rules = withoutAbsent<FieldRules>({
    ...scalarRules(node),
    required: textsOf(node.required),
    fields: fieldRules(node.properties),
    items: partRules(node),
  })
  return Object.keys(rules).length === 0 ? undefined : rules
}

function scalarRules(node: SchemaNode): FieldRules {
  const allowed = Array.isArray(node.enum) ? node.enum.filter(isScalar) : undefined
  const isChoice = allowed !== undefined || node.type === 'boolean'
  return {
    enum: allowed,
    pattern: textOf(node.pattern),
    minLength: numberOf(node.minLength),
    maxLength: numberOf(node.maxLength),
    format: textOf(node.format),
    minItems: numberOf(node.minItems),
    maxItems: numberOf(node.maxItems),
    ...boundsOf(node),
    // Defaults of other fields are suggestions for forms.
    default: isChoice && isScalar(node.default) ? node.default : undefined,
  }
}

/** Bounds that mean the machine's: a type's own, one too far, or those of what JSON can say of a long. */
const TYPE_BOUNDS: ReadonlySet<number> = new Set([
  2 ** 31 - 1,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  2 ** 63,
])

const SMALL_TYPES: Readonly<Record<string, number>> = { byte: 128, short: 32_768 }

/** A byte or short is kept as an int, so its range is a rule; those of int and long are what their columns hold. */
function boundsOf(node: SchemaNode): FieldRules {
  const size = SMALL_TYPES[String(node['meta:xdmType'])]
  const minimum = ownBound(node.minimum)
  const maximum = ownBound(node.maximum)
  const exclusive = {
    exclusiveMinimum: ownBound(node.exclusiveMinimum),
    exclusiveMaximum: ownBound(node.exclusiveMaximum),
  }
  if (size === undefined || node.type !== 'integer') return { minimum, maximum, ...exclusive }
  return {
    minimum: Math.max(minimum ?? -size, -size),
    maximum: Math.min(maximum ?? size, size - 1),
    ...exclusive,
  }
}

function ownBound(bound: unknown): number | undefined {
  const number = numberOf(bound)
  return number === undefined || TYPE_BOUNDS.has(Math.abs(number)) ? undefined : number
}

function fieldRules(properties: unknown): FieldRules['fields'] {
  if (!isNode(properties)) return undefined
  const entries = Object.entries(properties).flatMap(([name, child]) => {
    const rules = isNode(child) ? rulesOfSchema(child) : undefined
    return rules === undefined ? [] : [[name, rules] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function partRules({ properties, items, additionalProperties }: SchemaNode): FieldRules | undefined {
  if (isNode(items)) return rulesOfSchema(items)
  return properties === undefined && isNode(additionalProperties)
    ? rulesOfSchema(additionalProperties)
    : undefined
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textsOf(value: unknown): readonly string[] | undefined {
  const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  return texts.length === 0 ? undefined : texts
}

function withoutAbsent<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}
