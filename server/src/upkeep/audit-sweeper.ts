import { Rounds } from '#kit/rounds.ts'
import type { Log } from '#log/log.ts'
import type { Database } from '#store/database.ts'

export interface AuditSweeperDependencies {
  readonly db: Database
  readonly log: Log
  readonly now: () => number
}

const DAY_MS = 86_400_000
const KEPT_MS = 400 * DAY_MS

/** Removes audit entries of more than 400 days: at the start of a server, and once a day. */
export class AuditSweeper extends Rounds {
  constructor({ db, log, now }: AuditSweeperDependencies) {
    super({
      pauseMs: DAY_MS,
      round: () =>
        db
          .deleteFrom('audit_entry')
          .where('at', '<', now() - KEPT_MS)
          .execute(),
      onError: (error) =>
        log.warn({ err: error }, 'could not remove old audit entries, will try again tomorrow'),
    })
  }
}
