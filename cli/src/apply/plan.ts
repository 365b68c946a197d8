import type { HeadwaterClient } from '@headwater/client/client.ts'
import { orderTable, POSTGRES_SPEC, type Schedule } from '@headwater/client/order-table.ts'
import type { Connection } from '@headwater/contract/flow-service/connections.ts'
import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { ToldError } from '../told-error.ts'
import type { Pipeline, PipelineConnection, PipelineFlow } from './pipeline-file.ts'

/** What would have to be done so that the server is as the file says. */
export interface Change {
  readonly action: 'create' | 'update' | 'replace' | 'delete'
  readonly kind: 'connection' | 'flow'
  readonly name: string
  /** What differs, in words; nothing of something new. */
  readonly differences: readonly string[]
  readonly apply: () => Promise<void>
}

/** What a server has of a pipeline. */
interface Present {
  readonly connections: ReadonlyMap<string, Connection>
  readonly flows: ReadonlyMap<string, Flow>
}

/** The note by which what a pipeline owns is known again. */
const noteOf = ({ name }: Pipeline): string => `Kept by the pipeline ${name}`

/**
 * Compares a file with a server. Only what the pipeline has made is changed or deleted.
 * @throws ToldError when something of a name that it wants belongs to somebody else
 */
export async function planPipeline(client: HeadwaterClient, pipeline: Pipeline): Promise<Change[]> {
  const present = await readPresent(client, pipeline)
  const planner = new Planner(client, pipeline, present)
  const connections = Object.entries(pipeline.connections).flatMap(([name, one]) =>
    planner.connection(name, one),
  )
  const flows = await Promise.all(
    Object.entries(pipeline.flows).map(([name, one]) => planner.flow(name, one)),
  )
  return [...connections, ...flows.flat(), ...planner.leftovers()]
}

async function readPresent(client: HeadwaterClient, pipeline: Pipeline): Promise<Present> {
  const connections = await Array.fromAsync(client.connections.all() as AsyncIterable<Connection>)
  const flows = await Array.fromAsync(client.flows.all() as AsyncIterable<Flow>)
  const note = noteOf(pipeline)
  const isOurs = ({ description }: { readonly description?: string | undefined }): boolean =>
    description === note
  assertNoStrangers('flow', pipeline.flows, flows, isOurs)
  assertNoStrangers('connection', pipeline.connections, connections, isOurs)
  return {
    connections: new Map(connections.filter(isOurs).map((one) => [one.name ?? one.id, one])),
    flows: new Map(flows.filter(isOurs).map((one) => [one.name ?? one.id, one])),
  }
}

function assertNoStrangers<Item extends { readonly id: string; readonly name?: string | undefined }>(
  kind: string,
  wanted: Readonly<Record<string, unknown>>,
  found: readonly Item[],
  isOurs: (item: Item) => boolean,
): void {
  const stranger = found.find((one) => one.name !== undefined && one.name in wanted && !isOurs(one))
  if (stranger === undefined) return
  throw new ToldError(
    `The ${kind} ${stranger.name} (${stranger.id}) was not made by this pipeline: choose another name, or delete it first.`,
  )
}

class Planner {
  readonly #client: HeadwaterClient
  readonly #pipeline: Pipeline
  readonly #present: Present
  /** Of the connections of the file, once they are there. */
  readonly #ids = new Map<string, string>()

  constructor(client: HeadwaterClient, pipeline: Pipeline, present: Present) {
    this.#client = client
    this.#pipeline = pipeline
    this.#present = present
    for (const [name, { id }] of present.connections) this.#ids.set(name, id)
  }

