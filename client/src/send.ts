import { HeadwaterError, UNREACHABLE } from './error.ts'

/** Sends a request to a path of the server. @throws HeadwaterError when nobody answers */
export type Send = (path: string, init: RequestInit) => Promise<Response>

/** Whatever answers like the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export function createSend(baseUrl: string, fetch: Fetch): Send {
  const base = baseUrl.replace(/\/+$/, '')
  return async (path, init) => {
    try {
      // The API knows no cookies, and no answer of it is to be kept.
      return await fetch(base + path, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' })
    } catch (cause) {
      if (init.signal?.aborted === true) throw init.signal.reason
      const at = base === '' ? '' : ` at ${base}`
      const message = `The server${at} does not answer. Check that it runs and can be reached.`
      throw new HeadwaterError({ code: UNREACHABLE, status: 0, message, cause })
    }
  }
}
