import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, createDataset, createSchema } from '@headwater/testkit/journey.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '@headwater/testkit/test-server.ts'
import { type FlowAnswer, FlowClient } from '../conformance/flow-client.ts'
import { witnessPlatform } from './references.ts'

export const IMPORT = '/data/foundation/import'
export const EXPORT = '/data/foundation/export'

/** Fields below the tenant's namespace. */
export const FIELDS = {
  id: { type: 'integer' },
  note: { type: 'string' },
  amount: { type: 'number' },
  paid: { type: 'boolean' },
  placed: { type: 'string', format: 'date-time' },
}

const PATIENCE_MS = 60_000
const POLL_MS = 30

/** A whole server to upload batches to. */
export class UploadWorld implements AsyncDisposable {
  readonly server: TestServer
  #schemaId: string | undefined

  constructor(server: TestServer) {
    this.server = server
  }

  get client(): FlowClient {
    return new FlowClient(this.server.client, witnessPlatform)
  }

  /** A new dataset of a schema with {@link FIELDS}, or with others. */
  async makeDataset(fields?: Answer): Promise<string> {
    if (fields !== undefined)
      return createDataset(this.server.client, await createSchema(this.server.client, fields))
    this.#schemaId ??= await createSchema(this.server.client, FIELDS)
    return createDataset(this.server.client, this.#schemaId)
  }

  /** The id of a new batch. */
  async makeBatch(datasetId: string, more: Answer = {}): Promise<string> {
    const body = { datasetId, inputFormat: { format: 'json' }, ...more }
    const { status, body: batch, text } = await this.client.post(`${IMPORT}/batches`, body)
    if (status !== 201) throw new Error(`no batch: ${status} ${text}`)
    return batch.id
  }

  fileUrl(datasetId: string, batchId: string, path = 'rows.json'): string {
    return `${IMPORT}/batches/${batchId}/datasets/${datasetId}/files/${path}`
  }

  /** Sends a file, text or bytes. */
  async put(url: string, bytes: string | Uint8Array): Promise<FlowAnswer> {
    return this.send('PUT', url, bytes)
  }

  async send(
    method: string,
    url: string,
    bytes: string | Uint8Array | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<FlowAnswer> {
    const given = Object.entries({
      ...this.client.headers,
      'content-type': 'application/octet-stream',
      ...headers,
    })
    const kept = given.filter((entry): entry is [string, string] => entry[1] !== undefined)
    const body = bytes === undefined ? {} : { body: Buffer.from(bytes) }
    const response = await fetch(this.server.url + url, {
      method,
      headers: Object.fromEntries(kept),
      ...body,
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text === '' ? undefined : JSON.parse(text),
      text,
    }
  }

  act(batchId: string, action: string): Promise<FlowAnswer> {
    return this.client.post(`${IMPORT}/batches/${batchId}?action=${action}`)
  }

  async batch(id: string): Promise<Answer> {
    return (await this.client.get(`${CATALOG}/batches/${id}`)).body[id]
  }

  /** The batch when it has ended. */
  async ended(id: string): Promise<Answer> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const batch = await this.batch(id)
      if (['success', 'failed', 'inactive', 'aborted', 'abandoned'].includes(batch.status)) return batch
    }
    throw new Error(`batch ${id} did not end in ${PATIENCE_MS / 1000} s`)
  }

  /** A whole batch of one file: made, uploaded, complete, ended. */
  async upload(datasetId: string, bytes: string | Uint8Array, more: Answer = {}): Promise<Answer> {
    const id = await this.makeBatch(datasetId, more)
    const { status, text } = await this.put(this.fileUrl(datasetId, id), bytes)
    if (status !== 200) throw new Error(`no upload: ${status} ${text}`)
    const completed = await this.act(id, 'COMPLETE')
    if (completed.status !== 200) throw new Error(`not complete: ${completed.status} ${completed.text}`)
    return this.ended(id)
  }

  /** The rows of a dataset as its preview shows them, below the tenant's namespace, in the order of their `id`. */
  async rows(datasetId: string): Promise<Answer[]> {
    const { body } = await this.client.get(`${EXPORT}/datasets/${datasetId}/preview`)
    return body.data
      .map((row: Answer) => row._headwater)
      .toSorted((a: Answer, b: Answer) => Number(a.id) - Number(b.id))
  }

  /** The records of a diagnostic file of a batch. */
  async rowErrors(batchId: string, name: string): Promise<Answer[]> {
    const path = encodeURIComponent(`row_errors/${name}`)
    const { text } = await this.client.get(`${EXPORT}/batches/${batchId}/meta?path=${path}`)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

export async function openUploadWorld(options: TestServerOptions = {}): Promise<UploadWorld> {
  return new UploadWorld(await startTestServer(options))
}

/** Records below the tenant's namespace as lines of JSON. */
export function lines(...records: readonly Answer[]): string {
  return records.map((record) => `${JSON.stringify({ _headwater: record })}\n`).join('')
}

/** Records with the ids from 1 on. */
export function numbered(count: number): Answer[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, note: `note ${index + 1}` }))
}
