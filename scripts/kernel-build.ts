import { readdir, readFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const ROOM = new URL('../server/src/kernel/', import.meta.url)

/** The built kernel as it is committed: a fresh clone needs no compiler. */
export const KERNEL_PATH = new URL('kernel.wasm', ROOM)

const OPTIONS = [
  ['-O3', '--noAssert', '--runtime', 'stub'],
  ['--enable', 'simd', '--enable', 'threads'],
  [
    '--importMemory',
    '--sharedMemory',
    '--noExportMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
  ],
].flat()

/** Compiles `server/src/kernel/assembly`. @throws Error with what the compiler says */
export async function compileKernel(): Promise<Uint8Array> {
  const folder = new URL('assembly/', ROOM)
  const names = await readdir(folder)
  const sources = new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const),
    ),
  )
  let wasm: Uint8Array | undefined
  const { error, stderr } = await asc.main(['index.ts', '-o', 'kernel.wasm', ...OPTIONS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') wasm = contents
    },
    listFiles: () => [],
  })
  if (error !== null || wasm === undefined)
    throw new Error(`The kernel can't be compiled: ${stderr.toString()}`)
  return wasm
}
