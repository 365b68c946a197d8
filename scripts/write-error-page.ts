import { readFile, writeFile } from 'node:fs/promises'
import { withErrorTables } from './error-tables.ts'

/** Rewrites the tables of codes in `docs/errors.md` from the catalogue; the rest of the page stays. */
const page = new URL('../docs/errors.md', import.meta.url)
await writeFile(page, withErrorTables(await readFile(page, 'utf8')))
