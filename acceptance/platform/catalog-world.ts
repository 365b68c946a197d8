import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, FULL, finishedRun, REGISTRY } from '@headwater/testkit/journey.ts'
import { expect } from 'vitest'
import { type FlowAnswer, FlowClient } from '../conformance/flow-client.ts'
import { makeLanding, type Wanted } from '../conformance/landing.ts'
import { openWorld, type World, type WorldOptions } from '../conformance/world.ts'
import { witnessPlatform } from './references.ts'

export const EXPORT = '/data/foundation/export'
export const JSON_PATCH = { 'content-type': 'application/json-patch+json' }

/** A flow that has landed, and what it landed. */
export interface Landed {
  readonly flowId: string
  readonly datasetId: string
  readonly batchId: string
  readonly run: Answer
}

/** A whole server whose Catalog and Data Access are held against the platform's own documents. */
export class CatalogWorld implements AsyncDisposable {
  readonly world: World
  readonly client: FlowClient
  #counter = 0

  constructor(world: World) {
    this.world = world
    this.client = new FlowClient(world.server.client, witnessPlatform)
  }

  get url(): string {
    return this.world.server.url
  }

  /** A body for a dataset of the schema of the world's fields. */
  async datasetBody(overrides: Answer = {}): Promise<Answer> {
    const { schemaId } = await this.world.ready()
    return {
      name: `catalog ${++this.#counter}`,
      schemaRef: { id: schemaId, contentType: FULL },
      ...overrides,
    }
  }

  /** A new dataset's id. */
  async makeDataset(overrides: Answer = {}, client: FlowClient = this.client): Promise<string> {
    const { status, body, text } = await client.post(`${CATALOG}/dataSets`, await this.datasetBody(overrides))
    if (status !== 201) throw new Error(`no dataset: ${status} ${text}`)
    return String(body[0]).replace('@/dataSets/', '')
  }

  async dataset(id: string): Promise<Answer> {
    return (await this.client.get(`${CATALOG}/dataSets/${id}`)).body[id]
  }

  async batch(id: string): Promise<Answer> {
    return (await this.client.get(`${CATALOG}/batches/${id}`)).body[id]
  }

  /** A schema of one of the platform's own classes. */
  async makeClassSchema(classId: string): Promise<string> {
    const { body, text } = await this.world.server.client
      .post(`${REGISTRY}/tenant/schemas`, {
        type: 'object',
        title: `of a class ${++this.#counter}`,
        allOf: [{ $ref: classId }],
      })
      .then((answer) => ({ ...answer, text: JSON.stringify(answer.body) }))
    if (typeof body?.$id !== 'string') throw new Error(`no schema: ${text}`)
    return body.$id
  }

  /** Copies a table of the source into a dataset of its own, and waits until that has ended, well or not. */
  async land(wanted: Wanted): Promise<Landed> {
    const scheduleParams = { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' }
    const landing = await makeLanding(this.world, { scheduleParams, ...wanted })
    const run = await finishedRun(this.world.server.client, landing.flowId)
    const { body } = await this.client.get(`${CATALOG}/batches?dataSet=${landing.datasetId}&limit=1`)
    return { ...landing, run, batchId: Object.keys(body)[0] ?? '' }
  }

  /** Another run of a flow, when it has ended. */
  async landAgain({ flowId, datasetId }: Landed): Promise<string> {
    await this.world.makeRun(flowId)
    await finishedRun(this.world.server.client, flowId)
    const { body } = await this.client.get(`${CATALOG}/batches?dataSet=${datasetId}&limit=1`)
    return Object.keys(body)[0] ?? ''
  }

  /** Files of the lake whose path tells of the dataset. */
  async lakeFiles(datasetId: string): Promise<string[]> {
    const files = await readdir(this.world.server.lakeDir, { recursive: true, withFileTypes: true })
    return files
      .filter((file) => file.isFile() && `${file.parentPath}/`.includes(`/${datasetId}/`))
      .map((file) => join(file.parentPath, file.name))
  }

  /** The bytes of an answer, as `fetch` gives them. */
  fetch(href: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> {
    const given = Object.entries({ ...this.client.headers, ...headers })
    const kept = given.filter((entry): entry is [string, string] => entry[1] !== undefined)
    const url = href.startsWith('http') ? href : this.url + href
    return fetch(url, { method, headers: Object.fromEntries(kept) })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]()
  }
}

export async function openCatalogWorld(options: WorldOptions = {}): Promise<CatalogWorld> {
  return new CatalogWorld(await openWorld(options))
}

/** The ids of an answer of Catalog, in its order. */
export function idsOf({ body }: FlowAnswer): string[] {
  return Object.keys(body)
}

/** The platform's own error shape of Catalog and Data Access. */
export function plainError(status: number, detail: unknown = undefined): Answer {
  const titles: Readonly<Record<number, string>> = {
    400: 'BadRequestError',
    404: 'NotFoundError',
    412: 'PreconditionFailedError',
  }
  return {
    type: '/placeholder/type/uri',
    status,
    title: titles[status],
    detail: detail ?? expect.stringMatching(/\w+ \w+/),
  }
}
