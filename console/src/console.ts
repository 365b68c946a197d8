import { getReadiness, type HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import type { Readiness } from '@headwater/contract/health.ts'
import type { Sandbox } from '@headwater/contract/sandboxes.ts'
import { clientOf, HERE } from './client.ts'
import { activeRuns, type Data, loadData } from './data.ts'
import { byId, type Child, h, patch } from './dom.ts'
import { formatTime } from './format.ts'
import { Poller } from './poll.ts'
import { isSessionOver, reasonOf, SESSION_OVER } from './problems.ts'
import { QueryBox } from './query-box.ts'
import {
  forgetSession,
  loadSandboxName,
  loadSession,
  type Session,
  saveSandboxName,
  saveSession,
} from './session.ts'
import { showSignInProblem } from './sign-in.ts'
import { viewDatasets } from './views/datasets.ts'
import { viewFlows } from './views/flows.ts'
import { type ListName, type ListOptions, skeleton, unavailable } from './views/parts.ts'
import { viewRuns } from './views/runs.ts'
import { countOf, showHealth, showPicture } from './views/summary.ts'

/** How many of each list are shown before more is asked for. */
const AT_FIRST: Readonly<Record<ListName, number>> = { flows: 6, runs: 10, datasets: 6 }
const MORE_RUNS = 20

/** The page: what it knows, when it looks, and what it shows of it. */
export class Console {
  #session: Session | undefined
  #sandboxes: readonly Sandbox[] = []
  #sandboxName: string | undefined
  #data: Data | undefined
  /** When the newest of it was loaded. */
  #seenAtMs = 0
  #problem: string | undefined
  #limits = AT_FIRST
  /** Aborted when what is being loaded is no longer wanted. */
  #loading = new AbortController()
  readonly #poller = new Poller({ look: () => this.#look(), isBusy: () => activeRuns(this.#data).length > 0 })
  readonly #queryBox = new QueryBox({
    client: () => this.#client(),
    onSessionEnd: () => this.signOut(SESSION_OVER),
  })

  start(): void {
    this.#session = loadSession(Date.now())
    this.#sandboxName = loadSandboxName()
    this.#showWhere()
    this.#poller.start()
  }

  signIn(session: Session): void {
    saveSession(session)
    this.#session = session
    this.#showWhere()
    scrollTo(0, 0)
    byId('main').focus({ preventScroll: true })
    void this.#poller.now()
  }

  /** Forgets everything that a token was needed for. */
  signOut(reason = ''): void {
    forgetSession()
    this.#session = undefined
    this.#sandboxName = undefined
    this.#sandboxes = []
    this.#forgetData()
    this.#queryBox.clear()
    this.#showWhere()
    showSignInProblem(reason)
    byId('client-id').focus()
  }

  useSandbox(name: string): void {
    saveSandboxName(name)
    this.#sandboxName = name
    this.#forgetData()
    this.#queryBox.clear()
    this.#show()
    void this.#poller.now()
  }

  /** Older runs are asked for as one goes; the others are known already. */
  showMore(list: ListName): void {
    const limit = list === 'runs' ? this.#limits.runs + MORE_RUNS : Number.POSITIVE_INFINITY
    this.#limits = { ...this.#limits, [list]: limit }
    if (list === 'runs') void this.#poller.now()
    else this.#show()
  }

  retry(): void {
    void this.#poller.now()
  }

  queryTable(tableName: string): void {
    this.#queryBox.showTable(tableName)
  }

  #client(): HeadwaterClient | undefined {
    return this.#session && clientOf(this.#session, this.#sandboxName)
  }

  #forgetData(): void {
    this.#loading.abort()
    this.#loading = new AbortController()
    this.#data = undefined
    this.#problem = undefined
    this.#limits = AT_FIRST
  }

  /** Looks once. Never throws: what goes wrong is shown. */
  async #look(): Promise<void> {
    const { signal } = this.#loading
    const [health] = await Promise.all([findHealth(), this.#load(signal)])
    showHealth(health)
    if (!signal.aborted) this.#show()
  }

  async #load(signal: AbortSignal): Promise<void> {
    try {
      if (this.#session === undefined) return
      await this.#loadSandboxes(this.#session, signal)
      const options = { before: this.#data, runLimit: this.#limits.runs, nowMs: Date.now(), signal }
      const data = await loadData(clientOf(this.#session, this.#sandboxName), options)
      if (signal.aborted) return
      this.#data = data
      this.#seenAtMs = Date.now()
      this.#problem = undefined
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (error instanceof HeadwaterError) {
      if (isSessionOver(error)) return this.signOut(SESSION_OVER)
      this.#problem = reasonOf(error)
      return
    }
    this.#problem = 'This page met an answer that it can not show.'
    // Nothing is hidden from who develops: the browser's own tools have the rest.
    reportError(error)
  }

  /** Once a session: sandboxes are few and seldom change. */
  async #loadSandboxes(session: Session, signal: AbortSignal): Promise<void> {
    if (this.#sandboxes.length > 0) return
    const { sandboxes } = await clientOf(session).sandboxes.listActive({}, { signal })
    if (signal.aborted) return
    const known = sandboxes.find(({ name }) => name === this.#sandboxName)
    this.#sandboxes = sandboxes
    this.#sandboxName = (known ?? sandboxes.find(({ isDefault }) => isDefault) ?? sandboxes[0])?.name
  }

  /** The form or the workspace. */
  #showWhere(): void {
    const isSignedIn = this.#session !== undefined
    byId('sign-in').hidden = isSignedIn
    byId('workspace').hidden = !isSignedIn
    byId('who').hidden = !isSignedIn
    document.body.classList.toggle('signed-in', isSignedIn)
    this.#show()
  }

  #show(): void {
    const data = this.#data
    this.#showSandboxes()
    this.#showNotice()
    showPicture(data)
    this.#section('flows', (known, options) => [viewFlows(known, options), countOf(known.flows, 'flow')])
    this.#section('runs', (known, options) => [viewRuns(known, options), runsNote(known)])
    this.#section('datasets', (known, options) => [
      viewDatasets(known, options),
      countOf(known.datasets, 'dataset'),
    ])
    this.#queryBox.suggest(data?.datasets.items[0]?.tableName)
    const running = activeRuns(data).length
    document.title = running === 0 ? 'Headwater' : `(${running} running) Headwater`
    byId('freshness').textContent = data === undefined ? '' : `As of ${formatTime(this.#seenAtMs)}`
  }

  #section(
    id: ListName,
    view: (data: Data, options: ListOptions) => readonly [readonly Child[], string],
  ): void {
    const [children, note] =
      this.#data === undefined
        ? [[this.#problem === undefined ? skeleton() : unavailable(this.#problem)], '']
        : view(this.#data, { nowMs: Date.now(), limit: this.#limits[id] })
    patch(byId(id), children)
    byId(id).setAttribute('aria-busy', String(this.#data === undefined && this.#problem === undefined))
    byId(`${id}-count`).textContent = note
  }

  #showSandboxes(): void {
    const select = byId<HTMLSelectElement>('sandbox')
    patch(
      select,
      this.#sandboxes.map(({ name, title }) =>
        h(
          'option',
          { value: name, 'data-key': name },
          title.toLowerCase() === name ? title : `${title} (${name})`,
        ),
      ),
    )
    if (this.#sandboxName !== undefined) select.value = this.#sandboxName
  }

  /** Above everything: what is shown is not what is. */
  #showNotice(): void {
    const isOld = this.#problem !== undefined && this.#data !== undefined
    const retry = h('button', { type: 'button', class: 'small', 'data-action': 'retry' }, 'Try now')
    const text = `${this.#problem} What you see is as of ${formatTime(this.#seenAtMs)}.`
    patch(byId('notice'), isOld ? [h('div', { class: 'notice bad' }, h('p', {}, text), retry)] : [])
  }
}

/** Unanswered is not unhealthy, but looks the same from here. */
async function findHealth(): Promise<Readiness | undefined> {
  try {
    return await getReadiness({ baseUrl: HERE })
  } catch (error) {
    if (error instanceof HeadwaterError) return undefined
    throw error
  }
}

function runsNote(data: Data): string {
  const running = activeRuns(data).length
  const shown = data.runs.hasMore ? `newest ${data.runs.items.length}` : countOf(data.runs, 'run')
  return running === 0 ? shown : `${running} under way, ${shown}`
}
