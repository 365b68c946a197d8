import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'
import { endOfRun, finishedRun, ingest } from '@headwater/testkit/journey.ts'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { FIELDS, MAPPINGS, openWorld } from '../conformance/world.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Undefined where there is no browser. */
export const CHROMIUM = PLACES.find((place) => existsSync(place))

/** A tab, and what its console has complained of. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  readonly complaints: readonly string[]
}

export interface TabOptions {
  readonly width?: number | undefined
  readonly scheme?: 'light' | 'dark' | undefined
  readonly isSignedIn?: boolean | undefined
  /** Requests to this path are answered with a 500. */
  readonly failing?: string | undefined
}

/** A whole server with runs of every kind, and a browser. */
export interface Browsed extends AsyncDisposable {
  readonly url: string
  readonly credentials: IssuedCredentials
  readonly flowId: string
  readonly flowName: string
  readonly runId: string
  readonly failedRunId: string
  readonly heldRunId: string
  readonly connectionId: string
  readonly datasetId: string
  readonly schemaId: string
  /** Of the database that is read. */
  readonly sourceUrl: string
  /** Runs the flow once more, up to its end. */
  runOnce(): Promise<void>
  open(path: string, options?: TabOptions): Promise<Tab>
}

export async function openBrowsed(): Promise<Browsed> {
  await using opened = new AsyncDisposableStack()
  buildConsole()
  const world = opened.use(await openWorld())
  const browser = opened.adopt(
    await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] }),
    (it) => it.close(),
  )
  const { client } = world.server
  const ready = await world.ready()
  const flowName = 'Orders to the lake'
  const flow = await world.makeFlow({ name: flowName })
  const runId = (await world.makeRun(flow.id)).id
  await endOfRun(client, runId)
  const heldRunId = await runWithHeldRows(world, ready.connectionId)
  const failedRunId = await runThatFails(world, ready.connectionId)
  await client.post(`/data/foundation/dataset/datasets/${ready.datasetId}/labels`, { labels: ['C1'] })
  const schema = await client.get(
    `/data/foundation/schemaregistry/tenant/schemas/${encodeURIComponent(ready.schemaId)}`,
    { headers: { accept: 'application/vnd.adobe.xed+json;version=1' } },
  )
  const tabs = new Tabs(browser, client.token)
  const resources = opened.move()
  return {
    url: world.server.url,
    credentials: client.credentials,
    ...{ flowId: flow.id, flowName, runId, failedRunId, heldRunId },
    ...{ connectionId: ready.connectionId, datasetId: ready.datasetId, schemaId: schema.body['meta:altId'] },
    sourceUrl: world.source.url,
    async runOnce() {
      await endOfRun(client, (await world.makeRun(flow.id)).id)
    },
    open: (path, options = {}) => tabs.open(`${world.server.url}/console${path}`, options),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** What an installation does by itself; a test of sources alone may lack it. */
function buildConsole(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  if (existsSync(`${root}console/dist/index.html`)) return
  const vite = ['node_modules/vite/bin/vite.js', 'build', 'console', '--logLevel', 'warn']
  const { status, stderr } = spawnSync(process.execPath, vite, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the console cannot be built: ${stderr}`)
}

type World = Awaited<ReturnType<typeof openWorld>>

/** One of five rows has no note, which the schema of this flow requires. */
async function runWithHeldRows({ server, source }: World, connectionId: string): Promise<string> {
  await source.query('create table strict_orders (like orders including all)')
  await source.query('insert into strict_orders select * from orders')
  const { flowId } = await ingest(server.client, connectionId, {
    tableName: 'public.strict_orders',
    fields: FIELDS,
    required: ['note'],
    mappings: MAPPINGS,
    options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 50 },
  })
  return (await finishedRun(server.client, flowId)).id
}

/** A view that divides by zero at its third row. */
async function runThatFails({ server, source }: World, connectionId: string): Promise<string> {
  await source.query('create view broken_orders as select id, 1 / (id - 3) as share from orders')
  const { flowId } = await ingest(server.client, connectionId, {
    tableName: 'public.broken_orders',
    fields: { id: { type: 'integer' }, share: { type: 'integer' } },
    mappings: ['id', 'share'].map((source) => ({
      sourceType: 'ATTRIBUTE',
      source,
      destination: `_headwater.${source}`,
    })),
  })
  return (await finishedRun(server.client, flowId)).id
}

/** Tabs of one width and scheme share what the browser keeps, so that it loads the console once for each. */
class Tabs {
  readonly #browser: Browser
  readonly #token: string
  readonly #contexts = new Map<string, Promise<BrowserContext>>()

  constructor(browser: Browser, token: string) {
    this.#browser = browser
    this.#token = token
  }

  async open(url: string, { failing, ...options }: TabOptions): Promise<Tab> {
    const key = JSON.stringify(options)
    const context = this.#contexts.get(key) ?? this.#openContext(options)
    this.#contexts.set(key, context)
    const page = await (await context).newPage()
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    if (failing !== undefined)
      await page.route(`**${failing}*`, (route) => route.fulfill({ status: 500, json: { title: 'broken' } }))
    await page.goto(url)
    return { page, complaints, [Symbol.asyncDispose]: () => page.close() }
  }

  async #openContext({ width = 1280, scheme = 'light', isSignedIn = true }: TabOptions) {
    const context = await this.#browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
    })
    if (isSignedIn)
      await context.addInitScript((text) => sessionStorage.setItem('headwater.session', text), this.#token)
    return context
  }
}
