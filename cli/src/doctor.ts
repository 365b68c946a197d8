import { diagnoseSource } from '@headwater/server/boot/diagnose-source.ts'
import { Command } from 'commander'
import { describeTest } from './describe-connection.ts'
import { formatJson } from './print.ts'
import { authOfUrl } from './source-url.ts'

/** `headwater doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Examine a PostgreSQL database as a source, without a server: what works, what does not, and the remedy',
    )
    .argument('<url>', 'postgres://…; the password may come from PGPASSWORD')
    .option('--json', 'print JSON, for programs')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when the source cannot be read.\n\nExample:\n  headwater doctor "postgres://reader@db.example.com/shop?sslmode=verify-full"',
    )
    .action(async (url: string, { json }: { readonly json?: boolean }) => {
      const found = await diagnoseSource(authOfUrl(url, process.env))
      process.stdout.write(json ? formatJson(found) : describeTest(found))
      if (!found.result) process.exitCode = 1
    })
}
