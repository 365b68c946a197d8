import type { Migration } from 'kysely/migration'
import * as start from './0001-start.ts'
import * as notifications from './0004-notifications.ts'

/** All changes of the metadata database in order. They go forward only. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-start': start,
  '0004-notifications': notifications,
}
