import type { TableSchemaBody } from '@headwater/contract/table-schema.ts'
import { invalidTable } from '#services/schema-registry/problems.ts'

export interface CheckedTableBody {
  readonly baseConnectionId: string
  readonly tableName: string
  /** All of them when absent. */
  readonly columns?: readonly string[] | undefined
  /** The path of the table when absent. */
  readonly title?: string | undefined
}

/** A body as it came: whatever its schema says may be something else. Throws RegistryProblem 400. */
export function checkTableBody(
  body: {
    readonly [Name in keyof TableSchemaBody]?: unknown
  },
): CheckedTableBody {
  const { baseConnectionId, tableName, columns, title } = body
  if (typeof baseConnectionId !== 'string' || baseConnectionId === '')
    throw invalidTable('baseConnectionId is missing. Give the id of the base connection of the source.')
  if (typeof tableName !== 'string' || tableName.trim() === '')
    throw invalidTable('tableName is missing. Give the path of a table or view as explore lists it.')
  if (title !== undefined && (typeof title !== 'string' || title.trim() === ''))
    throw invalidTable('title must be a text that is not blank.')
  if (columns !== undefined && !isSelection(columns))
    throw invalidTable('columns must be a list of names of columns, each once.')
  return { baseConnectionId, tableName, columns, title }
}

function isSelection(columns: unknown): columns is readonly string[] {
  if (!Array.isArray(columns) || columns.length === 0) return false
  return columns.every((name) => typeof name === 'string') && new Set(columns).size === columns.length
}
