import type { ColumnType } from '#columns/column-type.ts'
import type { ShapeField, TextShape } from '#typemap/text-shape.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { parseDecimal } from './decimal.ts'
import { parsePostgresDay, parsePostgresMoment } from './postgres-dates.ts'
import { parsePostgresInterval } from './postgres-interval.ts'
import { EvaluationFailure, fail, type Value } from './values.ts'

/**
 * Takes apart the text that PostgreSQL prints of a value with parts: arrays become lists, composites, ranges and
 * intervals objects, hstore a map. What is no text, as in a row of JSON that somebody tries a mapping with, stays as
 * it is. Fails on a text of another form.
 */
export function parseShapedText(
  value: Value,
  { shape, levels }: { readonly shape: TextShape; readonly levels?: number | undefined },
): Value {
  if (typeof value !== 'string') return value
  if (levels !== undefined && shape.kind === 'array' && !isList(value, shape, levels))
    throw new EvaluationFailure(NO_LIST.reason, NO_LIST)
  return parseText(value, shape)
}

export const ARRAY_FORM_CODE = 'HW-ARRAY-FORM'

const NO_LIST = new ConversionProblem(
  'An array of more dimensions than the list has, or one that does not begin at 1, is no such list; mapped to a text it arrives as it is',
  ARRAY_FORM_CODE,
  {},
)

/** True for an array that a list of so many levels holds whole. Arrays in composites are looked at when read. */
function isList(text: string, { element }: ArrayShape, levels: number): boolean {
  const dimensions = Math.max(levels - levelsOf(element), 1)
  return !text.startsWith('[') && !text.startsWith('{'.repeat(dimensions + 1))
}

type ArrayShape = Extract<TextShape, { readonly kind: 'array' }>

/** Levels of a list that an item itself takes. */
function levelsOf({ kind }: TextShape): number {
  return kind === 'multirange' || kind === 'vector' ? 1 : 0
}

function parseText(text: string, shape: TextShape): Value {
  switch (shape.kind) {
    case 'scalar':
      return parseScalar(text, shape.type)
    case 'interval':
      return parsePostgresInterval(text) ?? fail('The text is no interval')
    default: {
      const reader = new ShapeReader(text)
      const value = reader.read(shape)
      return reader.isAtEnd ? value : reader.refuse()
    }
  }
}

/** A value without parts, as `shape.type` holds it; a text that can't be one stays text, and fails where it lands. */
function parseScalar(text: string, type: ColumnType): Value {
  switch (type.kind) {
    case 'boolean':
      return text === 't' || text === 'true'
    case 'int':
    case 'long':
      return /^-?\d+$/.test(text) ? BigInt(text) : text
    case 'float':
    case 'double':
      return Number(text)
    case 'decimal':
      return parseDecimal(text) ?? SPECIAL_NUMBERS.get(text) ?? text
    case 'date':
      return parsePostgresDay(text) ?? text
    case 'timestamp':
    case 'timestamptz':
      return parsePostgresMoment(text) ?? text
    case 'binary':
      return Buffer.from(text.replace(/^\\x/, ''), 'hex').toString('base64')
    default:
      return text
  }
}

const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/** Bounds of an array that doesn't begin with 1: `[0:2]={a,b,c}`. */
const BOUNDS = /(?:\[[+-]?\d+:[+-]?\d+\])+=/y

