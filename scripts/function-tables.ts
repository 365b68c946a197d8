import { MAPPING_FUNCTIONS, UNAVAILABLE_FUNCTIONS } from '../server/src/mapping/functions/catalogue.ts'
import type { MappingFunction } from '../server/src/mapping/functions/define-function.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** The page about mappings with its tables of functions made anew from the catalogue. */
export function withFunctionTables(page: string): string {
  return withTable(withTable(page, 'functions', functionRows()), 'unavailable', unavailableRows())
}

function functionRows(): readonly string[] {
  return tableOf(['function', 'gives', 'example', 'result'], MAPPING_FUNCTIONS.map(rowOf))
}

function rowOf({ syntax, aliases, description, example, result }: MappingFunction): readonly string[] {
  const also = aliases.length === 0 ? '' : ` (also ${aliases.map(code).join(', ')})`
  return [`${code(syntax)}${also}`, description, code(example), code(result)]
}

function unavailableRows(): readonly string[] {
  return tableOf(
    ['function', 'why not'],
    [...UNAVAILABLE_FUNCTIONS].map(([name, reason]) => [code(name), reason]),
  )
}

/** Blanks at an end would be lost between single backticks. */
function code(text: string): string {
  return text === '' ? '(empty)' : `\`${text}\``
}
