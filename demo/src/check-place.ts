import { once } from 'node:events'
import { createServer } from 'node:net'
import { findServerUrl } from '@headwater/server/boot/server-file.ts'

/** Folder or port are in use. */
export class PlaceTakenError extends Error {
  override readonly name = 'PlaceTakenError'
}

/** Nothing is loaded for a server that could not start. @throws PlaceTakenError */
export async function checkPlace(dataDir: string, port: number): Promise<void> {
  const url = findServerUrl(dataDir)
  if (url !== undefined) {
    throw new PlaceTakenError(
      `A server runs on ${dataDir} already, at ${url}. Stop it, or give the demo a folder and a port of its own: ` +
        'npm run demo -- --data-dir .headwater-demo --port 0',
    )
  }
  if (await isTaken(port)) {
    throw new PlaceTakenError(
      `Port ${port} is in use. Choose another with --port, or 0 for any free one: npm run demo -- --port 0`,
    )
  }
}

async function isTaken(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
    return false
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return true
    throw error
  } finally {
    probe.close()
  }
}
