import { isObject } from '#kit/json.ts'
import { readFilter } from './filter-document.ts'

/** Names of the columns that a row filter speaks of. @throws RowFilterError for what is no filter */
export function filterColumns(filter: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  collect(readFilter(filter).node, names)
  return names
}

function collect(node: unknown, names: Set<string>): void {
  if (!isObject(node)) return
  if (node['nodeType'] === 'fieldLookup' && typeof node['fieldName'] === 'string')
    names.add(node['fieldName'])
  if (Array.isArray(node['params'])) for (const param of node['params']) collect(param, names)
}
