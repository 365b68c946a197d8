import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { charts } from './performance-charts.ts'
import { withFigures } from './performance-figures.ts'

/** Fills the tables of `docs/performance.md` and draws its charts from `bench/results`; the words stay. */
const docs = new URL('../docs/', import.meta.url)
const page = new URL('performance.md', docs)
await writeFile(page, withFigures(await readFile(page, 'utf8')))
await mkdir(new URL('performance/', docs), { recursive: true })
for (const [name, drawing] of charts()) await writeFile(new URL(`performance/${name}`, docs), drawing)
