import pino from 'pino'
import { maskLine, redact } from './redact.ts'
import { serializeReply, serializeRequest } from './serialize-request.ts'

/** Levels from the chattiest on; `silent` writes nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Fields first, then what happened: `log.info({ runId, rowCount }, 'run committed')`. */
export type LogMethod = (fields: object, message: string) => void

/** What a room needs of a log. */
export interface Log {
  trace: LogMethod
  debug: LogMethod
  info: LogMethod
  warn: LogMethod
  error: LogMethod
  /** A log that adds these fields to every line, e.g. `{ room: 'runs' }`. */
  child(bindings: Record<string, unknown>): Log
}

export interface LogOptions {
  level: LogLevel
  /** Takes whole lines; default standard error. */
  destination?: { write(line: string): void } | undefined
}

/**
 * The log of the program: one JSON object a line with `level` (label), `time` (ISO, UTC), `msg` and the fields
 * of the caller. Values under the name of a secret are masked, whatever their depth, as are passwords in URLs.
 * The result is also what Fastify takes as `loggerInstance`.
 */
export function createLog({ level, destination }: LogOptions): pino.Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
      // By then an error is a plain object already.
      serializers: { req: serializeRequest, res: serializeReply, err: (error: unknown) => error },
      hooks: { streamWrite: maskLine },
    },
    destination ?? standardError(),
  )
  return redactBindings(log)
}

/** A terminal that is closed takes no more lines, which must not end the program before it has stopped in order. */
function standardError(): pino.DestinationStream {
  const stream = pino.destination({ fd: 2, sync: true })
  stream.on('error', () => {})
  return stream
}

/** Pino has no formatter for the fields of a child; every descendant inherits this method. */
function redactBindings(log: pino.Logger): pino.Logger {
  const original = log.child
  const child = function (
    this: pino.Logger,
    bindings: pino.Bindings,
    options?: pino.ChildLoggerOptions,
  ): pino.Logger {
    return Reflect.apply(original, this, [redact(bindings), options]) as pino.Logger
  }
  return Object.assign(log, { child })
}
