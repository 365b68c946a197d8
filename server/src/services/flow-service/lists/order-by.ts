import { FlowProblem } from '#services/flow-service/problems.ts'
import { parsePath } from './property-filter.ts'

/** One key of an order. */
export interface Ordering {
  readonly path: readonly string[]
  readonly descending: boolean
}

/**
 * Reads `orderby`: fields separated by commas, each with `+` (or nothing) for ascending or `-` for descending.
 * A plus that was not encoded arrives as a blank.
 *
 * @throws {FlowProblem} 1432 for another sign, 1433 for a field that the resource does not have
 */
export function parseOrderBy(text: string | undefined, fields: ReadonlySet<string>): readonly Ordering[] {
  if (text === undefined || text === '') return []
  return text.split(',').map((key) => parseKey(key, fields))
}

function parseKey(key: string, fields: ReadonlySet<string>): Ordering {
  const match = /^\s*([+-]?)\s*([A-Za-z_][\w.[\]-]*)\s*$/.exec(key)
  if (match?.[2] === undefined) {
    throw new FlowProblem(
      '1432-400',
      `The sort order ${key} is not valid. Prefix a field with + for ascending or - for descending.`,
      { orderby: key },
    )
  }
  const path = parsePath(match[2])
  if (!fields.has(path[0] ?? '') || path.includes('')) {
    throw new FlowProblem(
      '1433-400',
      `The field ${match[2]} is not valid in orderby. Valid fields start with one of: ${[...fields].sort().join(', ')}.`,
      { field: match[2] },
    )
  }
  return { path, descending: match[1] === '-' }
}
