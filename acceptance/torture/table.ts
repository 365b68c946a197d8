import { codesOf } from './samples.ts'

export interface Sample {
  /** An SQL literal without its cast. */
  readonly text: string
  /** With which its row has to be set aside; none for one that has to land. */
  readonly codes: readonly string[]
}

/** A table of columns of one type, beside the number of the row. */
export interface TortureTable {
  readonly name: string
  readonly type: string
  readonly samples: readonly Sample[]
  /** How the server itself takes a value apart, as JSON of texts. */
  readonly parts: Parts
}

/** What a value has in it: told by the server's own functions, and not by its text. */
export type Parts =
  | { readonly kind: 'none' }
  /** Its text depends on the locale of the server; its number does not. */
  | { readonly kind: 'money' }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'array'; readonly element: Parts }
  | { readonly kind: 'range' }
  | { readonly kind: 'multirange' }
  | { readonly kind: 'composite'; readonly attributes: Readonly<Record<string, Parts>> }
  | { readonly kind: 'hstore' }
  | { readonly kind: 'interval' }

export const NONE: Parts = { kind: 'none' }
export const RANGE: Parts = { kind: 'range' }
const INTERVAL: Parts = { kind: 'interval' }
export const FLOAT: Parts = { kind: 'float', bits: 32 }

export function partsOf(type: string): Parts {
  if (type === 'interval') return INTERVAL
  if (type === 'money') return { kind: 'money' }
  if (type === 'float4') return FLOAT
  if (type === 'float8') return { kind: 'float', bits: 64 }
  if (type.endsWith('multirange')) return { kind: 'multirange' }
  return type.endsWith('range') ? RANGE : NONE
}

/** A table of a type, with the codes that are known of its samples. */
export function tableOf(type: string, texts: readonly string[], parts: Parts): TortureTable {
  return { name: type, type, samples: texts.map((text) => ({ text, codes: codesOf(type, text) })), parts }
}

const ARRAY_FORM = ['HW-ARRAY-FORM']

/** One-dimensional ones land as lists; the last three cannot, and are told. */
export function arrayOf(table: TortureTable): TortureTable {
  const separator = { box: ';', geometry: ':' }[table.type] ?? ','
  const { samples } = table
  const list = (...items: (string | undefined)[]): string =>
    `{${items.map((item) => (item === undefined ? 'NULL' : quoteItem(item))).join(separator)}}`
  const texts = samples.map(({ text }) => text)
  const [first, last] = [texts[0], texts.at(-1)]
  const codes = [...new Set(samples.flatMap((sample) => sample.codes))]
  const good = samples.filter((sample) => sample.codes.length === 0).map(({ text }) => text)
  const nested = (...lists: string[]): string => `{${lists.join(separator)}}`
  return {
    name: `array of ${table.name}`,
    type: `${table.type}[]`,
    samples: [
      { text: '{}', codes: [] },
      { text: list(undefined), codes: [] },
      { text: list(...texts, undefined), codes },
      { text: list(undefined, ...good), codes: [] },
      { text: list(good[0]), codes: [] },
      { text: list(...good.toReversed(), ...good), codes: [] },
      { text: list(undefined, undefined, good.at(-1)), codes: [] },
      { text: nested(list(first, undefined), list(first, last)), codes: ARRAY_FORM },
      { text: nested(nested(list(first, last))), codes: ARRAY_FORM },
      { text: `[0:1]=${list(first, undefined)}`, codes: ARRAY_FORM },
    ],
    parts: { kind: 'array', element: table.parts },
  }
}

function quoteItem(sample: string): string {
  return `"${sample.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
