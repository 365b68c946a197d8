import { writeFile } from 'node:fs/promises'
import { compileKernel, KERNEL_PATH } from './kernel-build.ts'

/** Builds `server/src/kernel/kernel.wasm` anew, after a change in `assembly/` beside it. */
await writeFile(KERNEL_PATH, await compileKernel())
