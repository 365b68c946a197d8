import { IDENTITY_TYPES, type IdentityNamespace } from '@headwater/contract/identity-namespaces.ts'
import type { JsonObject } from '#kit/json.ts'
import { invalidNamespace } from './problems.ts'

export type CheckedNamespace = Pick<IdentityNamespace, 'code' | 'name' | 'idType' | 'description'>

const CODE = /^[A-Za-z0-9_]{1,64}$/
const MAX_NAME_CHARS = 256

/** What a body asks for. Throws NamespaceProblem 400. */
export function checkNamespace({ code, name, idType, description = '' }: JsonObject): CheckedNamespace {
  if (typeof code !== 'string' || !CODE.test(code)) {
    throw invalidNamespace(
      `code ${JSON.stringify(code ?? null)} is not usable. Use 1 to 64 letters, digits and underscores.`,
    )
  }
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_CHARS)
    throw invalidNamespace(`name is missing or too long. Give a name of 1 to ${MAX_NAME_CHARS} characters.`)
  const type = IDENTITY_TYPES.find((known) => known === idType)
  if (type === undefined) {
    throw invalidNamespace(
      `idType ${JSON.stringify(idType ?? null)} is unknown. Use one of ${IDENTITY_TYPES.join(', ')}.`,
    )
  }
  if (typeof description !== 'string') throw invalidNamespace('description must be a text.')
  return { code, name, idType: type, description }
}
