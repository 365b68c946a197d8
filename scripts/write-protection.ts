import { readFile, writeFile } from 'node:fs/promises'
import { withFigures } from './protection-table.ts'

/** Rewrites the figures in `docs/source-protection.md` from `bench/results/protection.json`; the rest of the page stays. */
const page = new URL('../docs/source-protection.md', import.meta.url)
const result = new URL('../bench/results/protection.json', import.meta.url)
await writeFile(page, withFigures(await readFile(page, 'utf8'), JSON.parse(await readFile(result, 'utf8'))))
