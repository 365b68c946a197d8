import type { RegistryResource } from '@headwater/contract/schema-registry.ts'
import { Command } from 'commander'
import { formatJson, formatTable } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'

/** `headwater schemas …` */
export function schemasCommand(): Command {
  return new Command('schemas')
    .description('Schemas: what the records of datasets look like')
    .addCommand(withServerOptions(listCommand()))
    .addCommand(withServerOptions(showCommand()))
    .addCommand(withServerOptions(sampleCommand()))
    .addCommand(withServerOptions(deleteCommand()))
}

function listCommand(): Command {
  return new Command('list')
    .description('list those of the tenant')
    .action(async (options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const schemas = await Array.fromAsync(client.registry.schemas.all())
      const rows = schemas.map((schema) => [
        altIdOf(schema),
        String(schema['title']),
        String(schema['version'] ?? ''),
      ])
      process.stdout.write(options.json ? formatJson(schemas) : formatTable(['ID', 'TITLE', 'VERSION'], rows))
    })
}

/** The short form of its id, which needs no quotes in a shell. */
function altIdOf(schema: RegistryResource): string {
  return String(schema['meta:altId'] ?? schema['$id'])
}

function showCommand(): Command {
  return new Command('show')
    .description('show the fields of one with their types')
    .argument('<id>', 'its id, in either form')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const schema = await client.registry.schemas.get(id)
      process.stdout.write(options.json ? formatJson(schema) : describe(schema))
    })
}

function sampleCommand(): Command {
  return new Command('sample')
    .description('print a record as one describes it')
    .argument('<id>', 'its id, in either form')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      process.stdout.write(formatJson(await client.registry.sample(id)))
    })
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete one that no dataset uses')
    .argument('<id>', 'its id, in either form')
    .action(async (id: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      await client.registry.schemas.delete(id)
      process.stdout.write(options.json ? formatJson({ id }) : `deleted ${id}\n`)
    })
}

interface Field {
  readonly type?: string
  readonly title?: string
  readonly 'meta:lakeType'?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, Field>>
  readonly items?: Field
}

function describe(schema: RegistryResource): string {
  const rows = [...fieldsOf(schema as unknown as Field)]
  return `${String(schema['title'])}  ${altIdOf(schema)}\n${formatTable(['FIELD', 'TYPE', 'TITLE'], rows)}`
}

/** Every field with values, as its path. */
function* fieldsOf({ properties = {} }: Field, prefix = ''): Generator<readonly (string | undefined)[]> {
  for (const [name, field] of Object.entries(properties)) {
    const path = prefix + name
    const inner = field.type === 'array' ? field.items : field
    if (inner?.properties !== undefined)
      yield* fieldsOf(inner, field.type === 'array' ? `${path}[*].` : `${path}.`)
    else yield [path, typeOf(field), field.title]
  }
}

function typeOf(field: Field): string {
  if (field.type === 'array') return `${typeOf(field.items ?? {})}[]`
  return field['meta:lakeType'] ?? field.format ?? field.type ?? ''
}
