import type { HeaderRules, WantedSandbox } from '#http/plugins/gateway.ts'
import { FlowProblem } from './problems.ts'

/** The Flow Service's rules for the headers of organisation and sandbox. `config` may change meanwhile. */
export function headerRules(config: { readonly strict: boolean }): HeaderRules {
  return {
    emptyOrganization: () =>
      new FlowProblem('2001-401', 'The header x-gw-ims-org-id is empty. Send the id of your organization.', {
        header: 'x-gw-ims-org-id',
      }),
    assertSandboxHeaders(wanted, isAdmin) {
      if (wanted.name === '*' || wanted.id === '*') throw wildcardProblem(wanted, isAdmin)
      if (config.strict) assertStrict(wanted)
    },
  }
}

function assertStrict({ name, id }: WantedSandbox): void {
  if (id !== undefined) {
    throw new FlowProblem(
      '2110-400',
      'The header x-sandbox-id is not allowed with the token of a user. Send x-sandbox-name alone.',
      { header: 'x-sandbox-id' },
    )
  }
  if (name === undefined) {
    throw new FlowProblem('2105-400', 'The header x-sandbox-name is missing. Send the name of a sandbox.', {
      header: 'x-sandbox-name',
    })
  }
}

/** All sandboxes at once are for administrators, and what asks for them names them in another header here. */
function wildcardProblem({ name, id }: WantedSandbox, isAdmin: boolean): FlowProblem {
  const args = { header: 'x-sandbox-name', value: '*' }
  if (name === '*' && !isAdmin) {
    return new FlowProblem(
      '2111-403',
      'The value * of x-sandbox-name is for administrators. Send the name of a sandbox.',
      args,
    )
  }
  if (name !== id) {
    return new FlowProblem(
      '2112-400',
      'The value * goes into both headers x-sandbox-name and x-sandbox-id, or into neither.',
      args,
    )
  }
  return new FlowProblem(
    '2113-400',
    'The value * of x-sandbox-name is not allowed for this request. Send the name of a sandbox, or search with x-active-sandbox-ids.',
    args,
  )
}

/** There is no such active sandbox, or no default one where none was named. */
export function sandboxNotFound(shown: string, { name, id }: WantedSandbox): FlowProblem {
  if (name === undefined && id === undefined) {
    return new FlowProblem(
      '2106-404',
      'The organization has no active default sandbox. Send the header x-sandbox-name.',
    )
  }
  if (name !== undefined && id !== undefined) {
    return new FlowProblem(
      '2103-404',
      `There is no active sandbox with the name ${name} and the id ${id} in this organization. Send one of the two headers.`,
      { name, id },
    )
  }
  return new FlowProblem(
    '2100-404',
    `There is no active sandbox ${shown} in this organization. Check the header ${name === undefined ? 'x-sandbox-id' : 'x-sandbox-name'}.`,
    { name: shown },
  )
}
