import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one request asks for, as the stub hands it to a handler. */
interface S3Request {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

interface S3Answer {
  readonly status: number
  readonly body?: Buffer | string
  readonly headers?: Record<string, string>
}

export interface S3Stub extends AsyncDisposable {
  readonly endpoint: string
  /** Every request so far: `PUT key?query`. */
  readonly requests: string[]
  /** Objects by key, bucket included. */
  readonly objects: Map<string, { readonly body: Buffer; readonly modifiedAtMs: number }>
  /** Asked before a request is answered; `'drop'` carries it out and cuts the connection without an answer. */
  onRequest: ((request: { readonly method: string; readonly key: string }) => 'drop' | undefined) | undefined
}

/** The part of S3 that the storage speaks, in memory, over HTTP on 127.0.0.1. */
export async function startS3Stub(): Promise<S3Stub> {
  const stub = new Stub()
  const server = createServer((request, response) => void stub.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(stub, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

class Stub {
  readonly requests: string[] = []
  readonly objects = new Map<string, { readonly body: Buffer; readonly modifiedAtMs: number }>()
  readonly #parts = new Map<string, Map<number, Buffer>>()
  onRequest: S3Stub['onRequest']

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://stub')
    const request: S3Request = {
      method: message.method ?? '',
      key: decodeURIComponent(url.pathname.slice(1)),
      query: url.searchParams,
      headers: message.headers,
      body: decodeChunks(message.headers, Buffer.concat(await message.toArray())),
    }
    this.requests.push(`${request.method} ${request.key}${url.search}`)
    const isDropped = this.onRequest?.(request) === 'drop'
    const answer = this.#answer(request)
    if (isDropped) {
      message.socket.destroy()
      return
    }
    response.writeHead(answer.status, { 'x-amz-request-id': 'stub', ...answer.headers })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }

  #answer(request: S3Request): S3Answer {
    switch (request.method) {
      case 'PUT':
        return request.query.has('partNumber') ? this.#putPart(request) : this.#put(request, request.body)
      case 'POST':
        return this.#post(request)
      case 'DELETE':
        this.#parts.delete(request.query.get('uploadId') ?? '')
        return { status: 204 }
      default:
        return request.query.get('list-type') === '2' ? this.#list(request) : this.#get(request)
    }
  }

  #put(request: S3Request, body: Buffer): S3Answer {
    if (request.headers['if-none-match'] === '*' && this.objects.has(request.key)) {
      return failure(412, 'PreconditionFailed')
    }
    this.objects.set(request.key, { body, modifiedAtMs: 1_700_000_000_000 })
    return { status: 200, headers: { etag: etagOf(body) } }
  }

  #putPart(request: S3Request): S3Answer {
    const parts = this.#parts.get(request.query.get('uploadId') ?? '')
    parts?.set(Number(request.query.get('partNumber')), request.body)
    return { status: parts ? 200 : 404, headers: { etag: etagOf(request.body) } }
  }

  #post(request: S3Request): S3Answer {
    if (request.query.has('delete')) {
      const keys = request.body.toString().matchAll(/<Key>(.*?)<\/Key>/g)
      const bucket = request.key.replace(/\/.*/, '')
      for (const [, key] of keys) this.objects.delete(`${bucket}/${key}`)
      return { status: 200, body: '<DeleteResult></DeleteResult>' }
    }
    if (request.query.has('uploads')) {
      const uploadId = randomUUID()
      this.#parts.set(uploadId, new Map())
      const body = `<InitiateMultipartUploadResult><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`
      return { status: 200, body }
    }
    const uploadId = request.query.get('uploadId') ?? ''
    const parts = [...(this.#parts.get(uploadId) ?? [])].sort(([a], [b]) => a - b).map(([, body]) => body)
    this.#parts.delete(uploadId)
    const answer = this.#put(request, Buffer.concat(parts))
    const body = '<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>'
    return answer.status === 200 ? { status: 200, body } : answer
  }

  #get(request: S3Request): S3Answer {
    const object = this.objects.get(request.key)
    if (!object) {
      return failure(404, 'NoSuchKey')
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const body = range ? object.body.subarray(Number(range[1]), Number(range[2]) + 1) : object.body
    return { status: range ? 206 : 200, body, headers: { 'content-length': String(body.length) } }
  }

  /** Two keys a page, so that paging is seen. */
  #list(request: S3Request): S3Answer {
    const bucket = `${request.key.replace(/\/.*/, '')}/`
    const prefix = bucket + (request.query.get('prefix') ?? '')
    const after = request.query.get('continuation-token') ?? ''
    const keys = [...this.objects.keys()].sort().filter((key) => key.startsWith(prefix) && key > after)
    const page = keys.slice(0, 2).map((key) => {
      const { body, modifiedAtMs } = this.objects.get(key) as { body: Buffer; modifiedAtMs: number }
      const date = new Date(modifiedAtMs).toISOString()
      return `<Contents><Key>${key.slice(bucket.length)}</Key><Size>${body.length}</Size><LastModified>${date}</LastModified></Contents>`
    })
    const next =
      keys.length > 2
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${keys[1]}</NextContinuationToken>`
        : '<IsTruncated>false</IsTruncated>'
    return { status: 200, body: `<ListBucketResult>${page.join('')}${next}</ListBucketResult>` }
  }
}

function failure(status: number, code: string): S3Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

/** Streams come as `<hex size>;...\r\n<bytes>\r\n` when the SDK signs or checks them piece by piece. */
function decodeChunks(headers: IncomingMessage['headers'], body: Buffer): Buffer {
  if (!headers['content-encoding']?.includes('aws-chunked')) {
    return body
  }
  const pieces: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.subarray(at, lineEnd).toString(), 16)
    if (!(size > 0)) {
      return Buffer.concat(pieces)
    }
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
