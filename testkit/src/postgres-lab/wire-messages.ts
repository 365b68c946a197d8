/** The protocol number that stands for "may we speak TLS?", as the client's first 8 bytes hold it. */
const SSL_REQUEST_CODE = 80_877_103

/** The first bytes of a client that asks for TLS. */
export const SSL_REQUEST: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Whether a client begins by asking for TLS. */
export function isSslRequest(bytes: Uint8Array): boolean {
  const message = Buffer.from(bytes)
  return message.length >= 8 && message.readInt32BE(0) === 8 && message.readInt32BE(4) === SSL_REQUEST_CODE
}

/** What a server says when it refuses a session: an ErrorResponse of severity FATAL. */
export function errorResponse(code: string, message: string): Buffer {
  const fields = [`SFATAL`, `VFATAL`, `C${code}`, `M${message}`].map((field) => `${field}\0`)
  return encodeMessage('E', Buffer.from(`${fields.join('')}\0`))
}

/** AuthenticationOk. */
export const AUTHENTICATION_OK: Buffer = encodeMessage('R', Buffer.from([0, 0, 0, 0]))

/** AuthenticationCleartextPassword. */
export const PASSWORD_REQUEST: Buffer = encodeMessage('R', Buffer.from([0, 0, 0, 3]))

export function encodeMessage(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** ParameterStatus. */
export function parameterStatus(name: string, value: string): Buffer {
  return encodeMessage('S', Buffer.from(`${name}\0${value}\0`))
}

/** One message of a server. */
export interface WireMessage {
  readonly type: string
  readonly body: Buffer
  /** Head and body, as they came. */
  readonly bytes: Buffer
}

/** Cuts a server's bytes, which arrive in any pieces, into its messages. */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0)

  push(bytes: Uint8Array): WireMessage[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const messages: WireMessage[] = []
    for (let size = this.#nextSize(); size !== undefined; size = this.#nextSize()) {
      const message = this.#rest.subarray(0, size)
      messages.push({ type: message.toString('latin1', 0, 1), body: message.subarray(5), bytes: message })
      this.#rest = this.#rest.subarray(size)
    }
    return messages
  }

  #nextSize(): number | undefined {
    if (this.#rest.length < 5) return undefined
    const size = this.#rest.readInt32BE(1) + 1
    return this.#rest.length < size ? undefined : size
  }
}
