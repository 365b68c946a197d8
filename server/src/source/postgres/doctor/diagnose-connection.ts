import { classifyFault } from '#source/postgres/failures/classify-fault.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { Diagnosis, FailedAttempt, Finding } from './diagnosis.ts'
import { effectiveTls } from './effective-tls.ts'
import { EXAMINATION_MS, type Examination, examine } from './examine.ts'
import type { FindingCode } from './findings.ts'
import { openForTest } from './open-for-test.ts'

export interface DiagnoseOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Tests a connection and says all that it has found: how far it came, what is wrong and what to do about it, which
 * rights the user lacks, and what the server would let us do. Failures of the source are the result, not thrown.
 * Takes as long as the target's connect timeout and a few seconds more at most.
 * @throws the signal's reason after an abort
 */
export async function diagnoseConnection(
  target: ConnectionTarget,
  { signal }: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const startedMs = performance.now()
  const failedAttempts: FailedAttempt[] = []
  const finish = (examination: Examination): Diagnosis => {
    const elapsedMs = Math.round(performance.now() - startedMs)
    return concluded(target, examination, { failedAttempts, elapsedMs })
  }
  // What a server does after it has let us in is not bounded by the time to connect.
  const patience = new AbortController()
  const bounded = signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal])
  let timer: NodeJS.Timeout | undefined
  try {
    await using session = await openForTest(target, {
      signal: bounded,
      onAttempt: ({ encryption }, fault) => failedAttempts.push({ encryption, code: classifyFault(fault) }),
    })
    timer = setTimeout(() => patience.abort(new Error('The examination took too long.')), EXAMINATION_MS)
    return finish(await examine(session, { signal, bounded }))
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof SourceError)) throw error
    return finish({ findings: [asFinding(error)] })
  } finally {
    clearTimeout(timer)
  }
}

function asFinding({ stage, code, message, remedy, sqlState }: SourceError): Finding {
  return { severity: 'error', stage, code, message, remedy, sqlState }
}

const WORST_FIRST: readonly Finding['severity'][] = ['error', 'warning', 'notice']

function concluded(
  target: ConnectionTarget,
  examination: Examination,
  told: Pick<Diagnosis, 'failedAttempts' | 'elapsedMs'>,
): Diagnosis {
  const findings = examination.findings.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity),
  )
  const leading = findings.find(({ severity }) => severity !== 'notice')
  const { tls = effectiveTls(target), missingRights = [], ...rest } = examination
  return {
    ok: leading?.severity !== 'error',
    // @NOTE findings are made of the two catalogues alone; only their type is wider.
    code: (leading?.code as FailureCode | FindingCode | undefined) ?? 'OK',
    stage: leading?.stage ?? 'settings',
    message: leading?.message ?? 'The source can be reached and read.',
    remedy: leading?.remedy,
    ...rest,
    findings,
    missingRights,
    tls,
    warnings: target.warnings,
    ...told,
  }
}
