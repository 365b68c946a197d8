import { ConnectionParamsError } from './connection-params-error.ts'

/** A keyword as it was written, and its value without quotes. */
export type KeywordPair = readonly [name: string, value: string]

/**
 * Reads `Server=…;Database=…;UID=…;Password=…`. A value that holds `;` stands in single quotes, double quotes
 * or braces, and its closing mark is doubled inside; any other value ends at `;`.
 * @throws ConnectionParamsError naming `connectionString` for text between two `;` without a `=`
 */
export function parsePairs(text: string): readonly KeywordPair[] {
  const pairs: KeywordPair[] = []
  const quotes = new QuoteReader(text)
  let at = 0
  while (at < text.length) {
    const end = endOfKeyword(text, at)
    const name = text.slice(at, end).trim()
    at = end + 1
    if (text[end] === '=') {
      const { value, next } = quotes.read(at) ?? plainValue(text, at)
      pairs.push([name, value])
      at = next
    } else if (name !== '') {
      throw new ConnectionParamsError(
        'connectionString',
        'must consist of Key=Value pairs separated by ";". A value that holds ";" stands in quotes.',
      )
    }
  }
  return pairs
}

function endOfKeyword(text: string, from: number): number {
  let end = from
  while (end < text.length && text[end] !== '=' && text[end] !== ';') end++
  return end
}

interface ParsedValue {
  readonly value: string
  /** Where the next keyword begins. */
  readonly next: number
}

function plainValue(text: string, from: number): ParsedValue {
  const found = text.indexOf(';', from)
  const end = found < 0 ? text.length : found
  return { value: text.slice(from, end).trim(), next: end + 1 }
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', "'": "'", '"': '"' }

/** Finds quoted values. A mark that was never closed is a plain character from then on, so that no text is read twice. */
class QuoteReader {
  readonly #text: string
  readonly #unclosed = new Set<string>()

  constructor(text: string) {
    this.#text = text
  }

  /** The quoted value that begins at `from`; `undefined` when none does, or something but `;` follows it. */
  read(from: number): ParsedValue | undefined {
    const start = this.#skipBlanks(from)
    const closing = CLOSING[this.#text[start] ?? '']
    if (closing === undefined || this.#unclosed.has(closing)) return undefined
    const end = this.#findClosing(closing, start + 1)
    if (end < 0) {
      this.#unclosed.add(closing)
      return undefined
    }
    const after = this.#skipBlanks(end + 1)
    if (after < this.#text.length && this.#text[after] !== ';') return undefined
    const inner = this.#text.slice(start + 1, end)
    return { value: inner.replaceAll(closing + closing, closing), next: after + 1 }
  }

  #findClosing(closing: string, from: number): number {
    let at = this.#text.indexOf(closing, from)
    while (at >= 0 && this.#text[at + 1] === closing) at = this.#text.indexOf(closing, at + 2)
    return at
  }

  #skipBlanks(from: number): number {
    let at = from
    while (at < this.#text.length && /\s/.test(this.#text[at] ?? '')) at++
    return at
  }
}
