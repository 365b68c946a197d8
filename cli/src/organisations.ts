import { createOrganisation, listOrganisations } from '@headwater/server/boot/organisations.ts'
import { Command } from 'commander'
import { formatJson, formatTable, formatTime } from './print.ts'
import { type StoreOptions, storeSettings, withStoreOptions } from './store-options.ts'

/** `headwater organisations …` */
export function organisationsCommand(): Command {
  return new Command('organisations')
    .description('Organisations of a server, each apart from all others')
    .addCommand(createCommand())
    .addCommand(listCommand())
}

function createCommand(): Command {
  return withStoreOptions(new Command('create'))
    .description('Make an organisation with its sandbox prod')
    .argument('<tenant>', 'lower-case letters and digits: the namespace of its fields without the underscore')
    .option('--json', 'print JSON, for programs')
    .action(async (tenantId: string, options: StoreOptions) => {
      const made = await createOrganisation(storeSettings(options), tenantId)
      process.stdout.write(
        options.json
          ? formatJson(made)
          : `The organisation ${made.orgId} is there. Its first client: headwater credentials create --org ${tenantId}\n`,
      )
    })
}

function listCommand(): Command {
  return withStoreOptions(new Command('list'))
    .description('Show the organisations')
    .option('--json', 'print JSON, for programs')
    .action(async (options: StoreOptions) => {
      const orgs = await listOrganisations(storeSettings(options))
      const rows = orgs.map(({ orgId, tenantId, createdAt }) => [orgId, tenantId, formatTime(createdAt)])
      process.stdout.write(
        options.json ? formatJson(orgs) : formatTable(['ORGANISATION', 'TENANT', 'CREATED'], rows),
      )
    })
}
