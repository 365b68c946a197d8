import { open, rm } from 'node:fs/promises'

/** A file that is not written over. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError'
  readonly isExplained = true

  constructor(path: string) {
    super(`${path} is there already, and what it holds may still be needed. Name another file, or remove it.`)
  }
}

/** A new file that only its owner can read, made before there is a secret that could be lost. Gone again if none came. */
export async function reserveSecretFile(
  path: string,
): Promise<AsyncDisposable & { write(text: string): Promise<void> }> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? new FileExistsError(path) : error
  })
  let isEmpty = true
  return {
    async write(text) {
      isEmpty = false
      await file.writeFile(text)
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      if (isEmpty) await rm(path)
    },
  }
}
