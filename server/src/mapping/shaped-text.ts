import type { ColumnType, LakeType } from '#columns/column-type.ts'
import type { ShapeField, TextShape } from '#typemap/text-shape.ts'
import { ConversionProblem } from './conversion-problem.ts'
import { parseDecimal } from './decimal.ts'
import { parsePostgresDay, parsePostgresMoment } from './postgres-dates.ts'
import { parsePostgresInterval } from './postgres-interval.ts'
import { type Stops, stopsOf, TextCursor, unescaped } from './text-cursor.ts'
import { EvaluationFailure, fail, type Value } from './values.ts'

/**
 * Takes apart the text that PostgreSQL prints of a value with parts: arrays become lists, composites, ranges and
 * intervals objects, hstore a map. What is no text, as in a row of JSON that somebody tries a mapping with, stays as
 * it is. Fails on a text of another form, and on an array that a place of the type `whole` cannot hold as it is.
 */
export function parseShapedText(
  value: Value,
  { shape, whole }: { readonly shape: TextShape; readonly whole?: LakeType | undefined },
): Value {
  return typeof value === 'string' ? parseText(value, shape, whole) : value
}

export const ARRAY_FORM_CODE = 'HW-ARRAY-FORM'

const NO_LIST = new ConversionProblem(
  'An array of more dimensions than the list has, or one that does not begin at 1, is no such list; mapped to a text it arrives as it is',
  ARRAY_FORM_CODE,
  {},
)

/** As many dimensions as an array may have: the levels of the list, without those that its items make themselves. */
function dimensionsFor(whole: LakeType | undefined, element: TextShape): number {
  return whole === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(levelsOf(whole) - levelsOfShape(element), 1)
}

/** 1 for a list of numbers, 2 for a list of such lists. */
function levelsOf(type: LakeType): number {
  return type.kind === 'list' ? levelsOf(type.element) + 1 : 0
}

function levelsOfShape(shape: TextShape): number {
  if (shape.kind === 'array') return levelsOfShape(shape.element) + 1
  return shape.kind === 'multirange' || shape.kind === 'vector' ? 1 : 0
}

/** The place of an item that lies so many lists deep. */
function elementOf(type: LakeType | undefined, levels: number): LakeType | undefined {
  return levels === 0 || type?.kind !== 'list' ? type : elementOf(type.element, levels - 1)
}

function memberOf(type: LakeType | undefined, name: string): LakeType | undefined {
  return type?.kind === 'struct' ? type.fields.find((field) => field.name === name)?.type : undefined
}

