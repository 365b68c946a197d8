import { readFile, writeFile } from 'node:fs/promises'
import { withTables } from './doctor-tables.ts'

/** Rewrites the tables of codes in `docs/connection-doctor.md` from the catalogues; the rest of the page stays. */
const page = new URL('../docs/connection-doctor.md', import.meta.url)
await writeFile(page, withTables(await readFile(page, 'utf8')))
