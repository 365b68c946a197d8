import type { Answer } from '@headwater/testkit/api-client.ts'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { World } from '../conformance/world.ts'
import {
  change,
  expectAnswer,
  expectAsModelled,
  isStale,
  VERSIONS,
  type Version,
  versionOf,
} from './lifecycle-checks.ts'
import { Create } from './lifecycle-create.ts'
import {
  type Expected,
  expectAction,
  isBereft,
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
