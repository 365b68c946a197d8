/** What a line tells of a request: never a header or a body. The query is masked with the whole line. */
export interface RequestFields {
  id?: unknown
  method?: unknown
  url?: unknown
  remoteAddress?: unknown
}

/** Takes a request of Fastify or of Node.js; anything else gives an object without content. */
export function serializeRequest(request: unknown): RequestFields {
  if (typeof request !== 'object' || request === null) return {}
  const { id, method, url, ip, socket } = request as Record<
    'id' | 'method' | 'url' | 'ip' | 'socket',
    unknown
  >
  const remoteAddress = ip ?? (socket as { remoteAddress?: unknown } | undefined)?.remoteAddress
  return { id, method, url, remoteAddress }
}

/** Takes a reply of Fastify or a response of Node.js. */
export function serializeReply(reply: unknown): { statusCode?: unknown } {
  if (typeof reply !== 'object' || reply === null) return {}
  return { statusCode: (reply as { statusCode?: unknown }).statusCode }
}
