import type { QueryResult, RunQueryOptions } from '#lake/query/run-query.ts'

/** A query on its way to the process that runs it. */
export type QueryTask = Omit<RunQueryOptions, 'signal'>

/** What the process found. Of errors the name is kept: it says whose fault they are. */
export type QueryAnswer =
  | { readonly result: QueryResult }
  | { readonly error: { readonly name: string; readonly message: string } }
