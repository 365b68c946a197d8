import { readFile, writeFile } from 'node:fs/promises'
import { boundaryOverrides } from './boundaries.ts'

/** Rewrites the import rules in `biome.json` from the table of rooms; the other overrides stay. */
const path = new URL('../biome.json', import.meta.url)
const config = JSON.parse(await readFile(path, 'utf8')) as { overrides: { includes: readonly string[] }[] }
const others = config.overrides.filter((override) => !override.includes[0]?.startsWith('server/src/'))
config.overrides = [...others, ...boundaryOverrides()]
await writeFile(path, `${JSON.stringify(config, null, 2)}\n`)
