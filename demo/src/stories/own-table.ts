import type { Answer } from '../api.ts'
import { copy, type Story } from './story.ts'

/** Any relation, column by column, with a schema that is made from what exploring it says. */
export function ownTable(relation: string, columns: readonly Answer[]): Story {
  const names = new Map(
    columns.map((column, index) => [String(column.name), fieldName(String(column.name), index)]),
  )
  const fields = Object.fromEntries(
    columns.map((column) => [
      names.get(column.name) ?? column.name,
      { title: column.name, ...fieldOf(column) },
    ]),
  )
  return {
    relation,
    title: relation,
    about: 'your own table, column by column',
    behavior: 'record',
    fields,
    mappings: (tenant) =>
      columns.map((column) => copy(escapePath(column.name), `_${tenant}.${names.get(column.name)}`)),
    question: (table) => `select count(*) as rows from "${table}"`,
  }
}

/** The explored XDM type, made exact where XDM alone would round. */
function fieldOf(column: Answer): Answer {
  const lakeType = exactType(String(column.meta?.originalType ?? ''))
  return lakeType === undefined ? column.xdm : { ...column.xdm, 'meta:lakeType': lakeType }
}

function exactType(original: string): string | undefined {
  const decimal = /^numeric\((\d+),(\d+)\)$/.exec(original)
  if (decimal !== null && Number(decimal[1]) <= 38) return `decimal(${decimal[1]},${decimal[2]})`
  if (original === 'timestamp without time zone') return 'timestamp'
  return undefined
}

/** XDM names are letters, digits, `-` and `_`, and don't start with `_`. */
function fieldName(name: string, index: number): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^_+/, '')
  return plain === '' ? `column${index + 1}` : plain
}

function escapePath(name: string): string {
  return name.replaceAll('.', '\\.')
}
