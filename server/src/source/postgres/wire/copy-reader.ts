import type { Session } from '#source/postgres/connect/session.ts'
import { describeQueryFailure } from '#source/postgres/failures/describe-failure.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { CopyDecoder, type CopyDecoderOptions } from './copy-decoder.ts'
import type { ByteConsumer } from './socket-tap.ts'
import { WireFormatError } from './wire-format-error.ts'

/**
 * The answer to one COPY, from the first byte to ReadyForQuery:
 *
 *   H (CopyOutResponse), d... (rows, seen by the decoder), c, C ("COPY n"), Z
 *   or, at any point, E and then Z
 *
 * Settles `done` once; bytes after that are dropped.
 */
export class CopyReader implements ByteConsumer {
  readonly done: Promise<void>
  readonly #session: Session
  readonly #decoder: CopyDecoder
  readonly #columnCount: number
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void
  readonly #scratch = new Uint8Array(16 * 1024)
  #isOver = false
  #failure: unknown
  #serverRowCount: number | undefined

  constructor(session: Session, options: Omit<CopyDecoderOptions, 'onMessage'>) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.done = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#session = session
    this.#columnCount = options.columns.length
    this.#decoder = new CopyDecoder({ ...options, onMessage: (type, payload) => this.#take(type, payload) })
  }

  get rowCount(): number {
    return this.#decoder.rowCount
  }

  get byteCount(): number {
    return this.#decoder.byteCount
  }

  room(): Uint8Array {
    return this.#isOver ? this.#scratch : this.#decoder.room()
  }

  filled(length: number): void {
    this.#guard(() => this.#decoder.filled(length))
  }

  push(bytes: Uint8Array): void {
    this.#guard(() => this.#decoder.push(bytes))
  }

  /** Ends the copy with `error`, for what happens outside of the stream of bytes. */
  fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reject(error)
  }

  /** The connection is gone. What the server said before it closed says more than `otherwise`. */
  lost(otherwise: unknown): void {
    this.fail(this.#failure ?? otherwise)
  }

  #guard(step: () => void): void {
    if (this.#isOver) return
    try {
      step()
    } catch (error) {
      this.fail(
        error instanceof RangeError || error instanceof WireFormatError ? this.#brokenWire(error) : error,
      )
    }
  }

  #brokenWire(cause: Error): SourceError {
    return new SourceError(
      {
        code: 'WIRE_FORMAT',
        stage: 'query',
        message: `The answer of ${this.#session.target.host} can't be read: ${cause.message}.`,
        remedy:
          'Check that the relation was not altered since it was described, and that the server is PostgreSQL.',
      },
      { cause },
    )
  }

  #take(type: string, payload: Uint8Array): void {
    if (type === 'H') this.#checkFormat(payload)
    else if (type === 'C') this.#serverRowCount = Number(/^COPY (\d+)/.exec(decodeText(payload))?.[1])
    else if (type === 'E')
      this.#failure ??= describeQueryFailure(readErrorFields(payload), this.#session.target)
    else if (type === 'Z') this.#conclude()
  }

  #checkFormat(payload: Uint8Array): void {
    const columnCount = ((payload[1] as number) << 8) | (payload[2] as number)
    if (payload[0] !== 1) throw new WireFormatError('the copy is not in binary format')
    if (columnCount !== this.#columnCount) {
      throw new WireFormatError(`the copy has ${columnCount} columns, ${this.#columnCount} were expected`)
    }
  }

  #conclude(): void {
    const { rowCount } = this.#decoder
    if (this.#failure !== undefined) {
      this.fail(this.#failure)
      return
    }
    if (this.#serverRowCount !== rowCount) {
      throw new WireFormatError(`the server counts ${this.#serverRowCount} rows, ${rowCount} have arrived`)
    }
    this.#decoder.finish()
    this.#isOver = true
    this.#resolve()
  }
}

/** ErrorResponse: pairs of a letter and a text; `C` is the SQLSTATE, `M` the message. */
function readErrorFields(payload: Uint8Array): Error {
  const fields = new Map<string, string>()
  for (const field of decodeText(payload).split('\0')) fields.set(field.slice(0, 1), field.slice(1))
  return Object.assign(new Error(fields.get('M') ?? 'unknown error'), { code: fields.get('C') })
}

function decodeText(bytes: Uint8Array): string {
  // A copy: TextDecoder and Buffer don't read shared memory.
  return Buffer.from(bytes).toString('utf8')
}
