import { diagnoseConnection } from '#source/postgres/doctor/diagnose-connection.ts'
import type { Capability, Diagnosis, DiagnosisStage, Finding } from '#source/postgres/doctor/diagnosis.ts'
import type { FindingCode } from '#source/postgres/doctor/findings.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { FaultLab } from './fault-lab.ts'

/** What a machine may lack. */
export type Need = 'openssl' | 'pgbouncer' | 'old server'

/** One thing that is wrong with a source, made for real, and what a diagnosis has to say of it. */
export interface Fault {
  /** In words, unique. */
  readonly name: string
  readonly code: FailureCode | FindingCode
  readonly stage: DiagnosisStage
  /** What the message has to quote. */
  readonly quotes: (target: ConnectionTarget) => readonly string[]
  /** Where the code is told; default: it leads the diagnosis. */
  readonly place?: 'finding' | 'capture' | 'parallel' | undefined
  readonly needs?: Need | undefined
  /** The server says nothing until the target's connect timeout is over. */
  readonly isSilent?: true
  /** Makes it. */
  readonly inject: (lab: FaultLab) => Promise<Injected>
}

/** A fault that is there until this is disposed. */
export interface Injected extends AsyncDisposable {
  readonly target: ConnectionTarget
}

/** What a diagnosis has told of a fault. */
export interface FaultReport {
  readonly fault: Fault
  readonly target: ConnectionTarget
  readonly diagnosis: Diagnosis
  /** The findings at the fault's place, worst first. */
  readonly told: readonly Finding[]
}

/** Makes a fault, diagnoses the connection, and unmakes it. */
export async function runFault(fault: Fault, lab: FaultLab): Promise<FaultReport> {
  await using injected = await fault.inject(lab)
  const { target } = injected
  const diagnosis = await diagnoseConnection(target)
  return { fault, target, diagnosis, told: toldOf(fault, diagnosis) }
}

function toldOf({ place, code }: Fault, diagnosis: Diagnosis): readonly Finding[] {
  const reasons = (capability: Capability | undefined): readonly Finding[] => capability?.reasons ?? []
  switch (place) {
    case undefined:
      return diagnosis.findings.filter(({ severity }) => severity !== 'notice')
    case 'finding':
      return diagnosis.findings.filter((finding) => finding.code === code)
    case 'capture':
      return reasons(diagnosis.canCaptureChanges)
    case 'parallel':
      return reasons(diagnosis.canReadInParallel)
  }
}
