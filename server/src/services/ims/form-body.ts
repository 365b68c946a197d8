import type { FastifyInstance } from 'fastify'

const FORM_TYPE = 'application/x-www-form-urlencoded'

/** Reads forms as forms in this plugin; elsewhere the type only means that a client forgot to say JSON. */
export function acceptForms(app: FastifyInstance): void {
  app.removeContentTypeParser(FORM_TYPE)
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, async (_request: unknown, text: string) =>
    Object.fromEntries(new URLSearchParams(text)),
  )
}
