import type { Session } from './session.ts'
import type {
  Dataset,
  Flow,
  Health,
  Page,
  QueryResult,
  Run,
  Sandbox,
  SourceConnection,
  TargetConnection,
} from './shapes.ts'

/** The server answered, but not with what was asked for. The message is meant for people. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
}

/** The token or its client is no longer accepted: sign in again. */
export class SessionEndedError extends ApiError {
  override readonly name = 'SessionEndedError'
}

/** Nobody answered. */
export class UnreachableError extends ApiError {
  override readonly name = 'UnreachableError'
}

interface Options {
  readonly signal?: AbortSignal | undefined
}

const FLOW_SERVICE = '/data/foundation/flowservice'

/** Asks for a token. @throws ApiError with the reason when the credentials are not accepted */
export async function requestToken(clientId: string, clientSecret: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const response = await send('/ims/token/v3', { method: 'POST', body })
  const answer = await readJson(response)
  if (response.ok) return String(answer.access_token)
  throw new ApiError(REFUSALS[answer.error_description] ?? reasonOf(answer, response))
}

/** The token service speaks to programs. */
const REFUSALS: Readonly<Record<string, string>> = {
  'invalid client_id parameter':
    'The server knows no client with this id. Was it made for another data folder?',
  'invalid client_secret parameter': 'The secret does not belong to this client id.',
}

/** Whether the server can do its work. Needs no token. @throws UnreachableError */
export async function getHealth(options: Options = {}): Promise<Health> {
  const response = await send('/health/ready', { signal: options.signal ?? null })
  const { checks = {} } = await readJson(response)
  return { isReady: response.ok, checks }
}

/** The API in one sandbox, on behalf of one session. */
export class Api {
  readonly #session: Session
  readonly #sandboxName: string | undefined

  constructor(session: Session, sandboxName?: string) {
    this.#session = session
    this.#sandboxName = sandboxName
  }

  async listSandboxes(options: Options = {}): Promise<readonly Sandbox[]> {
    return (await this.#call('/data/foundation/sandbox-management/', options)).sandboxes
  }

  listFlows(limit: number, options: Options = {}): Promise<Page<Flow>> {
    return this.#list('flows', limit, options)
  }

  /** The newest first. */
  listRuns(limit: number, options: Options = {}): Promise<Page<Run>> {
    return this.#list('runs', limit, options)
  }

  listSourceConnections(limit: number, options: Options = {}): Promise<Page<SourceConnection>> {
    return this.#list('sourceConnections', limit, options)
  }

  listTargetConnections(limit: number, options: Options = {}): Promise<Page<TargetConnection>> {
    return this.#list('targetConnections', limit, options)
  }

  /** The newest first; `limit` is 100 at most. */
  async listDatasets(limit: number, options: Options = {}): Promise<Page<Dataset>> {
    // One more than can be shown tells whether there are more; the list itself doesn't say.
    const [first, beyond] = await Promise.all([
      this.#call(`/data/foundation/catalog/dataSets?limit=${limit}`, options),
      this.#call(`/data/foundation/catalog/dataSets?limit=1&start=${limit}&properties=name`, options),
    ])
    const items = Object.entries(first).map(([id, document]) => readDataset(id, document as DatasetDocument))
    return { items, hasMore: Object.keys(beyond).length > 0 }
  }

  query(sql: string, maxRows: number, options: Options = {}): Promise<QueryResult> {
    return this.#call('/query', { ...options, body: { sql, maxRows } })
  }

  async #list<T>(resource: string, limit: number, options: Options): Promise<Page<T>> {
    const { items, _links } = await this.#call(`${FLOW_SERVICE}/${resource}?limit=${limit}`, options)
    return { items, hasMore: _links?.next !== undefined }
  }

  async #call(path: string, { body, signal }: Options & { readonly body?: unknown }): Promise<Answer> {
    const { token, clientId, orgId } = this.#session
    const response = await send(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-api-key': clientId,
        'x-gw-ims-org-id': orgId,
        ...(this.#sandboxName === undefined ? {} : { 'x-sandbox-name': this.#sandboxName }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    })
    const answer = await readJson(response)
    if (response.ok) return answer
    if (isSessionOver(response, answer)) throw new SessionEndedError('Your session has ended. Sign in again.')
    throw new ApiError(reasonOf(answer, response))
  }
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of our own server; its shapes are told by the methods' types
type Answer = any

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new UnreachableError('The server does not answer.')
  }
}

async function readJson(response: Response): Promise<Answer> {
  try {
    return (await response.json()) ?? {}
  } catch {
    return {}
  }
}

/** Codes of the gateway: the client was revoked, the organisation isn't the token's. */
const LOST_CLIENT = ['403003', '403025']

function isSessionOver(response: Response, answer: Answer): boolean {
  return response.status === 401 || LOST_CLIENT.includes(String(answer.error_code))
}

/** The one sentence in any of the services' error shapes. */
function reasonOf(answer: Answer, response: Response): string {
  const { errorMessage, detail, error_description: description, message, title } = answer
  const known = [errorMessage, detail, description, message, title].find(
    (text) => typeof text === 'string' && text !== '',
  )
  if (known !== undefined && response.status < 500) return known
  const requestId = response.headers.get('x-request-id')
  return `The server failed to answer (status ${response.status}).${requestId ? ` Its log has the reason under request id ${requestId}.` : ''}`
}

interface DatasetDocument {
  readonly name?: string
  readonly created?: number
  readonly basePath?: string
  readonly tags?: Readonly<Record<string, readonly string[]>>
  readonly extensions?: {
    readonly adobe_lakeHouse?: {
      readonly metrics?: { readonly rowCount?: number; readonly storageSize?: number }
    }
  }
}

function readDataset(id: string, document: DatasetDocument): Dataset {
  const metrics = document.extensions?.adobe_lakeHouse?.metrics
  return {
    id,
    name: document.name ?? id,
    created: document.created ?? 0,
    basePath: document.basePath ?? '',
    tableName: document.tags?.['adobe/pqs/table']?.[0] ?? id,
    rowCount: metrics?.rowCount ?? 0,
    storageSize: metrics?.storageSize ?? 0,
  }
}