/** What is not quoted ends at one of these, by where it stands. */
const PLAIN = {
  attribute: /(?:[^,()"\\]|\\[\s\S])+/y,
  bound: /(?:[^,()[\]"\\]|\\[\s\S])+/y,
  number: /[^,[\]]+/y,
}

const plainItems = new Map<string, RegExp>()

/** An item without quotes. Boxes are apart by semicolons, geometries by colons, all else by commas. */
function plainItem(delimiter: string): RegExp {
  const known = plainItems.get(delimiter)
  if (known !== undefined) return known
  const expression = new RegExp(`(?:[^{}"\\\\${RegExp.escape(delimiter)}]|\\\\[\\s\\S])+`, 'y')
  plainItems.set(delimiter, expression)
  return expression
}

class ShapeReader {
  readonly #text: string
  #position = 0
  #what = 'array'

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#position === this.#text.length
  }

  refuse(): never {
    return fail(`The text is no ${this.#what}`)
  }

  read(shape: TextShape): Value {
    this.#what = shape.kind
    switch (shape.kind) {
      case 'array':
        if (this.#match(BOUNDS) !== undefined) throw new EvaluationFailure(NO_LIST.reason, NO_LIST)
        return this.#items('{', '}', shape.delimiter, () => this.#item(shape.element, shape.delimiter))
      case 'multirange':
        return this.#items('{', '}', ',', () => this.#range(shape.bound))
      case 'vector':
        return this.#items('[', ']', ',', () => Number(this.#match(PLAIN.number) ?? this.refuse()))
      case 'range':
        return this.#range(shape.bound)
      case 'composite':
        return this.#composite(shape.fields)
      case 'hstore':
        return this.#hstore()
      default:
        return parseText(this.#rest(), shape)
    }
  }

  #items(open: string, close: string, delimiter: string, item: () => Value): readonly Value[] {
    const items: Value[] = []
    this.#expect(open)
    if (this.#accept(close)) return items
    do items.push(item())
    while (this.#accept(delimiter))
    this.#expect(close)
    return items
  }

  #item(element: TextShape, delimiter: string): Value {
    const items = () => this.#item(element, delimiter)
    if (this.#text[this.#position] === '{') return this.#items('{', '}', delimiter, items)
    const quoted = this.#quoted()
    const plain = plainItem(delimiter)
    const text = quoted ?? unescaped(this.#match(plain) ?? this.refuse())
    return quoted === undefined && text.toUpperCase() === 'NULL' ? null : parseText(text, element)
  }

  #range(bound: TextShape): Value {
    if (this.#match(/empty/y) !== undefined) return new Map<string, Value>([['isEmpty', true]])
    const lowerInclusive = this.#accept('[')
    if (!lowerInclusive) this.#expect('(')
    const lower = this.#part(PLAIN.bound)
    this.#expect(',')
    const upper = this.#part(PLAIN.bound)
    const upperInclusive = this.#accept(']')
    if (!upperInclusive) this.#expect(')')
    return new Map<string, Value>([
      ['lower', lower === undefined ? null : parseText(lower, bound)],
      ['upper', upper === undefined ? null : parseText(upper, bound)],
      ['lowerInclusive', lowerInclusive],
      ['upperInclusive', upperInclusive],
      ['isEmpty', false],
    ])
  }

  #composite(fields: readonly ShapeField[]): Value {
    this.#expect('(')
    const members = fields.map(({ name, shape }, index): [string, Value] => {
      if (index > 0) this.#expect(',')
      const text = this.#part(PLAIN.attribute)
      return [name, text === undefined ? null : parseText(text, shape)]
    })
    this.#expect(')')
    return new Map(members)
  }

  #hstore(): Value {
    const entries = new Map<string, Value>()
    while (!this.isAtEnd) {
      const key = this.#quoted() ?? this.refuse()
      this.#expect('=')
      this.#expect('>')
      const isNull = this.#match(/NULL/y) !== undefined
      entries.set(key, isNull ? null : (this.#quoted() ?? this.refuse()))
      if (!this.isAtEnd) this.#match(/, /y) ?? this.refuse()
    }
    return entries
  }

  /** A bound or an attribute: nothing at all is null, or no bound. Quoted pieces and plain ones may follow each other. */
  #part(plain: RegExp): string | undefined {
    let text: string | undefined
    for (;;) {
      const quoted = this.#quoted()
      const piece = quoted ?? this.#match(plain)
      if (piece === undefined) return text
      text = (text ?? '') + (quoted === undefined ? unescaped(piece) : piece)
    }
  }

  /** In composites a quote is doubled, elsewhere it has a backslash before it. */
  #quoted(): string | undefined {
    const match = this.#match(/"(?:[^"\\]|\\[\s\S]|"")*"/y)
    return match === undefined ? undefined : unescaped(match.slice(1, -1).replaceAll('""', '"'))
  }

  #rest(): string {
    const rest = this.#text.slice(this.#position)
    this.#position = this.#text.length
    return rest
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#position
    const match = expression.exec(this.#text)
    if (match === null) return undefined
    this.#position = expression.lastIndex
    return match[0]
  }

  #accept(character: string): boolean {
    if (this.#text[this.#position] !== character) return false
    this.#position++
    return true
  }

  #expect(character: string): void {
    if (!this.#accept(character)) this.refuse()
  }
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text
}
