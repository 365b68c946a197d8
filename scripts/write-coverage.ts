import { writeFile } from 'node:fs/promises'
import { coveragePage } from './coverage.ts'

/** Writes `acceptance/COVERAGE.md` from the conformance tests. */
const page = new URL('../acceptance/COVERAGE.md', import.meta.url)
await writeFile(page, coveragePage())
