import type { CsvDialect } from './csv-row.ts'
import { CsvSplitter } from './csv-splitter.ts'
import type { RecordSplitter } from './file-record.ts'
import { JsonLinesSplitter } from './json-lines-splitter.ts'
import { JsonSplitter } from './json-splitter.ts'

/** The formats that are read as they stand. */
export type TextFormat =
  /** A record a line; a line that is an array has several. */
  | { readonly kind: 'json-lines' }
  /** Records one after the other, or as the items of one array. */
  | { readonly kind: 'json' }
  /** The first row has the names of the fields: `person.name` or `person/name` for one in an object. */
  | ({ readonly kind: 'csv' } & CsvDialect)

/** A splitter for one file of a format. */
export function splitterOf(format: TextFormat): RecordSplitter {
  switch (format.kind) {
    case 'json-lines':
      return new JsonLinesSplitter()
    case 'json':
      return new JsonSplitter()
    case 'csv':
      return new CsvSplitter(format)
  }
}