  connection(name: string, wanted: PipelineConnection): Change[] {
    const auth = { specName: 'Basic Authentication' as const, params: paramsOf(wanted) }
    const known = this.#present.connections.get(name)
    if (known === undefined) {
      const body = { name, description: noteOf(this.#pipeline), auth, connectionSpec: POSTGRES_SPEC }
      const apply = async () => void this.#ids.set(name, (await this.#client.connections.create(body)).id)
      return [{ action: 'create', kind: 'connection', name, differences: [], apply }]
    }
    const differences = differencesOf(known.auth?.params ?? {}, withoutSecret(auth.params))
    if (differences.length === 0) return []
    const apply = async () => {
      const operation = { op: 'replace', path: '/auth', value: auth } as const
      await this.#client.connections.patch(known.id, known.etag, [operation])
    }
    return [{ action: 'update', kind: 'connection', name, differences, apply }]
  }

  async flow(name: string, wanted: PipelineFlow): Promise<Change[]> {
    const known = this.#present.flows.get(name)
    if (known === undefined) return [this.#make('create', name, wanted, [])]
    const differences = differencesOf(await this.#describe(known), contentOf(wanted))
    if (isOnce(known) !== (wanted.every === undefined)) {
      differences.push(...this.#scheduleDifferences(known, wanted))
    }
    if (differences.length > 0) return [this.#make('replace', name, wanted, differences, known)]
    return [...this.#schedule(known, wanted), ...this.#state(known, wanted)]
  }

  /** What the pipeline has made and the file has no longer: flows first, since they hold their connection. */
  leftovers(): Change[] {
    const { connections, flows } = this.#pipeline
    const gone = [...this.#present.flows.values()].filter(
      ({ name }) => name !== undefined && !(name in flows),
    )
    const idle = [...this.#present.connections.values()].filter(
      ({ name }) => name !== undefined && !(name in connections),
    )
    return [
      ...gone.map(({ id, name = id }) => this.#removal('flow', name, () => this.#client.flows.delete(id))),
      ...idle.map(({ id, name = id }) => this.#removal('connection', name, () => this.#deleteConnection(id))),
    ]
  }

  #removal(kind: Change['kind'], name: string, apply: () => Promise<void>): Change {
    return { action: 'delete', kind, name, differences: [], apply }
  }

  /** With the source connections that the flows have left behind. */
  async #deleteConnection(id: string): Promise<void> {
    const property = [`baseConnectionId==${id}`]
    for await (const one of this.#client.sourceConnections.all({ property })) {
      await this.#client.sourceConnections.delete(one.id)
    }
    await this.#client.connections.delete(id)
  }

  /** A new flow; one that was there before goes with its dataset, whose rows are others from now on. */
  #make(
    action: 'create' | 'replace',
    name: string,
    wanted: PipelineFlow,
    differences: readonly string[],
    known?: Flow,
  ): Change {
    const apply = async () => {
      if (known !== undefined) await this.#remove(known)
      const { table: tableName, columns, where, watermark } = wanted
      const { flowId } = await orderTable(this.#client, {
        connectionId: this.#ids.get(wanted.from) ?? '',
        ...{ name, tableName, columns, where, watermark },
        description: noteOf(this.#pipeline),
        schedule: scheduleOf(wanted),
      })
      if (wanted.enabled === false) await this.#client.flows.disable(flowId)
    }
    return { action, kind: 'flow', name, differences, apply }
  }

  async #remove(flow: Flow): Promise<void> {
    const target = await this.#client.targetConnections.get(flow.targetConnectionIds[0] ?? '')
    await this.#client.flows.delete(flow.id)
    await this.#client.datasets.delete(String(target.params?.['dataSetId']), { force: true })
  }

  /** What the file says of a flow, as the server has it. */
  async #describe(flow: Flow): Promise<Record<string, unknown>> {
    const source = await this.#client.sourceConnections.get(flow.sourceConnectionIds[0] ?? '')
    const copy = flow.transformations?.find(({ name }) => name === 'Copy')?.params as
      | { readonly deltaColumn?: string | { readonly name: string } }
      | undefined
    const column = copy?.deltaColumn
    const filters = source.params?.['filters'] as { readonly value?: unknown } | undefined
    return {
      connection: source.baseConnectionId,
      table: source.params?.['tableName'],
      columns: namesOf(source.params?.['columns']),
      where: filters?.value,
      watermark: typeof column === 'string' ? column : column?.name,
    }
  }

  #schedule(flow: Flow, wanted: PipelineFlow): Change[] {
    const differences = this.#scheduleDifferences(flow, wanted)
    if (differences.length === 0) return []
    const apply = async () => {
      const { etag } = await this.#client.flows.get(flow.id)
      const operations = Object.entries(scheduleOf(wanted) ?? {}).map(
        ([name, value]) => ({ op: 'replace', path: `/scheduleParams/${name}`, value }) as const,
      )
      await this.#client.flows.patch(flow.id, etag, operations)
    }
    return [{ action: 'update', kind: 'flow', name: flow.name ?? flow.id, differences, apply }]
  }

  #scheduleDifferences(flow: Flow, wanted: PipelineFlow): string[] {
    const { frequency, interval } = (flow.scheduleParams ?? {}) as Partial<Record<string, unknown>>
    const now = { frequency, interval: interval === undefined ? undefined : Number(interval) }
    return differencesOf(now, scheduleOf(wanted) ?? { frequency: 'once', interval: undefined })
  }

  #state(flow: Flow, { enabled = true }: PipelineFlow): Change[] {
    const isEnabled = flow.state === 'enabled'
    if (isEnabled === enabled) return []
    const verb = enabled ? 'enable' : 'disable'
    const differences = [`enabled: ${isEnabled} → ${enabled}`]
    const apply = async () => void (await this.#client.flows[verb](flow.id))
    return [{ action: 'update', kind: 'flow', name: flow.name ?? flow.id, differences, apply }]
  }
}

function isOnce({ scheduleParams }: Flow): boolean {
  return (scheduleParams as { readonly frequency?: string } | undefined)?.frequency === 'once'
}

function paramsOf({ port = 5432, sslMode = 'prefer', ...rest }: PipelineConnection) {
  return { ...rest, port: String(port), sslMode }
}

function namesOf(columns: unknown): string[] | undefined {
  return Array.isArray(columns) ? columns.map(({ name }: { readonly name: string }) => name) : undefined
}

/** A secret comes masked from the server, and cannot be compared. */
function withoutSecret({ password: _, ...rest }: ReturnType<typeof paramsOf>): object {
  return rest
}

function contentOf({ table, columns, where, watermark }: PipelineFlow): Record<string, unknown> {
  return { table, columns, where, watermark }
}

function differencesOf(now: object, then: object): string[] {
  const before = new Map(Object.entries(now))
  return Object.entries(then).flatMap(([name, value]) => {
    const [a, b] = [show(before.get(name)), show(value)]
    return a === b ? [] : [`${name}: ${a} → ${b}`]
  })
}

function show(value: unknown): string {
  return value === undefined || value === null
    ? 'none'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
}

/** `15 minutes` → frequency and interval of the API; nothing for once. */
export function scheduleOf({ every }: Pick<PipelineFlow, 'every'>): Schedule | undefined {
  if (every === undefined) return undefined
  const [count = '', unit = ''] = every.split(' ')
  return { frequency: unit.replace(/s$/, ''), interval: Number(count) } as Schedule
}
