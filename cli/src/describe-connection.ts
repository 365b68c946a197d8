import type { Finding } from '@headwater/contract/flow-service/connection-test.ts'
import type { Connection } from '@headwater/contract/flow-service/connections.ts'
import { describeAudit } from './describe-audit.ts'
import { formatFacts } from './print.ts'

/** A connection for people; its secrets come masked from the server. */
export function describeConnection(connection: Connection): string {
  const { name, id, description, state, connectionSpec, auth } = connection
  return formatFacts(name ?? id, {
    id,
    description,
    state,
    'connection spec': `${connectionSpec.id}, version ${connectionSpec.version}`,
    auth: auth?.specName,
    ...parametersOf(auth?.params ?? {}),
    ...describeAudit(connection),
  })
}

function parametersOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      `  ${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

/** Of what a test answers, what people are told. */
interface Tested {
  readonly result: boolean
  readonly diagnosis?:
    | {
        readonly message: string
        readonly remedy?: string | undefined
        readonly findings: readonly ToldFinding[]
      }
    | undefined
}

type ToldFinding = Pick<Finding, 'severity' | 'code' | 'message' | 'remedy'>

/** What a test has found, worst first, each with what to do about it. */
export function describeTest({ result, diagnosis }: Tested): string {
  const head = result ? 'The source can be read.' : `The source cannot be read: ${diagnosis?.message ?? ''}`
  const findings = diagnosis?.findings ?? []
  const lines = findings.map(
    ({ severity, code, message, remedy }) => `${severity}  ${code}: ${message}\n         ${remedy}`,
  )
  const remedy = findings.length === 0 && diagnosis?.remedy !== undefined ? [diagnosis.remedy] : []
  return `${[head, ...remedy, ...lines].join('\n')}\n`
}
