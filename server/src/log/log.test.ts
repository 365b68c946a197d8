import { createServer, request } from 'node:http'
import { expect, test } from 'vitest'
import { createLog, type Log, type LogLevel } from './log.ts'

function openLog(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLog({ level, destination: { write: (line) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> }
}

test('a line is JSON with a level label, an ISO time and the message, and nothing that nobody asked for', () => {
  const { log, lines, last } = openLog()
  log.info({ rowCount: 3 }, 'done')
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    rowCount: 3,
    msg: 'done',
  })
  expect(lines[0]?.endsWith('}\n')).toBe(true)
})

test('a room sees a log of our own type, with its own fields', () => {
  const { log, last } = openLog('debug')
  const rooms: Log = log
  rooms.child({ room: 'runs' }).debug({ runId: 'r1' }, 'claimed')
  expect(last()).toMatchObject({ level: 'debug', room: 'runs', runId: 'r1', msg: 'claimed' })
})

test('lines below the level are not written', () => {
  const { log, lines } = openLog('warn')
  log.info({}, 'no')
  log.warn({}, 'yes')
  expect(lines).toHaveLength(1)
})

test.each([
  'authorization',
  'Authorization',
  'password',
  'connectionString',
  'client_secret',
  'access_token',
  'x-api-key',
])('%s is masked at any depth, in objects, arrays, children and classes', (name) => {
  const { log, lines } = openLog()
  class Holder {
    [key: string]: unknown
    constructor(value: object) {
      Object.assign(this, value)
    }
  }
  let nested: object = { [name]: 'hush' }
  for (let depth = 0; depth < 8; depth += 1) {
    log.info(
      { nested, list: [nested], held: new Holder(nested), error: new Error('no', { cause: nested }) },
      'x',
    )
    nested = { inner: nested }
  }
  const child = log.child({ [name]: 'hush', deep: { [name]: 'hush' } })
  child.child({ list: [{ [name]: 'hush' }] }).info({ [name]: { of: 'hush' } }, 'y')
  expect(lines.join('')).not.toContain('hush')
  expect(lines[0]).toContain('[redacted]')
})

test('an empty secret shows that it is empty, and the caller keeps his object', () => {
  const { log, last } = openLog()
  const auth = { password: undefined, token: null, secret: 's', user: 'u' }
  log.info({ auth }, 'x')
  expect(last()['auth']).toEqual({ token: null, secret: '[redacted]', user: 'u' })
  expect(auth.secret).toBe('s')
})

test('passwords of URLs and secret query parameters are masked wherever they stand', () => {
  const { log, lines } = openLog()
  const url = 'postgres://me:hush@db.example:5432/x?sslmode=require&password=hush'
  log.error(
    { err: new Error(`cannot reach ${url}`), list: [url] },
    `tried ${url} and /ims/token/v3?client_secret=hush&x=1`,
  )
  expect(lines[0]).not.toContain('hush')
  expect(lines[0]).toContain('postgres://me:[redacted]@db.example:5432/x?sslmode=require&password=[redacted]')
  expect(lines[0]).toContain('client_secret=[redacted]&x=1')
})

test('an error shows type, message, code, stack and cause, but not what a driver hung on it', () => {
  const { log, last } = openLog()
  const error = Object.assign(new TypeError('bad', { cause: new Error('why') }), {
    code: '23505',
    detail: 'Key (a)=(7)',
  })
  log.error({ err: error }, 'failed')
  expect(last()['err']).toMatchObject({
    type: 'TypeError',
    message: 'bad',
    code: '23505',
    cause: { message: 'why' },
  })
  expect(last()['err']).not.toHaveProperty('detail')
  expect((last()['err'] as { stack: string }).stack).toContain('log.test.ts')
})

test('bytes, dates, big integers and circles are written without harm', () => {
  const { log, last } = openLog()
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  log.info({ bytes: new Uint8Array(3), at: new Date(0), big: 2n ** 60n, circle }, 'x')
  expect(last()).toMatchObject({
    bytes: '[3 bytes]',
    at: '1970-01-01T00:00:00.000Z',
    big: '1152921504606846976',
  })
})

test('a request shows where it went, never a header', async () => {
  const { log, lines, last } = openLog()
  const server = createServer((req, res) => {
    log.info({ req, res }, 'request')
    res.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const headers = { authorization: 'Bearer hush', cookie: 'a=hush' }
  await new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path: '/a?access_token=hush&b=1', headers }, (res) =>
      res.resume().on('end', resolve),
    ).end()
  })
  await new Promise((resolve) => server.close(resolve))
  expect(last()).toMatchObject({
    req: { method: 'GET', url: '/a?access_token=[redacted]&b=1', remoteAddress: '127.0.0.1' },
    res: { statusCode: 200 },
  })
  expect(lines.join('')).not.toContain('hush')
})
