/**
 * An error that a client is meant to see. Each service family has its own subclass, because each renders in
 * its own documented shape; everything else that is thrown becomes a 500 without details.
 */
export abstract class HttpProblem extends Error {
  abstract readonly status: number

  /** The JSON body. `requestId` lets a reader of the log find the request. */
  abstract body(requestId: string): Readonly<Record<string, unknown>>
}

/** An error of the gateway: raised by headers, before a service is reached. Shape `{error_code, message}`. */
export class GatewayProblem extends HttpProblem {
  override readonly name = 'GatewayProblem'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  body(): Readonly<Record<string, unknown>> {
    return { error_code: this.code, message: this.message }
  }
}

/** The oldest of the platform's shapes, used where no service is responsible and by Catalog. */
export class PlainProblem extends HttpProblem {
  override readonly name = 'PlainProblem'
  readonly status: number
  readonly title: string

  constructor(status: number, title: string, detail: string) {
    super(detail)
    this.status = status
    this.title = title
  }

  body(): Readonly<Record<string, unknown>> {
    return { type: '/placeholder/type/uri', status: this.status, title: this.title, detail: this.message }
  }
}
