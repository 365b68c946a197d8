import { readFile } from 'node:fs/promises'
import type { Answer } from './api-client.ts'

// What Postman does with a collection: variables, a script before each request, and the request itself.

const HOST = 'https://platform.adobe.io'

export interface PostmanRequest {
  readonly method: string
  /** With the platform's own host, which the user replaces. */
  readonly url: string
  readonly body?: string
}

export interface PostmanCollection {
  /** Sent with every request, whatever its method. */
  readonly headers: Readonly<Record<string, string>>
  readonly folders: readonly { readonly name: string; readonly requests: readonly PostmanRequest[] }[]
}

/** Variables by name; an empty one counts as absent. */
export type PostmanEnvironment = Readonly<Record<string, string>>

export async function readCollection(path: string): Promise<PostmanCollection> {
  return JSON.parse(await readFile(path, 'utf8')) as PostmanCollection
}

/** Sends one request of a collection, as Postman does after the collection's script has dropped what is empty. */
export async function sendWithPostman(
  serverUrl: string,
  headers: PostmanCollection['headers'],
  { method, url, body }: PostmanRequest,
  environment: PostmanEnvironment,
): Promise<{ readonly status: number; readonly body: Answer }> {
  const response = await fetch(fillUrl(url.replace(HOST, serverUrl), environment), {
    method,
    headers: Object.fromEntries(
      Object.entries(headers)
        .filter(([, value]) => !isEmptyVariable(value, environment))
        .map(([name, value]) => [name, fill(value, environment)]),
    ),
    ...(body === undefined ? {} : { body: fill(body, environment) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

function fillUrl(url: string, environment: PostmanEnvironment): string {
  const [path = '', query = ''] = url.split('?')
  const kept = query
    .split('&')
    .filter((parameter) => !isEmptyVariable(parameter.slice(parameter.indexOf('=') + 1), environment))
  return fill(kept.join('&') === '' ? path : `${path}?${kept.join('&')}`, environment)
}

/** True for a value that is one variable and nothing else, and the variable is empty. */
function isEmptyVariable(value: string, environment: PostmanEnvironment): boolean {
  const name = /^\{\{(.+)\}\}$/.exec(value)?.[1]
  return name !== undefined && (environment[name] ?? '') === ''
}

/** A variable that nobody set is sent as it stands, as Postman does. */
function fill(text: string, environment: PostmanEnvironment): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (all, name: string) => environment[name] ?? all)
}
