import { once } from 'node:events'
import type { WireKernel } from '#kernel/wire-kernel.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { importSnapshot } from '#source/postgres/read/snapshot.ts'
import { CopyReader } from './copy-reader.ts'
import { CopySessions } from './copy-sessions.ts'
import type { SlotLayout, SlotRing } from './slot.ts'
import type { BurstOptions, SocketTap } from './socket-tap.ts'
import type { WireColumn } from './wire-column.ts'

export interface CopySliceOptions {
  readonly target: ConnectionTarget
  /** Exported by `holdSnapshot`, which must still hold it. Without one the copy sees the present. */
  readonly snapshotId?: string | undefined
  /** Made by `copyStatement`, with `columns` in this order. */
  readonly sql: string
  readonly columns: readonly WireColumn[]
  /** Made by `planSlot` for the same columns. */
  readonly layout: SlotLayout
  readonly ring: SlotRing
  /** Of the memory that the ring lies in. */
  readonly kernel?: WireKernel | undefined
  readonly signal?: AbortSignal | undefined
  /** Where the session comes from, and rests afterwards; without it, the slice has one of its own. */
  readonly sessions?: CopySessions | undefined
  /** Of a session of its own. Only for plain connections; TLS reads as it comes. */
  readonly burst?: BurstOptions | undefined
  readonly applicationName?: string | undefined
  /** Rows that row-level security would hide are an error instead. */
  readonly refusesRowSecurity?: boolean | undefined
  /** How long the server works at the copy at most. */
  readonly statementTimeoutMs?: number | undefined
}

export interface CopyCounts {
  readonly rowCount: number
  /** Bytes of the rows on the wire. */
  readonly byteCount: number
}

/**
 * The planner of a run holds the lock of a reader, so that a slice waits for one only behind somebody who wants to
 * change the relation, and who waits for the planner himself. Everybody else waits behind him, too.
 */
const LOCK_TIMEOUT_MS = 1_000
/** Between the beginning of its transaction and the copy a reader does nothing. */
const IDLE_TRANSACTION_MS = 60_000

/**
 * Copies one slice into the ring on a session that nobody else uses. Blocks its thread: while the ring is full, and for
 * fractions of a millisecond between reads. The last slot is published before it resolves.
 * @throws SourceError when the server fails; the signal's reason; what the ring throws.
 */
export async function copySlice(options: CopySliceOptions): Promise<CopyCounts> {
  const { target, signal, applicationName, refusesRowSecurity, statementTimeoutMs, burst } = options
  const { sessions = new CopySessions({ burst, max: 0 }) } = options
  await using lent = await sessions.lend(target, {
    signal,
    applicationName,
    readOnly: true,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    idleTransactionMs: IDLE_TRANSACTION_MS,
    statementTimeoutMs,
    refusesRowSecurity,
  })
  const { session, tap } = lent
  await importSnapshot(session, options.snapshotId)
  const reader = new CopyReader(session, options)
  try {
    return await runCopy(session, tap, reader, options)
  } catch (error) {
    await abandon(session)
    signal?.throwIfAborted()
    throw error
  }
}

async function runCopy(
  session: Session,
  tap: SocketTap,
  reader: CopyReader,
  { sql, signal }: CopySliceOptions,
): Promise<CopyCounts> {
  const { stream } = session.driver.connection
  const onClose = (): void => {
    if (signal?.aborted) reader.fail(signal.reason)
    else reader.lost(lostConnection(session.target))
  }
  stream.once('close', onClose)
  try {
    signal?.throwIfAborted()
    const giveBack = tap.redirect(stream, reader)
    stream.write(queryMessage(sql))
    if (stream.destroyed) onClose()
    await reader.done
    // Of a copy that failed the rest may still come: nothing that the driver could read.
    giveBack()
    return { rowCount: reader.rowCount, byteCount: reader.byteCount }
  } finally {
    stream.off('close', onClose)
  }
}

/** Stops a copy whose bytes nobody will read: the server is told, and the socket doesn't outlive this. */
async function abandon(session: Session): Promise<void> {
  const { stream } = session.driver.connection
  if (stream.destroyed) return
  // Listened for before anything is waited for: the socket may close while the cancel request travels.
  const isClosed = once(stream, 'close')
  await session.cancel()
  stream.destroy()
  await isClosed
}

function lostConnection(target: ConnectionTarget): SourceError {
  return new SourceError({
    code: 'CONNECTION_LOST',
    mayPass: true,
    stage: 'query',
    message: `The server ${target.host}:${target.port} closed the connection in the middle of the copy.`,
    remedy: 'Look into the log of the server for the reason; the slice can be read again.',
  })
}

function queryMessage(sql: string): Buffer {
  const text = Buffer.from(sql, 'utf8')
  const message = Buffer.alloc(text.length + 6)
  message.write('Q', 0, 'latin1')
  message.writeInt32BE(text.length + 5, 1)
  text.copy(message, 5)
  return message
}
