import type { Answer } from '@headwater/testkit/api-client.ts'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { FlowAnswer } from '../conformance/flow-client.ts'
import type { World } from '../conformance/world.ts'
import {
  type Expected,
  expectAction,
  isBereft,
  isEnabled,
  type Kind,
  type Model,
  type Modelled,
  NO_VERSION,
  NOT_CURRENT,
  NOT_FOUND,
  NOT_PATCHABLE,
  OK,
  stateAfter,
  UNSUPPORTED,
} from './lifecycle-model.ts'

/** Steps of a made-up client, each with what the model says of its answer. */
type Step = fc.AsyncCommand<Model, World>

/** How a change names the version it is meant for. */
const VERSIONS = ['current', 'unquoted', 'query', 'any', 'former', 'none'] as const
type Version = (typeof VERSIONS)[number]
type Action = 'publish' | 'enable' | 'disable'

const index = fc.nat(50)

/** Sequences of steps, creates first among them. */
export function sequences(maxSteps: number): fc.Arbitrary<Iterable<Step>> {
  const kind = fc.constantFrom<Kind>('connections', 'sourceConnections', 'targetConnections', 'flows')
  const create = fc
    .record({ kind, isDraft: fc.boolean(), isComplete: fc.boolean(), first: index, second: index })
    .map((wanted) => new Create(wanted))
  const version = fc.constantFrom<Version>(...VERSIONS)
  const steps: fc.Arbitrary<Step>[] = [
    create,
    create,
    fc.tuple(index, version).map(([at, how]) => new Rename(at, how)),
    fc.tuple(index, fc.constantFrom('move', 'read-only')).map(([at, mistake]) => new WrongPatch(at, mistake)),
    fc
      .tuple(index, fc.constantFrom<Action>('publish', 'publish', 'enable', 'disable'), version)
      .map(([at, action, how]) => new Act(at, action, how)),
    fc.tuple(index, version).map(([at, how]) => new Delete(at, how)),
    fc.constant(new List()),
  ]
  return fc.commands(steps, { maxCommands: maxSteps, size: 'max' })
}

interface Wanted {
  readonly kind: Kind
  readonly isDraft: boolean
  readonly isComplete: boolean
  readonly first: number
  readonly second: number
}

class Create implements Step {
  readonly #wanted: Wanted

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  check(model: Model): boolean {
    const { kind } = this.#wanted
    const { base, source, target } = this.#references(model)
    if (kind === 'sourceConnections') return base !== undefined
    return kind !== 'flows' || (source?.base?.isGone === false && target !== undefined)
  }

  async run(model: Model, world: World): Promise<void> {
    const { kind, isDraft } = this.#wanted
    const references = this.#references(model)
    const isComplete = !isDraft || this.#wanted.isComplete
    const body = await bodyOf(world, kind, references, isComplete)
    const answer = await world.client.post(`/${kind}${isDraft ? '?mode=draft' : ''}`, body)
    const needed = [references.base, references.source, references.target].filter((one) => one !== undefined)
    if (!isDraft && !needed.every(isEnabled)) {
      expect(answer.status, answer.text).toBe(400)
      return
    }
    expectAnswer(answer, { status: 201 })
    const { id, etag } = answer.body
    const state = isDraft ? 'draft' : 'enabled'
    const { name } = body
    model.entities.push({
      kind,
      id,
      etag,
      formerEtag: etag,
      state,
      name,
      isComplete,
      isGone: false,
      ...references,
    })
    await expectAsModelled(model.entities.at(-1), world)
  }

  #references(model: Model): Pick<Modelled, 'base' | 'source' | 'target'> {
    const { kind, first, second } = this.#wanted
    const pick = (of: Kind, at: number): Modelled | undefined =>
      model.pick(at, (entity) => entity.kind === of && !entity.isGone)
    if (kind === 'sourceConnections') return { base: pick('connections', first) }
    if (kind !== 'flows') return {}
    return { source: pick('sourceConnections', first), target: pick('targetConnections', second) }
  }

  toString(): string {
    return `create ${JSON.stringify(this.#wanted)}`
  }
}

async function bodyOf(
  world: World,
  kind: Kind,
  { base, source, target }: Pick<Modelled, 'base' | 'source' | 'target'>,
  isComplete: boolean,
): Promise<Answer> {
  if (kind === 'connections') return world.connectionBody(isComplete ? {} : { auth: undefined })
  if (kind === 'sourceConnections')
    return world.sourceBody({ baseConnectionId: base?.id, ...missing(isComplete) })
  if (kind === 'targetConnections') return world.targetBody(missing(isComplete))
  const ends = { sourceConnectionIds: [source?.id], targetConnectionIds: [target?.id] }
  const lacking = isComplete ? {} : { transformations: undefined, scheduleParams: undefined }
  return world.flowBody({ ...ends, ...lacking })
}

function missing(isComplete: boolean): Answer {
  return isComplete ? {} : { params: undefined }
}

/** A step about one entity, gone or not. */
abstract class OnOne implements Step {
  readonly at: number

  constructor(at: number) {
    this.at = at
  }

  check(model: Model): boolean {
    return model.entities.length > 0
  }

  async run(model: Model, world: World): Promise<void> {
    const entity = model.pick(this.at, () => true)
    if (entity === undefined) return
    await this.apply(entity, model, world)
    await expectAsModelled(entity, world)
  }

  protected abstract apply(entity: Modelled, model: Model, world: World): Promise<void>

  abstract toString(): string
}

class Rename extends OnOne {
  readonly #version: Version

  constructor(at: number, version: Version) {
    super(at)
    this.#version = version
  }

