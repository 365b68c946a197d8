import type { ApiDescription } from '@headwater/testkit/openapi/api-description.ts'
import type { FuzzAnswer, FuzzRequest } from './send.ts'

/** Traces of our own code in an answer. */
const LEAKS = [/node_modules/, /\bat .+\.ts:\d+/, /server\/src\//, /\bselect\b.+\bfrom flow_/i]

export interface Judge {
  /** The server's own OpenAPI document. */
  readonly description: ApiDescription
  readonly canaries: readonly string[]
}

/** What is wrong with an answer, whatever was asked; empty when nothing is. */
export function judgeAnswer(request: FuzzRequest, answer: FuzzAnswer, judge: Judge): readonly string[] {
  const shown = `${answer.status} ${answer.text.slice(0, 500)}`
  const everything = `${JSON.stringify(answer.headers)}${answer.text}`
  return [
    ...(answer.status >= 500 ? [`a fault of the server: ${shown}`] : []),
    ...judge.canaries.filter((canary) => everything.includes(canary)).map(() => `a secret: ${shown}`),
    ...LEAKS.filter((leak) => leak.test(answer.text)).map((leak) => `${leak}: ${shown}`),
    ...judge.description.problemsOf({
      method: request.method,
      path: request.url,
      status: answer.status,
      contentType: answer.headers['content-type']?.toString(),
      body: bodyOf(answer),
    }),
  ]
}

function bodyOf({ headers, text }: FuzzAnswer): unknown {
  if (text === '') return undefined
  return /json($|;)/.test(String(headers['content-type'])) ? JSON.parse(text) : text
}
