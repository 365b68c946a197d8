import type { LightMyRequestResponse } from 'fastify'
import { ApiDescription, type Exchange } from './api-description.ts'

/** An answer of the server that its OpenAPI document does not describe. */
export class UndescribedAnswerError extends Error {
  override readonly name = 'UndescribedAnswerError'
}

/** Fails the test unless the document describes the answer. */
export function expectDescribed(description: ApiDescription, exchange: Exchange): void {
  const problems = description.problemsOf(exchange)
  if (problems.length > 0) throw new UndescribedAnswerError(problems.join('\n'))
}

/** An answer that was injected. */
export function exchangeOf(method: string, path: string, response: LightMyRequestResponse): Exchange {
  const contentType = response.headers['content-type']?.toString()
  const isJson = /[/+]json($|;)/.test(contentType ?? '') && response.body !== ''
  return {
    method,
    path,
    status: response.statusCode,
    contentType,
    body: isJson ? response.json() : response.body === '' ? undefined : response.body,
  }
}

let published: Promise<ApiDescription> | undefined

/** The document that a server publishes. All servers of a test are of one version, so it is read once. */
export async function publishedDescription(baseUrl: string): Promise<ApiDescription> {
  published ??= readDescription(baseUrl)
  try {
    return await published
  } catch (error) {
    published = undefined
    throw error
  }
}

async function readDescription(baseUrl: string): Promise<ApiDescription> {
  const response = await fetch(`${baseUrl}/docs/json`)
  return new ApiDescription((await response.json()) as object)
}