function parseText(text: string, shape: TextShape, whole?: LakeType): Value {
  switch (shape.kind) {
    case 'scalar':
      return parseScalar(text, shape.type)
    case 'interval':
      return parsePostgresInterval(text) ?? fail('The text is no interval')
    default: {
      const reader = new ShapeReader(text)
      const value = reader.read(shape, whole)
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

/** What is not quoted ends at one of these, by where it stands; a backslash takes the next one along. */
const PLAIN = {
  attribute: stopsOf(',()"'),
  bound: stopsOf(',()[]"'),
  number: stopsOf(',[]'),
}

const plainItems = new Map<string, Stops>()

/** An item without quotes. Boxes are apart by semicolons, geometries by colons, all else by commas. */
function plainItem(delimiter: string): Stops {
  const known = plainItems.get(delimiter)
  if (known !== undefined) return known
  const stops = stopsOf(`{}"${delimiter}`)
  plainItems.set(delimiter, stops)
  return stops
}

type ArrayShape = Extract<TextShape, { readonly kind: 'array' }>

class ShapeReader {
  readonly #cursor: TextCursor
  #what = 'array'

  constructor(text: string) {
    this.#cursor = new TextCursor(text)
  }

  get isAtEnd(): boolean {
    return this.#cursor.isAtEnd
  }

  refuse(): never {
    return fail(`The text is no ${this.#what}`)
  }

  read(shape: TextShape, whole?: LakeType): Value {
    this.#what = shape.kind
    switch (shape.kind) {
      case 'array':
        if (this.#cursor.match(BOUNDS) !== undefined) throw new EvaluationFailure(NO_LIST.reason, NO_LIST)
        return this.#array(shape, whole)
      case 'multirange':
        return this.#items('{', '}', ',', () => this.#range(shape.bound))
      case 'vector':
        return this.#items('[', ']', ',', () => Number(this.#cursor.plain(PLAIN.number) ?? this.refuse()))
      case 'range':
        return this.#range(shape.bound)
      case 'composite':
        return this.#composite(shape.fields, whole)
      case 'hstore':
        return this.#hstore()
      default:
        return parseText(this.#cursor.rest(), shape)
    }
  }

  #items(open: string, close: string, delimiter: string, item: () => Value): readonly Value[] {
    const items: Value[] = []
    this.#expect(open)
    if (this.#cursor.accept(close)) return items
    do items.push(item())
    while (this.#cursor.accept(delimiter))
    this.#expect(close)
    return items
  }

  #array({ element, delimiter }: ArrayShape, whole: LakeType | undefined): readonly Value[] {
    const deepest = dimensionsFor(whole, element)
    const level = (depth: number): readonly Value[] => {
      if (depth > deepest) throw new EvaluationFailure(NO_LIST.reason, NO_LIST)
      const isDeeper = () => this.#cursor.isAt('{')
      const item = () =>
        isDeeper() ? level(depth + 1) : this.#item(element, delimiter, elementOf(whole, depth))
      return this.#items('{', '}', delimiter, item)
    }
    return level(1)
  }

  #item(element: TextShape, delimiter: string, whole: LakeType | undefined): Value {
    const quoted = this.#cursor.quoted()
    const text = quoted ?? unescaped(this.#cursor.plain(plainItem(delimiter)) ?? this.refuse())
    return quoted === undefined && text.toUpperCase() === 'NULL' ? null : parseText(text, element, whole)
  }

  #range(bound: TextShape): Value {
    if (this.#cursor.match(/empty/y) !== undefined) return new Map<string, Value>([['isEmpty', true]])
    const lowerInclusive = this.#cursor.accept('[')
    if (!lowerInclusive) this.#expect('(')
    const lower = this.#part(PLAIN.bound)
    this.#expect(',')
    const upper = this.#part(PLAIN.bound)
    const upperInclusive = this.#cursor.accept(']')
    if (!upperInclusive) this.#expect(')')
    return new Map<string, Value>([
      ['lower', lower === undefined ? null : parseText(lower, bound)],
      ['upper', upper === undefined ? null : parseText(upper, bound)],
      ['lowerInclusive', lowerInclusive],
      ['upperInclusive', upperInclusive],
      ['isEmpty', false],
    ])
  }

  #composite(fields: readonly ShapeField[], whole: LakeType | undefined): Value {
    this.#expect('(')
    const members = fields.map(({ name, shape }, index): [string, Value] => {
      if (index > 0) this.#expect(',')
      const text = this.#part(PLAIN.attribute)
      return [name, text === undefined ? null : parseText(text, shape, memberOf(whole, name))]
    })
    this.#expect(')')
    return new Map(members)
  }

  #hstore(): Value {
    const entries = new Map<string, Value>()
    while (!this.#cursor.isAtEnd) {
      const key = this.#cursor.quoted() ?? this.refuse()
      this.#expect('=')
      this.#expect('>')
      const isNull = this.#cursor.match(/NULL/y) !== undefined
      entries.set(key, isNull ? null : (this.#cursor.quoted() ?? this.refuse()))
      if (!this.#cursor.isAtEnd) this.#cursor.match(/, /y) ?? this.refuse()
    }
    return entries
  }

  /** A bound or an attribute: nothing at all is null, or no bound. Quoted pieces and plain ones may follow each other. */
  #part(stops: Stops): string | undefined {
    let text: string | undefined
    for (;;) {
      const quoted = this.#cursor.quoted()
      const piece = quoted ?? this.#cursor.plain(stops)
      if (piece === undefined) return text
      text = (text ?? '') + (quoted === undefined ? unescaped(piece) : piece)
    }
  }

  #expect(character: string): void {
    if (!this.#cursor.accept(character)) this.refuse()
  }
}
