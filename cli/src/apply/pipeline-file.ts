import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Words } from '@headwater/contract/schema-parts.ts'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { Environment } from '../server-client.ts'
import { ToldError } from '../told-error.ts'

const CLOSED = { additionalProperties: false } as const
const Filled = (description: string) => Type.String({ minLength: 1, description })

const Connection = Type.Object(
  {
    server: Filled('Host name or address'),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: 5432 })),
    database: Filled('Name of the database'),
    username: Filled('A user that may read'),
    password: Type.Optional(
      Type.String({
        description: `By reference: \${env:NAME} or \${file:path}, so that no secret is in the file`,
      }),
    ),
    sslMode: Type.Optional(
      Words(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'], {
        description: 'As libpq has it',
      }),
    ),
  },
  { ...CLOSED, description: 'Credentials of one PostgreSQL database' },
)

const Flow = Type.Object(
  {
    from: Filled('Name of a connection of this file'),
    table: Filled('As explore lists it: public.orders'),
    columns: Type.Optional(Type.Array(Filled('Name of a column'), { minItems: 1, uniqueItems: true })),
    where: Type.Optional(Filled('Only rows that pass this filter, in Profile Query Language')),
    watermark: Type.Optional(
      Filled('The column that tells new rows; without it every run brings everything'),
    ),
    every: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]* (minutes?|hours?|days?|weeks?)$',
        description: 'How often; once when absent',
        examples: ['15 minutes'],
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ default: true })),
  },
  { ...CLOSED, description: 'A table that is brought into a dataset of the same name as the flow' },
)

export const PipelineSchema = Type.Object(
  {
    name: Filled('Whose connections and flows these are'),
    connections: Type.Record(Type.String(), Connection),
    flows: Type.Record(Type.String(), Flow),
  },
  { ...CLOSED, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Headwater pipeline' },
)
export type Pipeline = Static<typeof PipelineSchema>
export type PipelineConnection = Static<typeof Connection>
export type PipelineFlow = Static<typeof Flow>

/**
 * Reads a pipeline, with the secrets that it refers to.
 * @throws ToldError with every mistake in it, by line
 */
export async function readPipeline(path: string, env: Environment): Promise<Pipeline> {
  const lines = new LineCounter()
  const document = parseDocument(await readFile(path, 'utf8'), { lineCounter: lines })
  const lineOf = (offset: number): number => lines.linePos(offset).line
  if (document.errors.length > 0) {
    fail(
      path,
      document.errors.map((error) => `${lineOf(error.pos[0])}: ${error.message.split('\n')[0]}`),
    )
  }
  const pipeline: unknown = document.toJS()
  const problems = mistakesIn(pipeline, (at) => lineOf(startOf(document, at)))
  if (problems.length > 0) fail(path, problems)
  return withSecrets(pipeline as Pipeline, dirname(resolve(path)), env)
}

function fail(path: string, problems: readonly string[]): never {
  throw new ToldError(problems.map((problem) => `${path}:${problem}`).join('\n'))
}

function mistakesIn(pipeline: unknown, lineAt: (path: readonly string[]) => number): string[] {
  const wrong = Value.Errors(PipelineSchema, pipeline)
    // Said better by the message about the object that has no such member.
    .filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message, params }) => {
      const at = instancePath.split('/').slice(1).map(readPart)
      const extra = 'additionalProperties' in params ? `: ${String(params.additionalProperties)}` : ''
      return `${lineAt(at)}: ${at.join('.') || 'the file'} ${message}${extra}`
    })
  return wrong.length > 0 ? [...new Set(wrong)] : unknownConnections(pipeline as Pipeline, lineAt)
}

function unknownConnections(
  { connections, flows }: Pipeline,
  lineAt: (path: readonly string[]) => number,
): string[] {
  return Object.entries(flows).flatMap(([name, { from }]) =>
    from in connections
      ? []
      : [`${lineAt(['flows', name, 'from'])}: there is no connection ${from} in this file`],
  )
}

/** Of a JSON pointer. */
function readPart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The place of what is there, or of the nearest thing around it. */
function startOf(document: Document.Parsed, path: readonly string[]): number {
  const node = document.getIn(path, true) as { readonly range?: readonly number[] } | undefined
  if (node?.range?.[0] !== undefined) return node.range[0]
  return path.length === 0 ? 0 : startOf(document, path.slice(0, -1))
}

async function withSecrets(pipeline: Pipeline, folder: string, env: Environment): Promise<Pipeline> {
  const connections = await Promise.all(
    Object.entries(pipeline.connections).map(async ([name, { password, ...rest }]) => {
      if (password === undefined) return [name, rest] as const
      return [name, { ...rest, password: await resolveReference(password, { name, folder, env }) }] as const
    }),
  )
  return { ...pipeline, connections: Object.fromEntries(connections) }
}

async function resolveReference(
  text: string,
  { name, folder, env }: { readonly name: string; readonly folder: string; readonly env: Environment },
): Promise<string> {
  const [, kind, target = ''] = /^\$\{(env|file):(.+)\}$/.exec(text) ?? []
  if (kind === 'file') return (await readFile(resolve(folder, target), 'utf8')).trimEnd()
  if (kind !== 'env') return text
  const value = env[target]
  if (value !== undefined && value !== '') return value
  throw new ToldError(`The password of the connection ${name} is to come from ${target}, which is not set.`)
}
