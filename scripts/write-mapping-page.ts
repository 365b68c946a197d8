import { readFile, writeFile } from 'node:fs/promises'
import { withFunctionTables } from './function-tables.ts'

/** Rewrites the tables of functions in `docs/mapping.md` from the catalogue; the rest of the page stays. */
const page = new URL('../docs/mapping.md', import.meta.url)
await writeFile(page, withFunctionTables(await readFile(page, 'utf8')))
