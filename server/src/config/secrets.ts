import { inspect } from 'node:util'
import type { Env } from './env.ts'

/** What must not be seen. Neither JSON nor an inspector shows it. */
export interface Secrets {
  /** URL of the metadata database; undefined for the bundled server. */
  readonly databaseUrl: string | undefined
  /** Master keys as the secrets room reads them; undefined for the key file. */
  readonly masterKey: string | undefined
}

/** Takes the secrets out of the environment into an object of their own. Pure. */
export function planSecrets(env: Env): Secrets {
  return new HiddenSecrets(env.databaseUrl, env.masterKey)
}

class HiddenSecrets implements Secrets {
  readonly #databaseUrl: string | undefined
  readonly #masterKey: string | undefined

  constructor(databaseUrl: string | undefined, masterKey: string | undefined) {
    this.#databaseUrl = databaseUrl
    this.#masterKey = masterKey
  }

  get databaseUrl(): string | undefined {
    return this.#databaseUrl
  }

  get masterKey(): string | undefined {
    return this.#masterKey
  }

  [inspect.custom](): string {
    return 'Secrets {}'
  }
}
