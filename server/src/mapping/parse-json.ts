import { compareDecimals, numberToDecimal, parseDecimal } from './decimal.ts'
import { fail, type Value, type ValueMap } from './values.ts'

/**
 * Parses JSON without losing digits: whole numbers become integers however long, others doubles, or decimals where a
 * double would print as another number. Several times as fast as `JSON.parse` with a reviver that sees the digits.
 */
export function parseJsonValue(text: string): Value {
  return new JsonReader(text).read()
}

/** Deeper JSON is no data. */
const MAX_DEPTH = 512

const CODE = {
  tab: 9,
  newline: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  comma: 44,
  colon: 58,
  openArray: 91,
  backslash: 92,
  closeArray: 93,
  openObject: 123,
  closeObject: 125,
} as const

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

function notJson(): never {
  return fail('The text is not JSON')
}

class JsonReader {
  readonly #text: string
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Value {
    const value = this.#value()
    this.#skipSpace()
    return this.#position === this.#text.length ? value : notJson()
  }

  #value(): Value {
    this.#skipSpace()
    switch (this.#text.charCodeAt(this.#position)) {
      case CODE.quote:
        return this.#string()
      case CODE.openObject:
        return this.#nested(() => this.#object())
      case CODE.openArray:
        return this.#nested(() => this.#array())
      default:
        return this.#plain()
    }
  }

  #nested<T extends Value>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) return notJson()
    this.#position++
    const value = read()
    this.#depth--
    return value
  }

  #array(): readonly Value[] {
    const items: Value[] = []
    if (this.#accept(CODE.closeArray)) return items
    do items.push(this.#value())
    while (this.#accept(CODE.comma))
    return this.#accept(CODE.closeArray) ? items : notJson()
  }

  #object(): ValueMap {
    const map = new Map<string, Value>()
    if (this.#accept(CODE.closeObject)) return map
    do {
      this.#skipSpace()
      const name = this.#text.charCodeAt(this.#position) === CODE.quote ? this.#string() : notJson()
      if (!this.#accept(CODE.colon)) return notJson()
      map.set(name, this.#value())
    } while (this.#accept(CODE.comma))
    return this.#accept(CODE.closeObject) ? map : notJson()
  }

  /** What is plain is a slice; a text with a backslash is left to the engine. */
  #string(): string {
    const text = this.#text
    const start = this.#position
    let isPlain = true
    for (let at = start + 1; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === CODE.quote) {
        this.#position = at + 1
        return isPlain ? text.slice(start + 1, at) : unescaped(text.slice(start, at + 1))
      }
      if (code < CODE.space) return notJson()
      if (code === CODE.backslash) {
        isPlain = false
        at++
      }
    }
    return notJson()
  }

  #plain(): Value {
    NUMBER.lastIndex = this.#position
    const match = NUMBER.exec(this.#text)
    if (match) {
      this.#position = NUMBER.lastIndex
      return match[1] === undefined && match[2] === undefined ? BigInt(match[0]) : numberOf(match[0])
    }
    WORD.lastIndex = this.#position
    const word = WORD.exec(this.#text)?.[0]
    if (word === undefined) return notJson()
    this.#position = WORD.lastIndex
    return WORDS.get(word) ?? null
  }

  #accept(code: number): boolean {
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#position) !== code) return false
    this.#position++
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position)
      if (code !== CODE.space && code !== CODE.newline && code !== CODE.carriageReturn && code !== CODE.tab) {
        return
      }
      this.#position++
    }
  }
}

function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return notJson()
  }
}

/** A double, if it prints as the number that was written. */
function numberOf(text: string): Value {
  const value = Number(text)
  const exact = parseDecimal(text)
  const printed = numberToDecimal(value)
  return exact && (!printed || compareDecimals(exact, printed) !== 0) ? exact : value
}
