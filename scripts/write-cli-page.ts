import { writeFile } from 'node:fs/promises'
import { cliPage } from './cli-page.ts'

/** Rewrites `docs/cli.md` from the commands' own help. */
await writeFile(new URL('../docs/cli.md', import.meta.url), cliPage())
