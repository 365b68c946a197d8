import { FlowProblem } from '#services/flow-service/problems.ts'
import type { RowFilterError } from '#source/postgres/filter/row-filter-error.ts'

/** A row filter that can't be used, as the client sees it: in `report`, what is wrong and where for programs. */
export function filterProblem({ message, code, position, token }: RowFilterError): FlowProblem {
  return new FlowProblem('1100-400', message, {
    field: 'filters',
    reason: code,
    ...(position === undefined ? {} : { position }),
    ...(token === undefined ? {} : { token }),
  })
}
