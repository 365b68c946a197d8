import { FINDINGS } from '../server/src/source/postgres/doctor/findings.ts'
import type { Failure } from '../server/src/source/postgres/failures/failure.ts'
import { FAILURES } from '../server/src/source/postgres/failures/failures.ts'
import { planTls } from '../server/src/source/postgres/params/tls-plan.ts'
import { tableOf, withTable } from './markdown-table.ts'

/** The connection that the examples of `docs/connection-doctor.md` speak of. */
const TARGET = {
  host: 'db.example.com',
  port: 5432,
  database: 'shop',
  username: 'reader',
  password: '',
  tls: planTls('require'),
  connectTimeoutMs: 15_000,
  warnings: [],
}

/** The page about the connection doctor with its tables of codes made anew from the catalogues. */
export function withTables(page: string): string {
  return withTable(withTable(page, 'failures', failureRows()), 'findings', findingRows())
}

function failureRows(): readonly string[] {
  const rows = Object.entries<Failure>(FAILURES).map(([code, { stage, message, remedy }]) => {
    const facts = { target: TARGET, detail: '…' }
    const todo = typeof remedy === 'string' ? remedy : remedy(facts)
    return [`\`${code}\``, stage, tidy(message(facts)), todo]
  })
  return tableOf(['code', 'stage', 'what it says', 'what to do'], rows)
}

function findingRows(): readonly string[] {
  const rows = Object.entries(FINDINGS).map(([code, { severity, stage, remedy }]) => [
    `\`${code}\``,
    severity,
    stage,
    remedy,
  ])
  return tableOf(['code', 'severity', 'stage', 'what to do'], rows)
}

/** What stands for a detail needs no second full stop. */
function tidy(text: string): string {
  return text.replaceAll(/…\.?(?=\s|$)/g, '…')
}
