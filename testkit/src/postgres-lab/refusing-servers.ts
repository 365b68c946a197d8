import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { KeyPair } from './authority.ts'
import { AUTHENTICATION_OK, encodeMessage, isSslRequest } from './wire-messages.ts'
import { serve, type WireServer } from './wire-servers.ts'

/** Fields of an ErrorResponse by their letters, e.g. `{ S: 'FATAL', C: '28000', M: 'no', R: 'ClientAuthentication' }`. */
export function refusal(fields: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`)
  return encodeMessage('E', Buffer.from(`${texts.join('')}\0`))
}

/** Asks for nothing but what number `method` of the protocol stands for; 7 is GSSAPI. */
export function authenticationRequest(method: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const number = Buffer.alloc(4)
  number.writeInt32BE(method)
  return encodeMessage('R', Buffer.concat([number, body]))
}

/** AuthenticationSASL. */
export function saslRequest(...mechanisms: readonly string[]): Buffer {
  return authenticationRequest(10, Buffer.from(`${mechanisms.map((name) => `${name}\0`).join('')}\0`))
}

/** Refuses TLS and then hands each message of the client to `answer`, whose result goes back. */
export function serveDialogue(
  answer: (message: Buffer, index: number) => Buffer | undefined,
): Promise<WireServer> {
  return serve((socket) => {
    let index = 0
    socket.on('data', (bytes) => {
      if (isSslRequest(bytes)) return void socket.write('N')
      const said = answer(bytes, index)
      index += 1
      if (said !== undefined) socket.write(said)
    })
  })
}

export interface ScramOptions {
  readonly iterations?: number | undefined
  /** With which it proves itself; another one than the user's makes it an impostor. */
  readonly password: string
}

/** A server that lets everybody in by SCRAM-SHA-256 and then proves that it knows `password`. */
export function serveScram({ iterations = 4096, password }: ScramOptions): Promise<WireServer> {
  const salt = randomBytes(16)
  let first = ''
  let clientFirst = ''
  return serveDialogue((message, index) => {
    if (index === 0) return saslRequest('SCRAM-SHA-256')
    if (index === 1) {
      clientFirst = /n=.*$/.exec(message.toString('latin1'))?.[0] ?? ''
      const nonce = /r=(.*)$/.exec(clientFirst)?.[1] ?? ''
      first = `r=${nonce}server,s=${salt.toString('base64')},i=${iterations}`
      return authenticationRequest(11, Buffer.from(first))
    }
    const withoutProof = /c=.*(?=,p=)/.exec(message.toString('latin1'))?.[0] ?? ''
    const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
    const key = createHmac('sha256', salted).update('Server Key').digest()
    const signature = createHmac('sha256', key)
      .update(`${clientFirst},${first},${withoutProof}`)
      .digest('base64')
    return Buffer.concat([authenticationRequest(12, Buffer.from(`v=${signature}`)), AUTHENTICATION_OK])
  })
}

/** Speaks TLS with any key, weak ones too, and then says nothing. */
export function serveWeakTls({ certificate, key }: KeyPair): Promise<WireServer> {
  return serve((socket) => {
    socket.once('data', () => {
      socket.write('S')
      const options = { cert: certificate, key, ciphers: 'DEFAULT:@SECLEVEL=0' }
      new TLSSocket(socket, { isServer: true, ...options }).on('error', () => undefined)
    })
  })
}

/** Agrees to TLS and answers the start of the handshake with bytes that are none of TLS. */
export function serveBrokenTls(answer: Uint8Array, then: 'stay' | 'close' = 'stay'): Promise<WireServer> {
  return serve((socket) => {
    socket.once('data', () => {
      socket.write('S')
      socket.once('data', () => (then === 'stay' ? socket.write(answer) : socket.end(answer)))
    })
  })
}

/** Lets everybody in, and hands each of their messages to `answer`. */
export function serveOpen(answer: (socket: Socket, message: Buffer) => void): Promise<WireServer> {
  return serve((socket) => {
    let isOpen = false
    socket.on('data', (bytes) => {
      if (isSslRequest(bytes)) return void socket.write('N')
      if (isOpen) return answer(socket, bytes)
      isOpen = true
      socket.write(Buffer.concat([AUTHENTICATION_OK, VERSION, KEY_DATA, READY]))
    })
  })
}

const VERSION = encodeMessage('S', Buffer.from('server_version\x0015.4\0'))
const KEY_DATA = encodeMessage('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]))

/** ReadyForQuery, outside of a transaction. */
export const READY: Buffer = encodeMessage('Z', Buffer.from('I'))

/** CommandComplete of a SET, and ReadyForQuery. */
export const SET_DONE: Buffer = Buffer.concat([encodeMessage('C', Buffer.from('SET\0')), READY])
