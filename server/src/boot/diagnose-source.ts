import { diagnoseConnection } from '#source/postgres/doctor/diagnose-connection.ts'
import type { Diagnosis } from '#source/postgres/doctor/diagnosis.ts'
import { parseConnectionTarget } from '#source/postgres/params/connection-target.ts'

/** What the test of a base connection answers, of a source that no server knows. */
export interface DiagnosedSource {
  readonly result: boolean
  readonly diagnosis: Diagnosis
}

/**
 * Examines a source as `GET /connections/{id}/test` does, without a server. Takes some seconds at most.
 * @throws ConnectionParamsError when `auth` is not that of a source
 */
export async function diagnoseSource(auth: {
  readonly specName: string
  readonly params: Readonly<Record<string, unknown>>
}): Promise<DiagnosedSource> {
  const diagnosis = await diagnoseConnection(parseConnectionTarget(auth.specName, auth.params))
  return { result: diagnosis.ok, diagnosis }
}
