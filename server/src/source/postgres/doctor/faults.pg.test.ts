import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, runFault } from './testing/fault.ts'
import { canMake, FaultLab, NEED_TITLES } from './testing/fault-lab.ts'
import { CANARY } from './testing/fault-sources.ts'
import { FAULTS } from './testing/faults.ts'

/** The requirement's, and what is left to a server that says nothing after the time to connect is over. */
const BOUND_MS = 3_000
const SILENCE_MS = 1_000

let lab: FaultLab
beforeAll(() => {
  lab = new FaultLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe.each(FAULTS)('$name', (fault: Fault) => {
  const title = fault.needs === undefined ? fault.code : `${fault.code}, with ${NEED_TITLES[fault.needs]}`
  test.runIf(canMake(fault.needs))(title, async () => {
    const { target, diagnosis, told } = await runFault(fault, lab)
    const [first] = told
    expect({ code: first?.code, stage: first?.stage }).toEqual({ code: fault.code, stage: fault.stage })
    if (fault.place === undefined) expect(diagnosis).toMatchObject({ code: first?.code, stage: first?.stage })
    if (fault.place === undefined) expect(diagnosis.message).toBe(first?.message)
    for (const quoted of fault.quotes(target)) expect(first?.message).toContain(quoted)
    for (const { message, remedy } of [...diagnosis.findings, ...told]) {
      expect(message).toMatch(/^["\p{Lu}\d[a-z].*[.!?]$/su)
      expect(remedy).toMatch(/^\p{Lu}[^\n]*\.$/u)
    }
    expect(diagnosis.ok).toBe(diagnosis.findings.every(({ severity }) => severity !== 'error'))
    expect(JSON.stringify(diagnosis)).not.toMatch(new RegExp(`${CANARY}|PRIVATE KEY`))
    const bound = fault.isSilent === true ? target.connectTimeoutMs + SILENCE_MS : BOUND_MS
    expect(diagnosis.elapsedMs).toBeLessThan(bound)
  })
})

test('there are at least 45 faults, each with a code and a name of its own', () => {
  expect(FAULTS.length).toBeGreaterThanOrEqual(45)
  expect(new Set(FAULTS.map(({ code }) => code)).size).toBe(FAULTS.length)
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
})
