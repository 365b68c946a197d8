import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The bucket that a server has from the start. */
export const BUCKET = 'lake'

export interface S3Object {
  readonly body: Buffer
  readonly modifiedAtMs: number
  /** How it was asked to be sealed. */
  readonly sealing?: string | undefined
}

/** An S3 server of a test: the part of the protocol that the lake speaks, in memory, over HTTP on 127.0.0.1. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string
  /** Every request so far: `PUT bucket/key?query`. */
  readonly requests: string[]
  /** Objects by key, bucket included. */
  readonly objects: Map<string, S3Object>
  /** Uploads in parts that were begun and neither completed nor aborted. */
  readonly openUploads: number
  /**
   * Asked before a request is answered, which may take its time. `'drop'` carries it out and cuts the connection
   * without an answer, `'reset'` cuts it without carrying it out, an error code such as `'SlowDown'` refuses it.
   */
  onRequest: ((request: LakeRequest) => Interference | Promise<Interference>) | undefined
}

export interface LakeRequest {
  readonly method: string
  /** Bucket included. */
  readonly key: string
}

export type Interference =
  | 'drop'
  | 'reset'
  | 'InternalError'
  | 'SlowDown'
  | 'ConditionalRequestConflict'
  | 'PreconditionFailed'
  | undefined

export interface S3ServerOptions {
  /** Keys in a page of a listing; default 1000, as in the protocol. */
  readonly pageSize?: number | undefined
}

/** Starts it on a free port. Signatures are asked for but not verified. */
export async function startS3Server({ pageSize = 1000 }: S3ServerOptions = {}): Promise<S3Server> {
  const memory = new MemoryS3(pageSize)
  const server = createServer((request, response) => void memory.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(memory, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

interface S3Request {
  readonly method: string
  readonly bucket: string
  /** Bucket included. */
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

interface Part {
  readonly body: Buffer
  readonly etag: string
}

/** The protocol's smallest part, the last one of an upload aside. */
const MIN_PART_BYTES = 5 * 1024 * 1024

interface PartialUpload {
  readonly key: string
  readonly parts: Map<number, Part>
  readonly sealing: string | undefined
}

/** `AES256`, or `aws:kms` with the key that was named. */
function sealingOf(headers: S3Request['headers']): string | undefined {
  const algorithm = headers['x-amz-server-side-encryption']
  const key = headers['x-amz-server-side-encryption-aws-kms-key-id']
  return algorithm === undefined ? undefined : [algorithm, key].filter((part) => part !== undefined).join(' ')
}

class MemoryS3 {
  readonly requests: string[] = []
  readonly objects = new Map<string, S3Object>()
  readonly #uploads = new Map<string, PartialUpload>()
  readonly #pageSize: number
  onRequest: S3Server['onRequest']

  constructor(pageSize: number) {
    this.#pageSize = pageSize
  }

  get openUploads(): number {
    return this.#uploads.size
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message)
    const query = request.query.size === 0 ? '' : `?${request.query}`
    this.requests.push(`${request.method} ${request.key}${query}`)
    const interference = await this.onRequest?.(request)
    if (interference === 'reset') {
      message.socket.destroy()
      return
    }
    const isRefused = interference !== undefined && interference !== 'drop'
    const answer = isRefused ? failure(interference) : this.#answer(request)
    if (interference === 'drop') {
      message.socket.destroy()
      return
    }
    const length = Buffer.byteLength(answer.body ?? '')
    response.writeHead(answer.status, {
      'x-amz-request-id': 'memory',
      'content-length': String(length),
      ...answer.headers,
    })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }

  #answer(request: S3Request): S3Answer {
    if (request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true)
      return failure('AccessDenied')
    if (request.bucket !== BUCKET) return failure('NoSuchBucket')
    switch (request.method) {
      case 'PUT':
        return request.query.has('partNumber') ? this.#putPart(request) : this.#put(request, request.body)
      case 'POST':
        return this.#post(request)
      case 'DELETE':
        return this.#delete(request)
      default:
        return request.query.get('list-type') === '2' ? this.#list(request) : this.#get(request)
    }
  }

  #put({ key, headers }: S3Request, body: Buffer, sealing = sealingOf(headers)): S3Answer {
    if (headers['if-none-match'] === '*' && this.objects.has(key)) return failure('PreconditionFailed')
    this.objects.set(key, { body, modifiedAtMs: Date.now(), sealing })
    return { status: 200, headers: { etag: etagOf(body) } }
  }

  #putPart({ query, key, body }: S3Request): S3Answer {
    const upload = this.#uploads.get(query.get('uploadId') ?? '')
    if (upload?.key !== key) return failure('NoSuchUpload')
    const etag = etagOf(body)
    upload.parts.set(Number(query.get('partNumber')), { body, etag })
    return { status: 200, headers: { etag } }
  }

  #post(request: S3Request): S3Answer {
    if (request.query.has('delete')) return this.#deleteMany(request)
    if (!request.query.has('uploads')) return this.#completeUpload(request)
    const uploadId = randomUUID()
    this.#uploads.set(uploadId, { key: request.key, parts: new Map(), sealing: sealingOf(request.headers) })
    return { status: 200, body: element('InitiateMultipartUploadResult', element('UploadId', uploadId)) }
  }

  /** The parts are those that the request names, in its order, if they are the ones that arrived. */
  #completeUpload(request: S3Request): S3Answer {
    const uploadId = request.query.get('uploadId') ?? ''
    const upload = this.#uploads.get(uploadId)
    if (upload?.key !== request.key) return failure('NoSuchUpload')
    const named = elementsOf(request.body.toString(), 'Part').map((part) => ({
      number: Number(elementsOf(part, 'PartNumber')[0]),
      etag: elementsOf(part, 'ETag')[0],
    }))
    const parts = named.map(({ number }) => upload.parts.get(number))
    const isWhole = parts.length > 0 && parts.every((part, at) => part?.etag === named[at]?.etag)
    if (!isWhole) return failure('InvalidPart')
    const bodies = parts.flatMap((part) => (part === undefined ? [] : [part.body]))
    if (bodies.slice(0, -1).some((body) => body.length < MIN_PART_BYTES)) return failure('EntityTooSmall')
    const answer = this.#put(request, Buffer.concat(bodies), upload.sealing)
    if (answer.status !== 200) return answer
    this.#uploads.delete(uploadId)
    return { status: 200, body: element('CompleteMultipartUploadResult', element('ETag', '"whole"')) }
  }

  #delete({ query, key }: S3Request): S3Answer {
    const uploadId = query.get('uploadId')
    if (uploadId === null) this.objects.delete(key)
    else if (!this.#uploads.delete(uploadId)) return failure('NoSuchUpload')
    return { status: 204 }
  }

  #deleteMany({ headers, body, bucket }: S3Request): S3Answer {
    const isChecked = Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-\w+)$/.test(name))
    if (!isChecked) return failure('InvalidRequest')
    for (const key of elementsOf(body.toString(), 'Key')) this.objects.delete(`${bucket}/${key}`)
    return { status: 200, body: '<DeleteResult></DeleteResult>' }
  }

  #get({ key, headers }: S3Request): S3Answer {
    const object = this.objects.get(key)
    if (object === undefined) return failure('NoSuchKey')
    const { body, modifiedAtMs } = object
    const common = { etag: etagOf(body), 'last-modified': new Date(modifiedAtMs).toUTCString() }
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
    if (range === null) return { status: 200, body, headers: common }
    const start = Number(range[1])
    if (start >= body.length) return failure('InvalidRange')
    const piece = body.subarray(start, range[2] === '' ? body.length : Number(range[2]) + 1)
    const contentRange = `bytes ${start}-${start + piece.length - 1}/${body.length}`
    return { status: 206, body: piece, headers: { ...common, 'content-range': contentRange } }
  }

  #list({ bucket, query }: S3Request): S3Answer {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`
    const after = Buffer.from(query.get('continuation-token') ?? '')
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const size = Math.min(this.#pageSize, Number(query.get('max-keys') ?? this.#pageSize))
    const page = keys.slice(0, size)
    const isTruncated = keys.length > size
    const contents = page.map((key) => this.#describe(key, bucket)).join('')
    const next = isTruncated ? element('NextContinuationToken', page.at(-1) ?? '') : ''
    const truncated = element('IsTruncated', String(isTruncated))
    return { status: 200, body: `<ListBucketResult>${contents}${truncated}${next}</ListBucketResult>` }
  }

  #describe(key: string, bucket: string): string {
    const { body, modifiedAtMs } = this.objects.get(key) as S3Object
    const name = element('Key', key.slice(bucket.length + 1))
    const date = element('LastModified', new Date(modifiedAtMs).toISOString())
    return `<Contents>${name}${element('Size', String(body.length))}${date}</Contents>`
  }
}

