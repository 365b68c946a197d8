import type { DuckDBConnection } from '@duckdb/node-api'
import { QueryError } from './query-error.ts'

/** Table functions that make rows of their arguments alone; all others read files, settings or the catalogue. */
const PURE_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'generate_series',
  'json_each',
  'json_tree',
  'range',
  'repeat',
  'repeat_row',
  'unnest',
])

/** The parser's answer: the statements as trees of nodes, or an error. */
type ParserAnswer =
  | {
      readonly error: true
      readonly error_message: string
      readonly error_subtype?: string
      readonly position?: string
    }
  | { readonly error: false; readonly statements: readonly unknown[] }

type Node = Readonly<Record<string, unknown>>

/**
 * Throws QueryError unless `sql` is one query (SELECT, WITH, VALUES, FROM, DESCRIBE, SUMMARIZE) over the tables
 * of these names and its own common table expressions. DuckDB's parser says so, not a look at the text.
 */
export async function assertQuery(
  connection: DuckDBConnection,
  sql: string,
  tableNames: readonly string[],
): Promise<void> {
  const nodes = listNodes(await parse(connection, sql))
  const known = new Set(tableNames.map(foldName))
  for (const name of nodes.flatMap(namesOfExpressions)) {
    known.add(foldName(name))
  }
  for (const node of nodes) {
    assertTableFunction(node)
    assertFunction(node)
    assertTable(node, known)
  }
}

async function parse(connection: DuckDBConnection, sql: string): Promise<readonly unknown[]> {
  const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar)::varchar', [sql])
  const answer = JSON.parse(String(reader.getRows()[0]?.[0])) as ParserAnswer
  if (answer.error) {
    const isSyntax = answer.error_subtype === 'SYNTAX_ERROR'
    throw new QueryError(isSyntax ? `Parser Error: ${answer.error_message}` : explain(answer.error_message))
  }
  if (answer.statements.length !== 1) {
    throw new QueryError(`expected one statement, found ${answer.statements.length}`)
  }
  return answer.statements
}

function explain(message: string): string {
  return message.startsWith('Only SELECT statements')
    ? 'only queries are allowed: SELECT, WITH, VALUES, DESCRIBE, SUMMARIZE'
    : message
}

/** All objects of a tree, without recursion: a query may be nested deeply. */
function listNodes(root: unknown): Node[] {
  const nodes: Node[] = []
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const part = waiting.pop()
    if (Array.isArray(part)) {
      waiting.push(...part)
    } else if (typeof part === 'object' && part !== null) {
      nodes.push(part as Node)
      waiting.push(...Object.values(part))
    }
  }
  return nodes
}

/** Names of the common table expressions that a node declares. */
function namesOfExpressions(node: Node): string[] {
  const map = (node['cte_map'] as { readonly map?: readonly { readonly key: string }[] } | undefined)?.map
  return map?.map(({ key }) => key) ?? []
}

function assertTableFunction(node: Node): void {
  if (node['type'] === 'TABLE_FUNCTION') {
    const call = node['function'] as { readonly function_name?: unknown } | undefined
    const name = String(call?.function_name)
    if (!PURE_TABLE_FUNCTIONS.has(name.toLowerCase())) {
      throw new QueryError(`table function '${name}' is not allowed; read the tables by their names`)
    }
  }
}

/** Functions that tell of the server and not of rows. */
const TELLING_FUNCTIONS: ReadonlySet<string> = new Set([
  'current_setting',
  'getenv',
  'getvariable',
  'write_log',
])

function assertFunction(node: Node): void {
  if (node['class'] !== 'FUNCTION') return
  const name = String(node['function_name']).toLowerCase()
  if (TELLING_FUNCTIONS.has(name)) throw new QueryError(`function '${name}' is not allowed`)
}

function assertTable(node: Node, known: ReadonlySet<string>): void {
  if (node['type'] === 'BASE_TABLE') {
    const name = [node['catalog_name'], node['schema_name'], node['table_name']].filter(Boolean).join('.')
    if (!known.has(foldName(name))) throw new QueryError(`There is no table named ${name}.`)
  }
}

/** DuckDB takes names that differ in case alone as one. */
function foldName(name: string): string {
  return name.toLowerCase()
}
