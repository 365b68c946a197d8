/** Type and length of a message. */
const HEAD_BYTES = 5
/** An error or a notice: texts that may quote a statement. */
const MAX_REPORT_BYTES = 1024 * 1024
/** All that a server says until it is ready: a few hundred bytes, unless it greets with notices. */
const MAX_LOGIN_BYTES = 256 * 1024

/** What a server may say before it is ready: Authentication, its parameters and key, errors, notices, ReadyForQuery. */
const LOGIN_TYPES = 'RSKENvZ'
const READY = 'Z'
const REPORTS = 'EN'

/** A server that says what no client could make sense of, or would run out of memory over. */
export class ServerMessageError extends Error {
  override readonly name = 'ServerMessageError'
}

/**
 * Follows a server's bytes message by message, and holds back what would hurt the driver: it reads an error that
 * isn't closed for ever, and gathers a message of any size in memory.
 */
export class ServerMessages {
  readonly #maxBytes: number
  #isReady = false
  #receivedBytes = 0
  /** Of the message under way, bytes that are still to come. */
  #missingBytes = 0
  #held: Buffer = Buffer.alloc(0)

  /** `maxBytes` bounds everything that the server says in the session. */
  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes bytes as they come and returns those that may go on now: heads and reports in one piece only.
   * @throws ServerMessageError
   */
  push(chunk: Buffer): Buffer {
    this.#count(chunk.length)
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    let at = Math.min(this.#missingBytes, bytes.length)
    this.#missingBytes -= at
    while (bytes.length - at >= HEAD_BYTES) {
      const end = at + this.#readHead(bytes, at)
      if (isReport(bytes, at)) {
        if (end > bytes.length) break
        assertReport(bytes.subarray(at + HEAD_BYTES, end))
      }
      at = Math.min(end, bytes.length)
      this.#missingBytes = end - at
    }
    this.#held = bytes.subarray(at)
    return bytes.subarray(0, at)
  }

  #count(byteCount: number): void {
    this.#receivedBytes += byteCount
    if (!this.#isReady && this.#receivedBytes > MAX_LOGIN_BYTES) {
      throw new ServerMessageError(
        `The server said more than ${MAX_LOGIN_BYTES / 1024} kB before it was ready.`,
      )
    }
    if (this.#receivedBytes > this.#maxBytes) {
      throw new ServerMessageError(`The server said more than ${this.#maxBytes / 1024 / 1024} MB.`)
    }
  }

  /** The length of the message that begins there. */
  #readHead(bytes: Buffer, at: number): number {
    const type = String.fromCharCode(bytes[at] ?? 0)
    const length = bytes.readUInt32BE(at + 1)
    if (!this.#isReady && !LOGIN_TYPES.includes(type)) {
      throw new ServerMessageError(`A message of type ${JSON.stringify(type)} does not belong into a login.`)
    }
    const limit = REPORTS.includes(type) ? MAX_REPORT_BYTES : this.#isReady ? this.#maxBytes : MAX_LOGIN_BYTES
    if (length < HEAD_BYTES - 1 || length > limit) {
      throw new ServerMessageError(`A message of type ${JSON.stringify(type)} claims ${length} bytes.`)
    }
    if (type === READY) this.#isReady = true
    return length + 1
  }
}

function isReport(bytes: Buffer, at: number): boolean {
  return REPORTS.includes(String.fromCharCode(bytes[at] ?? 0))
}

/** Fields of a letter and a text that ends with a zero byte; a zero byte closes them. */
function assertReport(body: Buffer): void {
  let at = 0
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1)
    if (end < 0) break
    at = end + 1
  }
  if (at !== body.length - 1 || body[at] !== 0)
    throw new ServerMessageError('The server sent an error that has no end.')
}
