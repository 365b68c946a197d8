/** The characters of a dialect of CSV; one each, of ASCII. */
export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  /** Before a quote or another escape in a quoted text; the quote itself when it is doubled. */
  readonly escape: string
}

/** The values of a row; null where nothing stands, not even quotes. `undefined` for a row that is broken. */
export function parseCsvRow(text: string, dialect: CsvDialect): (string | null)[] | undefined {
  const values: (string | null)[] = []
  let position = 0
  for (;;) {
    const field =
      text[position] === dialect.quote
        ? readQuoted(text, position, dialect)
        : readPlain(text, position, dialect)
    if (field === undefined) return undefined
    values.push(field.value)
    if (field.end >= text.length) return values
    if (text[field.end] !== dialect.delimiter) return undefined
    position = field.end + 1
  }
}

interface Field {
  readonly value: string | null
  /** Of the first character after it. */
  readonly end: number
}

function readPlain(text: string, start: number, { delimiter }: CsvDialect): Field {
  const found = text.indexOf(delimiter, start)
  const end = found < 0 ? text.length : found
  return { value: end === start ? null : text.slice(start, end), end }
}

function readQuoted(text: string, start: number, { quote, escape: escaper }: CsvDialect): Field | undefined {
  let value = ''
  for (let position = start + 1; position < text.length; position++) {
    const character = text[position] as string
    const next = text[position + 1]
    const isEscaping = character === escaper && (next === quote || (next === escaper && escaper !== quote))
    if (isEscaping || (character === quote && next === quote)) {
      value += next
      position++
    } else if (character === quote) return { value, end: position + 1 }
    else value += character
  }
  return undefined
}
