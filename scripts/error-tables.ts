import type { ErrorCode } from '../contract/src/flow-service/errors/error-code.ts'
import { FLOW_ERRORS } from '../contract/src/flow-service/errors/flow-errors.ts'
import { UNRAISED_ERRORS } from '../contract/src/flow-service/errors/unraised-errors.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** The page about errors with its tables of codes made anew from the catalogue. */
export function withErrorTables(page: string): string {
  return withTable(withTable(page, 'raised', raisedRows()), 'unraised', unraisedRows())
}

function raisedRows(): readonly string[] {
  const errors = Object.entries<ErrorCode>(FLOW_ERRORS).sort(([one], [other]) => (one < other ? -1 : 1))
  const rows = errors.map(([code, { title, when, message }]) => [code, title, when, message])
  return tableOf(['code', 'title', 'when', 'what it says, for example'], rows)
}

function unraisedRows(): readonly string[] {
  const rows = Object.entries(UNRAISED_ERRORS).map(([code, error]) => [
    code,
    error.title,
    error.meaning,
    error.reason,
  ])
  return tableOf(['code', 'title', 'meaning', 'why not'], rows)
}
