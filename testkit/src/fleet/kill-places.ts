import pg from 'pg'

/** When a process is killed: at a random moment, or as it has claimed a step of that kind. */
export const KILL_PLACES = Object.freeze(['anywhere', 'run.plan', 'run.extract', 'run.commit'] as const)

export type KillPlace = (typeof KILL_PLACES)[number]

/** Hears which process has just claimed which step. */
export class ClaimEars implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #waiting = new Set<(step: string, incarnation: string) => void>()

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** Of a database that is audited. */
  static async open(url: string): Promise<ClaimEars> {
    const client = new pg.Client({ connectionString: url })
    const ears = new ClaimEars(client)
    client.on('error', () => undefined)
    client.on('notification', ({ payload = '' }) => {
      const [step = '', incarnation = ''] = payload.split(' ')
      for (const tell of [...ears.#waiting]) tell(step, incarnation)
    })
    await client.connect()
    await client.query('listen audit_claimed')
    return ears
  }

  /** The process that claims the next step of that kind; undefined when none does in time. */
  async next(wanted: string, patienceMs: number): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const tell = (step: string, incarnation: string): void => {
      if (step === wanted) resolve(incarnation)
    }
    this.#waiting.add(tell)
    const timer = setTimeout(() => resolve(undefined), patienceMs)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(tell)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}
