import type { CreateSandboxBody } from '@headwater/contract/sandboxes.ts'
import { invalidRequest } from './problems.ts'

export interface CheckedSandbox {
  readonly name: string
  readonly title: string
  readonly type: 'production' | 'development'
}

/** A body as it came: whatever its schema says may be something else. */
export type Given<Body> = { readonly [Name in keyof Body]?: unknown }

/** Names become folders of the lake and parts of URLs. */
const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,127}$/

/** Throws SandboxProblem 400 for a body that no sandbox can be made from. The title defaults to the name. */
export function checkNewSandbox({ name, type, title = name }: Given<CreateSandboxBody>): CheckedSandbox {
  if (typeof name !== 'string' || !NAME_PATTERN.test(name)) {
    throw invalidRequest(
      `The name ${JSON.stringify(name ?? '')} is not usable. Use up to 128 lower-case letters, digits and hyphens, no spaces.`,
    )
  }
  if (type !== 'production' && type !== 'development') {
    throw invalidRequest(`The type ${JSON.stringify(type ?? '')} is unknown. Use production or development.`)
  }
  return { name, title: checkTitle(title), type }
}

/** Throws SandboxProblem 400 for a title that is absent or blank. */
export function checkTitle(title: unknown): string {
  if (typeof title !== 'string' || title.trim() === '')
    throw invalidRequest('title is missing. Give the sandbox a title.')
  return title
}