async function readRequest(message: IncomingMessage): Promise<S3Request> {
  const url = new URL(message.url ?? '/', 'http://s3')
  const key = decodeURIComponent(url.pathname.slice(1))
  return {
    method: message.method ?? '',
    bucket: key.replace(/\/.*/s, ''),
    key,
    query: url.searchParams,
    headers: message.headers,
    body: decodeChunks(message.headers, Buffer.concat(await message.toArray())),
  }
}

/** Codes that a server answers with, and their status. */
const FAILURES = {
  AccessDenied: 403,
  ConditionalRequestConflict: 409,
  EntityTooSmall: 400,
  InternalError: 500,
  InvalidPart: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  PreconditionFailed: 412,
  SlowDown: 503,
} as const

function failure(code: keyof typeof FAILURES): S3Answer {
  return {
    status: FAILURES[code],
    body: `<Error>${element('Code', code)}${element('Message', code)}</Error>`,
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function element(name: string, text: string): string {
  const isMarkup = text.startsWith('<')
  return `<${name}>${isMarkup ? text : text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)}</${name}>`
}

/** The contents of all elements of that name; text without entities, markup as it is. */
function elementsOf(xml: string, name: string): string[] {
  const found = [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, text = '']) => text)
  return found.map((text) => (text.startsWith('<') ? text : decodeEntities(text)))
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}

/** Streams come as `<hex size>;...\r\n<bytes>\r\n` when they are signed or checked piece by piece. */
function decodeChunks(headers: IncomingMessage['headers'], body: Buffer): Buffer {
  if (!headers['content-encoding']?.includes('aws-chunked')) return body
  const pieces: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.subarray(at, lineEnd).toString(), 16)
    if (!(size > 0)) return Buffer.concat(pieces)
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
