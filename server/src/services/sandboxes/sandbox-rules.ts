import type { CreateSandboxBody } from '@headwater/contract/sandboxes.ts'
import { invalidRequest } from './problems.ts'

export interface CheckedSandbox {
  readonly name: string
  readonly title: string
  readonly type: 'production' | 'development'
}

/** Names become folders of the lake and parts of URLs. */
const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,127}$/

/** Throws SandboxProblem 400 for a body that no sandbox can be made from. The title defaults to the name. */
export function checkNewSandbox(body: CreateSandboxBody | undefined): CheckedSandbox {
  const { name, type } = body ?? {}
  if (name === undefined || !NAME_PATTERN.test(name)) {
    throw invalidRequest(
      `The name "${name ?? ''}" is not usable. Use up to 128 lower-case letters, digits and hyphens, no spaces.`,
    )
  }
  if (type !== 'production' && type !== 'development') {
    throw invalidRequest(`The type "${type ?? ''}" is unknown. Use production or development.`)
  }
  return { name, title: checkTitle(body?.title ?? name), type }
}

/** Throws SandboxProblem 400 for a title that is absent or blank. */
export function checkTitle(title: string | undefined): string {
  if (title === undefined || title.trim() === '')
    throw invalidRequest('title is missing. Give the sandbox a title.')
  return title
}