  protected async apply(entity: Modelled, _model: Model, world: World): Promise<void> {
    const name = world.newName('renamed')
    const { query, headers } = versionOf(entity, this.#version)
    const answer = await world.client.call('PATCH', `/${entity.kind}/${entity.id}${query}`, {
      body: [{ op: 'add', path: '/name', value: name }],
      headers,
    })
    const expected = this.#expected(entity)
    expectAnswer(answer, expected)
    if (expected !== OK) return
    change(entity, answer)
    entity.name = name
  }

  #expected(entity: Modelled): Expected {
    if (this.#version === 'none') return NO_VERSION
    if (entity.isGone) return NOT_FOUND
    if (isStale(entity, this.#version)) return NOT_CURRENT
    return isBereft(entity) ? NOT_FOUND : OK
  }

  toString(): string {
    return `rename #${this.at} for the version ${this.#version}`
  }
}

class WrongPatch extends OnOne {
  readonly #mistake: string

  constructor(at: number, mistake: string) {
    super(at)
    this.#mistake = mistake
  }

  protected async apply(entity: Modelled, _model: Model, world: World): Promise<void> {
    const isMove = this.#mistake === 'move'
    const wrong = isMove
      ? { op: 'move', from: '/name', path: '/description' }
      : { op: 'replace', path: '/createdAt', value: 1 }
    const body = [{ op: 'add', path: '/name', value: 'never' }, wrong]
    const headers = { 'if-match': entity.etag }
    const answer = await world.client.call('PATCH', `/${entity.kind}/${entity.id}`, { body, headers })
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
    if (!entity.isGone) expectAnswer(answer, isMove ? UNSUPPORTED : NOT_PATCHABLE)
  }

  toString(): string {
    return `wrong patch (${this.#mistake}) of #${this.at}`
  }
}

class Act extends OnOne {
  readonly #action: Action
  readonly #version: Version

  constructor(at: number, action: Action, version: Version) {
    super(at)
    this.#action = action
    this.#version = version
  }

  protected async apply(entity: Modelled, _model: Model, world: World): Promise<void> {
    const { query, headers } = versionOf(entity, this.#version)
    const path = `/${entity.kind}/${entity.id}/action?op=${this.#action}${query.replace('?', '&')}`
    const answer = await world.client.call('POST', path, { headers })
    const expected = this.#expected(entity)
    expectAnswer(answer, expected)
    if (expected !== OK || entity.state === stateAfter(this.#action)) return
    change(entity, answer)
    entity.state = stateAfter(this.#action)
  }

  #expected(entity: Modelled): Expected {
    const expected = expectAction(entity, this.#action)
    if (expected === UNSUPPORTED || expected === NOT_FOUND) return expected
    return isStale(entity, this.#version) ? NOT_CURRENT : expected
  }

  toString(): string {
    return `${this.#action} #${this.at} for the version ${this.#version}`
  }
}

class Delete extends OnOne {
  readonly #version: Version

  constructor(at: number, version: Version) {
    super(at)
    this.#version = version
  }

  protected async apply(entity: Modelled, model: Model, world: World): Promise<void> {
    const { query, headers } = versionOf(entity, this.#version)
    const answer = await world.client.call('DELETE', `/${entity.kind}/${entity.id}${query}`, { headers })
    const expected = model.expectDelete(entity)
    const isConflict = !entity.isGone && isStale(entity, this.#version)
    expectAnswer(answer, isConflict ? NOT_CURRENT : expected)
    entity.isGone ||= answer.status === 204
  }

  toString(): string {
    return `delete #${this.at} for the version ${this.#version}`
  }
}

class List implements Step {
  check(): boolean {
    return true
  }

  /** Of what this sequence made, a list shows what is left, newest first. */
  async run(model: Model, world: World): Promise<void> {
    for (const kind of ['connections', 'sourceConnections', 'targetConnections', 'flows'] as const) {
      const own = model.entities.filter((entity) => entity.kind === kind).map(({ id }) => id)
      if (own.length === 0) continue
      const { body } = await world.client.get(`/${kind}?property=id==${own.join(',')}&limit=1000`)
      const left = model.alive(kind).map(({ id }) => id)
      expect(body.items.map(({ id }: Answer) => id).toSorted(), kind).toEqual(left.toSorted())
    }
  }

  toString(): string {
    return 'list everything'
  }
}

function versionOf({ etag, formerEtag }: Modelled, version: Version): { query: string; headers: Answer } {
  if (version === 'none') return { query: '', headers: {} }
  if (version === 'query') return { query: `?if-match=${encodeURIComponent(etag)}`, headers: {} }
  const text = { current: etag, unquoted: etag.slice(1, -1), any: '*', former: formerEtag }[version]
  return { query: '', headers: { 'if-match': text } }
}

function isStale({ etag, formerEtag }: Modelled, version: Version): boolean {
  return version === 'former' && formerEtag !== etag
}

function change(entity: Modelled, { body }: FlowAnswer): void {
  expect(body).toEqual({ id: entity.id, etag: expect.any(String) })
  expect(body.etag).not.toBe(entity.etag)
  entity.formerEtag = entity.etag
  entity.etag = body.etag
}

function expectAnswer({ status, body, text }: FlowAnswer, expected: Expected): void {
  expect(status, text).toBe(expected.status)
  if (expected.code !== undefined) expect(body.type, text).toContain(`FLOW-${expected.code}`)
}

/** Reads the entity: it is as the model has it, whatever the step before was told. */
async function expectAsModelled(entity: Modelled | undefined, world: World): Promise<void> {
  if (entity === undefined) return
  const { kind, id, etag, state, name, isGone } = entity
  const answer = await world.client.get(`/${kind}/${id}`)
  if (isGone) return expectAnswer(answer, NOT_FOUND)
  expect(answer.body.items).toMatchObject([{ id, etag, version: etag, state, name }])
}
