/** Which of the first 128 characters end a piece. Expressions would run out of stack over a text of megabytes. */
export type Stops = Uint8Array

export function stopsOf(characters: string): Stops {
  const stops = new Uint8Array(128)
  for (let index = 0; index < characters.length; index++) stops[characters.charCodeAt(index)] = 1
  return stops
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** A place in a text that PostgreSQL has printed, which moves behind whatever is found there. */
export class TextCursor {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#position === this.#text.length
  }

  isAt(character: string): boolean {
    return this.#text[this.#position] === character
  }

  /** In composites a quote is doubled, elsewhere it has a backslash before it. */
  quoted(): string | undefined {
    const text = this.#text
    const start = this.#position + 1
    if (text.charCodeAt(start - 1) !== QUOTE) return undefined
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code !== QUOTE && code !== BACKSLASH) continue
      if (code === BACKSLASH || text.charCodeAt(at + 1) === QUOTE) at++
      else {
        this.#position = at + 1
        return unescaped(text.slice(start, at).replaceAll('""', '"'))
      }
    }
    return undefined
  }

  /** All up to one of the stops; nothing is no piece. */
  plain(stops: Stops): string | undefined {
    const text = this.#text
    const start = this.#position
    let at = start
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === BACKSLASH) at++
      else if (stops[code] === 1) break
    }
    if (at === start) return undefined
    this.#position = Math.min(at, text.length)
    return text.slice(start, this.#position)
  }

  /** All that is left. */
  rest(): string {
    const rest = this.#text.slice(this.#position)
    this.#position = this.#text.length
    return rest
  }

  /** What a sticky expression matches here. Only for pieces that are short. */
  match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#position
    const match = expression.exec(this.#text)
    if (match === null) return undefined
    this.#position = expression.lastIndex
    return match[0]
  }

  /** Whether this character stands here. */
  accept(character: string): boolean {
    if (!this.isAt(character)) return false
    this.#position++
    return true
  }
}

/** Without the backslashes before characters. */
export function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text
}
