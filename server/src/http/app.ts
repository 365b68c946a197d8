import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { acceptJsonBodies } from './body-parsers.ts'
import { PLAIN_FAMILY, renderErrors, StoppingError, sendProblem } from './error-writer.ts'
import { publishDocs } from './openapi/publish-docs.ts'
import { PlainProblem } from './problem.ts'
import { watchSilentConnections } from './silent-connections.ts'
import { answerUnknownRoutes } from './unknown-routes.ts'
import { validationSentence } from './validation-sentence.ts'
import { validatorFor } from './validators.ts'

/** An app whose routes take TypeBox schemas. */
export type App = FastifyInstance

export interface AppOptions {
  readonly log: FastifyBaseLogger
  readonly version: string
}

/** 32 MiB: room for schemas and mapping sets of any size; data never comes through here. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024

/** 512 KiB: the largest row filter, in Base64, in the URL of a preview. */
const HEADER_LIMIT_BYTES = 512 * 1024

/**
 * The HTTP application without any service: JSON in and out, errors in JSON, request ids, API docs at `/docs`.
 * Services register themselves on it as encapsulated plugins.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const app = fastify({
    loggerInstance: options.log,
    http: { maxHeaderSize: HEADER_LIMIT_BYTES },
    frameworkErrors: (_error, request, reply) =>
      sendProblem(request, reply, new PlainProblem(400, 'BadRequestError', 'The URL is not well-formed.')),
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    // Access log lines at info would drown the events of runs; failures are logged where they happen.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    forceCloseConnections: 'idle',
    // What comes while the server stops is refused in the shape of its family, see below.
    return503OnClosing: false,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(({ schema, httpPart }) => validatorFor(httpPart).compile(schema as object))
  app.setSchemaErrorFormatter((errors) => validationSentence(errors))
  // Responses are built by the operations from the same schemas; filtering them again would hide mistakes.
  app.setSerializerCompiler(() => JSON.stringify)
  const endSilentConnections = watchSilentConnections(app.server)
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
    endSilentConnections()
  })
  app.addHook('onRequest', async (request) => {
    if (isStopping) throw new StoppingError()
    if (readsUrl(request) && /%00/.test(request.url))
      throw new MalformedUrlError('The URL holds a NUL character (%00).')
  })
  app.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  acceptJsonBodies(app as unknown as FastifyInstance)
  renderErrors(app as unknown as FastifyInstance, PLAIN_FAMILY)
  answerUnknownRoutes(app as unknown as FastifyInstance)
  await publishDocs(app as unknown as FastifyInstance, options.version)
  return app as unknown as App
}

/** What takes no parameter answers whatever its URL holds. */
function readsUrl({ routeOptions: { url = '*', schema } }: FastifyRequest): boolean {
  return /[:*]/.test(url) || schema?.querystring !== undefined
}

/** The URL cannot be used. Each family renders it in its own shape. */
class MalformedUrlError extends Error {
  override readonly name = 'MalformedUrlError'
  readonly statusCode = 400
}

/** The client's own id when it sent a usable one, so that its log and ours agree. */
function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}
