import type { Readiness } from '@headwater/contract/health.ts'
import type { TokenResponse } from '@headwater/contract/ims.ts'
import type { MetricsBody, MetricsResult } from '@headwater/contract/observability.ts'
import type { QueryBody, QueryResult } from '@headwater/contract/query.ts'
import { type ClientCredentials, type Credentials, requestToken, tokensOf } from './credentials.ts'
import { Batches } from './resources/batches.ts'
import { SourceConnections, TargetConnections } from './resources/connected.ts'
import { Connections } from './resources/connections.ts'
import { Datasets } from './resources/datasets.ts'
import { Flows } from './resources/flows.ts'
import { IdentityNamespaces } from './resources/identity-namespaces.ts'
import { MappingLanguage, MappingSets } from './resources/mapping-sets.ts'
import { Monitoring } from './resources/monitoring.ts'
import { Registry } from './resources/registry.ts'
import { Runs } from './resources/runs.ts'
import { Sandboxes } from './resources/sandboxes.ts'
import { ConnectionSpecs, FlowSpecs } from './resources/specs.ts'
import { Subscriptions } from './resources/subscriptions.ts'
import { Uploads } from './resources/uploads.ts'
import { createSend, type Fetch } from './send.ts'
import { type Call, type CallOptions, Transport } from './transport.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:8787`; in a browser empty for the server that the page is from. */
  readonly baseUrl: string
  readonly credentials: Credentials
  /** The sandbox of every call that names no other; the default one of the organization when absent. */
  readonly sandbox?: string | undefined
  /** How often a read is tried in all when the server is busy or cannot be reached; 3 when absent. */
  readonly attempts?: number | undefined
  /** In the place of the platform's own. */
  readonly fetch?: Fetch | undefined
  /** Epoch milliseconds; tests set their own clock. */
  readonly now?: (() => number) | undefined
}

/** The API of a server, typed. Every call throws a HeadwaterError when it does not work. */
export class HeadwaterClient {
  readonly connectionSpecs: ConnectionSpecs
  readonly connections: Connections
  readonly sourceConnections: SourceConnections
  readonly targetConnections: TargetConnections
  readonly flowSpecs: FlowSpecs
  readonly flows: Flows
  readonly runs: Runs
  readonly subscriptions: Subscriptions
  readonly registry: Registry
  readonly identityNamespaces: IdentityNamespaces
  readonly datasets: Datasets
  readonly batches: Batches
  readonly uploads: Uploads
  readonly sandboxes: Sandboxes
  readonly mappingSets: MappingSets
  readonly mappingLanguage: MappingLanguage
  readonly monitoring: Monitoring
  readonly #transport: Transport

  constructor(options: ClientOptions | Transport) {
    const transport = options instanceof Transport ? options : createTransport(options)
    this.#transport = transport
    this.connectionSpecs = new ConnectionSpecs(transport)
    this.connections = new Connections(transport)
    this.sourceConnections = new SourceConnections(transport)
    this.targetConnections = new TargetConnections(transport)
    this.flowSpecs = new FlowSpecs(transport)
    this.flows = new Flows(transport)
    this.runs = new Runs(transport)
    this.subscriptions = new Subscriptions(transport)
    this.registry = new Registry(transport)
    this.identityNamespaces = new IdentityNamespaces(transport)
    this.datasets = new Datasets(transport)
    this.batches = new Batches(transport)
    this.uploads = new Uploads(transport)
    this.sandboxes = new Sandboxes(transport)
    this.mappingSets = new MappingSets(transport)
    this.mappingLanguage = new MappingLanguage(transport)
    this.monitoring = new Monitoring(transport)
  }

  /** The same client in another sandbox. Tokens are shared. */
  inSandbox(sandbox: string | undefined): HeadwaterClient {
    return new HeadwaterClient(this.#transport.inSandbox(sandbox))
  }

  /** Runs a SELECT statement over the datasets of the sandbox. */
  async query(body: QueryBody, options: CallOptions = {}): Promise<QueryResult> {
    return (await this.call({ ...options, method: 'POST', path: '/query', body })) as QueryResult
  }

  /** Figures of ingestion over time. */
  async readMetrics(body: MetricsBody, options: CallOptions = {}): Promise<MetricsResult> {
    const path = '/data/infrastructure/observability/insights/metrics'
    return (await this.call({ ...options, method: 'POST', path, body })) as MetricsResult
  }

  /** For what has no method: the JSON of the answer, `undefined` when it is empty. */
  async call(call: Call): Promise<unknown> {
    return await this.#transport.call(call)
  }
}

function createTransport({
  baseUrl,
  credentials,
  sandbox,
  attempts = 3,
  fetch = (url, init) => globalThis.fetch(url, init),
  now = Date.now,
}: ClientOptions): Transport {
  const send = createSend(baseUrl, fetch)
  return new Transport({ send, credentials, tokens: tokensOf(credentials, send, now), sandbox, attempts })
}

/** Where a server is, for what needs no token. */
export interface ServerAddress {
  readonly baseUrl: string
  readonly fetch?: Fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/** Exchanges id and secret for a token, for who keeps only the token. @throws HeadwaterError */
export async function createToken(
  server: ServerAddress,
  credentials: Omit<ClientCredentials, 'orgId'>,
): Promise<TokenResponse> {
  return await requestToken(sendTo(server), credentials, server.signal)
}

/** Whether a server can do its work. @throws HeadwaterError when nobody answers */
export async function getReadiness(server: ServerAddress): Promise<Readiness> {
  const response = await sendTo(server)('/health/ready', { signal: server.signal ?? null })
  return (await response.json()) as Readiness
}

function sendTo({ baseUrl, fetch = (url, init) => globalThis.fetch(url, init) }: ServerAddress) {
  return createSend(baseUrl, fetch)
}
