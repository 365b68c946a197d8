import type { Answer } from '@headwater/testkit/api-client.ts'
import type fc from 'fast-check'
import { expect } from 'vitest'
import type { World } from '../conformance/world.ts'
import { expectAnswer, expectAsModelled } from './lifecycle-checks.ts'
import { isEnabled, type Kind, type Model, type Modelled } from './lifecycle-model.ts'

export interface Wanted {
  readonly kind: Kind
  readonly isDraft: boolean
  readonly isComplete: boolean
  readonly first: number
  readonly second: number
}

/** Makes an entity, a draft or not, over others that there are. */
export class Create implements fc.AsyncCommand<Model, World> {
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
