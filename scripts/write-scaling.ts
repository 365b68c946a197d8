import { readFile, writeFile } from 'node:fs/promises'
import { withScalingFigures } from './scaling-figures.ts'

/** Fills the tables of `docs/scaling.md` from `bench/results/scaling.json`; the words stay. */
const page = new URL('../docs/scaling.md', import.meta.url)
await writeFile(page, withScalingFigures(await readFile(page, 'utf8')))
