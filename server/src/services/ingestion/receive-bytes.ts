import type { Readable } from 'node:stream'
import { newUuid } from '#kit/ids.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { ByteCounter } from './byte-counter.ts'
import { badRequest, MAX_UPLOAD_BYTES, tooLarge } from './problems.ts'

export interface ReceivedBytes {
  readonly key: string
  readonly sizeBytes: number
}

/**
 * Streams the body of a request into a new object of the lake, as fast as the lake takes it.
 *
 * @throws {PlainProblem} 413
 */
export async function receiveBytes(
  storage: LakeStorage,
  { folder, body, length }: { readonly folder: string; readonly body: Readable; readonly length: number },
): Promise<ReceivedBytes> {
  if (length > MAX_UPLOAD_BYTES) throw tooLarge()
  const key = `${folder}/${newUuid()}`
  const counter = new ByteCounter(MAX_UPLOAD_BYTES, tooLarge)
  feed(counter, body)
  await storage.putStream(key, counter)
  return { key, sizeBytes: counter.count }
}

/**
 * A client that goes away ends the counter, and with it the object, which is written whole or not at all. The other
 * way round the request stays: who destroys it destroys its connection, and nobody would hear the answer.
 */
function feed(counter: ByteCounter, body: Readable): void {
  const onGone = (): void => {
    if (!body.readableEnded)
      counter.destroy(badRequest('The connection ended before all bytes had come. Send them again.'))
  }
  body.once('error', onGone).once('close', onGone)
  body.pipe(counter)
}
