import type { Migration } from 'kysely/migration'
import * as start from './0001-start.ts'
import * as specs from './0003-specs.ts'
import * as notifications from './0004-notifications.ts'
import * as waitingRuns from './0005-waiting-runs.ts'
import * as lists from './0006-lists.ts'
import * as access from './0007-access.ts'
import * as identityNamespaces from './0009-identity-namespaces.ts'
import * as catalog from './0010-catalog.ts'
import * as ingestion from './0013-ingestion.ts'
import * as sourceShapes from './0014-source-shapes.ts'
import * as replays from './0015-replays.ts'
import * as monitoring from './0016-monitoring.ts'
import * as lakeCare from './0017-lake-care.ts'

/** All changes of the metadata database in order. They go forward only. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-start': start,
  '0003-specs': specs,
  '0004-notifications': notifications,
  '0005-waiting-runs': waitingRuns,
  '0006-lists': lists,
  '0007-access': access,
  '0009-identity-namespaces': identityNamespaces,
  '0010-catalog': catalog,
  '0013-ingestion': ingestion,
  '0014-source-shapes': sourceShapes,
  '0015-replays': replays,
  '0016-monitoring': monitoring,
  '0017-lake-care': lakeCare,
}
