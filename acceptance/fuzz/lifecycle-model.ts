/** What the Flow Service is expected to know: its entities, who refers to whom, and what may be done to them. */

export type Kind = 'connections' | 'sourceConnections' | 'targetConnections' | 'flows'
export type State = 'draft' | 'enabled' | 'disabled'

export interface Modelled {
  readonly kind: Kind
  readonly id: string
  readonly base?: Modelled | undefined
  readonly source?: Modelled | undefined
  readonly target?: Modelled | undefined
  /** All is there that an enabled one needs. */
  readonly isComplete: boolean
  etag: string
  /** That it had before the last change. */
  formerEtag: string
  state: State
  name: string
  isGone: boolean
}

/** The answer that is expected: a status, and for a refusal the code. */
export interface Expected {
  readonly status: number
  readonly code?: string | undefined
}

export const OK: Expected = { status: 200 }
const refused = (code: string): Expected => ({ status: Number(code.slice(-3)), code })
export const NOT_FOUND: Expected = refused('1439-404')
export const NOT_CURRENT: Expected = refused('1404-412')
export const NO_VERSION: Expected = refused('1403-400')
export const NOT_APPLICABLE: Expected = refused('1422-400')
export const UNSUPPORTED: Expected = refused('1434-400')
export const NOT_PATCHABLE: Expected = refused('1455-400')
/** Refused with one of several codes, according to what is missing. */
export const INCOMPLETE: Expected = { status: 400 }

export class Model {
  readonly entities: Modelled[] = []

  /** One of those that fit, counted round; `undefined` when there is none. */
  pick(index: number, fits: (entity: Modelled) => boolean): Modelled | undefined {
    const fitting = this.entities.filter(fits)
    return fitting[index % fitting.length]
  }

  alive(kind: Kind): Modelled[] {
    return this.entities.filter((entity) => entity.kind === kind && !entity.isGone)
  }

  /** What a delete leads to. */
  expectDelete(entity: Modelled): Expected {
    if (entity.isGone) return NOT_FOUND
    const flows = this.alive('flows')
    if (entity.kind === 'connections' && flows.some(({ source }) => source?.base === entity))
      return refused('1418-400')
    if (flows.some(({ source, target }) => source === entity || target === entity)) return refused('1447-400')
    return { status: 204 }
  }
}

/** What an action leads to, before it is done. */
export function expectAction(entity: Modelled, action: 'publish' | 'enable' | 'disable'): Expected {
  if (action !== 'publish' && entity.kind !== 'flows') return UNSUPPORTED
  if (entity.isGone) return NOT_FOUND
  if (action !== 'publish') return entity.state === 'draft' ? NOT_APPLICABLE : OK
  if (entity.state !== 'draft') return NOT_APPLICABLE
  if (isBereft(entity)) return NOT_FOUND
  return isReady(entity) ? OK : INCOMPLETE
}

/** True for a source connection whose base connection is gone: every check of it ends there. */
export function isBereft({ base }: Modelled): boolean {
  return base?.isGone === true
}

/** True when a draft could be enabled: it is complete, and so is all that it refers to. */
function isReady({ isComplete, base, source, target }: Modelled): boolean {
  return (
    isComplete && [base, source, source?.base, target].every((one) => one === undefined || isEnabled(one))
  )
}

export function isEnabled({ isGone, state }: Modelled): boolean {
  return !isGone && state !== 'draft'
}

/** The state after an action that succeeds. */
export function stateAfter(action: 'publish' | 'enable' | 'disable'): State {
  return action === 'disable' ? 'disabled' : 'enabled'
}
