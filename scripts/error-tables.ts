import { RAISED_PROBLEMS } from '../server/src/services/flow-service/problem-catalogue.ts'
import { UNRAISED_PROBLEMS } from '../server/src/services/flow-service/unraised-problems.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** The page about errors with its tables of codes made anew from the catalogue. */
export function withErrorTables(page: string): string {
  const raised = Object.entries(RAISED_PROBLEMS).map(([code, { title, meaning, when }]) => [
    code,
    title,
    meaning,
    when,
  ])
  const unraised = Object.entries(UNRAISED_PROBLEMS).map(([code, { title, meaning, reason }]) => [
    code,
    title,
    meaning,
    reason,
  ])
  const withRaised = withTable(page, 'raised', tableOf(['code', 'title', 'meaning', 'when'], raised))
  return withTable(withRaised, 'unraised', tableOf(['code', 'title', 'meaning', 'why not'], unraised))
}
