import { readFile, writeFile } from 'node:fs/promises'
import { withTables } from '../acceptance/drift/drift-page.ts'

/** Writes the tables of `docs/drift.md` from the scenarios that the tests play. */
const page = new URL('../docs/drift.md', import.meta.url)
await writeFile(page, withTables(await readFile(page, 'utf8')))
