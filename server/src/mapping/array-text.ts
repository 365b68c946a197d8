import { fail, isArray, type Value } from './values.ts'

/** An item of an array in PostgreSQL's text form: quoted, or plain to the next comma or brace. */
const ITEM = /"((?:[^"\\]|\\[\s\S])*)"|((?:[^{},"\\]|\\[\s\S])+)/y

/** Bounds of an array that doesn't begin with 1: `[0:2]={a,b,c}`. */
const BOUNDS = /^(?:\[[+-]?\d+:[+-]?\d+\])+=/

/**
 * Reads the text that PostgreSQL prints of an array: `{1,NULL,"a \"b\""}`, nested for each dimension. Items are
 * texts, or booleans; what is an array already, or null, stays.
 */
export function parseArrayText(value: Value, isBoolean: boolean): Value {
  if (value === null || isArray(value)) return value
  if (typeof value !== 'string') return fail('The value is no array')
  const text = value.replace(BOUNDS, '')
  const reader = new ArrayReader(text, isBoolean)
  return reader.read()
}

class ArrayReader {
  readonly #text: string
  readonly #isBoolean: boolean
  #position = 0

  constructor(text: string, isBoolean: boolean) {
    this.#text = text
    this.#isBoolean = isBoolean
  }

  read(): Value {
    const items = this.#array()
    return this.#position === this.#text.length ? items : fail('The text is no array')
  }

  #array(): readonly Value[] {
    const items: Value[] = []
    if (!this.#accept('{')) return fail('The text is no array')
    if (this.#accept('}')) return items
    do items.push(this.#item())
    while (this.#accept(','))
    return this.#accept('}') ? items : fail('The text is no array')
  }

  #item(): Value {
    if (this.#text[this.#position] === '{') return this.#array()
    ITEM.lastIndex = this.#position
    const match = ITEM.exec(this.#text)
    if (!match) return fail('The text is no array')
    this.#position = ITEM.lastIndex
    const [, quoted, plain = ''] = match
    if (quoted === undefined && plain.toUpperCase() === 'NULL') return null
    const text = (quoted ?? plain).replace(/\\([\s\S])/g, '$1')
    return this.#isBoolean ? text === 't' : text
  }

  #accept(character: string): boolean {
    if (this.#text[this.#position] !== character) return false
    this.#position++
    return true
  }
}
