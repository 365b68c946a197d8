import type { Answer, ApiClient, ApiResponse } from '@headwater/testkit/api-client.ts'
import { REGISTRY } from '@headwater/testkit/journey.ts'
import { type Operation, readOperations } from '../fuzz/operations.ts'

/*
 * Every operation of the server's document, asked for by those who must not have what it is about. What exists is
 * found by asking as its owner, so that operations of tomorrow are tried as well.
 */

/** An operation with the paths of things that exist, as their owner finds them. */
export interface Target {
  readonly operation: Operation
  /** The same path for something that nobody has; absent where the path speaks of nothing. */
  readonly nobody?: string | undefined
  /** Paths of what exists; the path itself where it speaks of nothing. */
  readonly existing: readonly string[]
}

/** Ids of every form, that nothing has. */
const NOBODY: readonly string[] = [
  '0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0',
  '0e1d2c3b4a5946879786a5b4',
  '0e1d2c3b4a5946879786a5b4c3d2e1f0',
]

/** What the registry wants to be told of the form of an answer. */
const ACCEPTS: readonly (string | undefined)[] = [
  'application/vnd.adobe.xed+json;version=1',
  'application/vnd.adobe.xed-id+json',
  'application/vnd.adobe.xdm+json',
]

/** Asks for what there is, in whichever form the service has it. */
export async function look(client: ApiClient, path: string): Promise<ApiResponse> {
  const [first, ...others] = path.startsWith(REGISTRY) ? ACCEPTS : [undefined]
  const ask = (accept: string | undefined) =>
    client.get(path, accept === undefined ? {} : { headers: { accept } })
  let answer = await ask(first)
  for (const accept of others) {
    if (answer.status < 300) return answer
    answer = await ask(accept)
  }
  return answer
}

/** Whether the operation lies behind the gateway. */
export function isGuarded({ path }: Operation): boolean {
  if (path === '/iceberg/v1/oauth/tokens') return false
  return ['/data/', '/query', '/iceberg/', '/monitoring/'].some((prefix) => path.startsWith(prefix))
}

/** All guarded operations with the paths of what the owner has. */
export async function findTargets(owner: ApiClient): Promise<readonly Target[]> {
  const operations = (await readOperations(owner.baseUrl)).filter(isGuarded)
  const finder = new Finder(owner)
  const lists = operations.filter(({ method }) => method === 'GET').map(({ path }) => templateOf(path))
  // Lists of what is below a thing can be asked for when the thing is known.
  for (const depth of [0, 1]) {
    for (const list of lists) if (list.split('{').length - 1 === depth) await finder.harvest(list)
  }
  const targets: Target[] = []
  for (const operation of operations) {
    const template = templateOf(operation.path)
    targets.push({ operation, existing: await finder.fill(template), nobody: nobodyOf(template) })
  }
  return targets
}

function templateOf(path: string): string {
  // What a file is called is for the client to say.
  return path.replace('{container}', 'tenant').replace('/files/{path}', '/files/rows.json')
}

function nobodyOf(template: string): string | undefined {
  if (!template.includes('{')) return undefined
  const isDataset = /\/data[sS]ets\/\{/.test(template)
  return template.replaceAll(/\{\w+\}/g, (isDataset ? NOBODY[1] : NOBODY[0]) ?? '')
}

/** More than one, since some of what there is may belong to all. */
const ENOUGH = 4

/** Fills the parameters of paths with ids of what there is. */
class Finder {
  readonly #owner: ApiClient
  /** Ids by the list that they were in. */
  readonly #listed = new Map<string, readonly string[]>()
  readonly #all = new Set<string>()
  readonly #heads = new Map<string, readonly string[]>()

  constructor(owner: ApiClient) {
    this.#owner = owner
  }

  /** Remembers the ids in the answers of a list. */
  async harvest(template: string): Promise<void> {
    for (const path of await this.fill(template)) {
      const { status, body } = await look(this.#owner, path)
      if (status >= 300) continue
      const ids = [...idsOf(body)]
      this.#listed.set(path, ids)
      for (const id of ids) this.#all.add(id)
    }
  }

  /** The path with each parameter replaced by ids with which it, or what stands above it, answers. */
  async fill(template: string): Promise<readonly string[]> {
    const at = template.indexOf('}') + 1
    if (at === 0) return [template]
    const filled: string[] = []
    for (const head of await this.#headsOf(template.slice(0, at), template.slice(at)))
      filled.push(...(await this.fill(head + template.slice(at))))
    return filled
  }

  async #headsOf(first: string, rest: string): Promise<readonly string[]> {
    const key = rest.includes('{') ? first : first + rest
    const known = this.#heads.get(first) ?? this.#heads.get(key)
    if (known !== undefined) return known
    const list = first.replace(/\/\{\w+\}$/, '')
    const heads: string[] = []
    for (const id of this.#listed.get(list) ?? this.#all) {
      const head = `${list}/${encodeURIComponent(id)}`
      if (await this.#isThere(head, rest)) heads.push(head)
      if (heads.length === ENOUGH) break
    }
    if (heads.length === 0) return this.#likeSibling(first) ?? this.#likeAnother(list)
    this.#heads.set(key, heads)
    return heads
  }

  /** What was found with something else below it: `…/datasets/{id}/preview` beside `…/datasets/{id}/files/x`. */
  #likeSibling(first: string): readonly string[] | undefined {
    const [, known] = [...this.#heads].find(([key]) => key.startsWith(`${first}/`)) ?? []
    return known
  }

  /** A second path to the same things: `/v2/dataSets` beside `/dataSets`. */
  #likeAnother(list: string): readonly string[] {
    const kind = `/${list.split('/').at(-1)}/{id}`
    const [, known = []] = [...this.#heads].find(([key]) => key.endsWith(kind)) ?? []
    return known.map((head) => `${list}/${head.split('/').at(-1)}`)
  }

  async #isThere(head: string, rest: string): Promise<boolean> {
    if ((await look(this.#owner, head)).status < 300) return true
    return rest !== '' && !rest.includes('{') && (await look(this.#owner, head + rest)).status < 300
  }
}

const ID_KEYS: ReadonlySet<string> = new Set(['id', '$id', '@id', 'dataSetFileId'])
const ID_FORM = /^[0-9a-f]{24}$|^[0-9A-HJKMNP-TV-Z]{26}(-\d+)?$/

/** Everything that may be an id; sandboxes are known by their names. */
function* idsOf(value: Answer): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if (typeof value.isDefault === 'boolean' && typeof value.eTag === 'number') yield value.name
  if (Array.isArray(value.namespaces)) yield* value.namespaces.flat()
  if (Array.isArray(value.namespace) && typeof value.name === 'string') yield value.name
  for (const [key, member] of Object.entries(value)) {
    if (ID_KEYS.has(key) && ['string', 'number'].includes(typeof member)) yield String(member)
    if (ID_FORM.test(key)) yield key
    yield* idsOf(member)
  }
}

/** Every text of an answer that is long enough to be somebody's. */
export function textsOf(value: Answer, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof value === 'string' && value.length >= 6) found.add(value)
  if (typeof value !== 'object' || value === null) return found
  for (const [key, member] of Object.entries(value)) {
    if (ID_FORM.test(key)) found.add(key)
    textsOf(member, found)
  }
  return found
}
