import { type FaultReport, runFault } from '@headwater/server/source/postgres/doctor/testing/fault.ts'
import { canMake, FaultLab } from '@headwater/server/source/postgres/doctor/testing/fault-lab.ts'
import { FAULTS } from '@headwater/server/source/postgres/doctor/testing/faults.ts'
import { say } from '../table.ts'

/** How many of the slowest are named. */
const SHOWN = 3

/** Makes every fault of the connection doctor's catalogue once, and says how long the diagnoses took. */
export async function measureFaults(): Promise<void> {
  await using lab = new FaultLab()
  const reports: FaultReport[] = []
  for (const fault of FAULTS.filter(({ needs }) => canMake(needs))) reports.push(await runFault(fault, lab))
  const told = reports.filter(({ fault, told: [first] }) => first?.code === fault.code)
  // A server that says nothing is waited for as long as its connection says.
  const answered = reports
    .filter(({ fault }) => fault.isSilent !== true)
    .toSorted((a, b) => b.diagnosis.elapsedMs - a.diagnosis.elapsedMs)
  const median = answered[Math.floor(answered.length / 2)]?.diagnosis.elapsedMs
  say(
    `${reports.length} faults made, ${told.length} told by their code; median of a diagnosis ${median} ms, slowest:`,
  )
  for (const { fault, diagnosis } of answered.slice(0, SHOWN)) {
    say(`  ${String(diagnosis.elapsedMs).padStart(5)} ms   ${fault.code} (${fault.name})`)
  }
}
