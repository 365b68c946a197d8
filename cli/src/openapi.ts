import { writeFile } from 'node:fs/promises'
import { HeadwaterError } from '@headwater/client/error.ts'
import { createSend } from '@headwater/client/send.ts'
import { Command } from 'commander'
import { formatJson } from './print.ts'
import { findAddress, type ServerOptions, withFolderOption } from './server-client.ts'

interface DocumentOptions extends ServerOptions {
  readonly out?: string | undefined
}

/** `headwater openapi` */
export function openapiCommand(): Command {
  return withFolderOption(new Command('openapi'))
    .description(
      'Print the OpenAPI document of the server: every operation, with shapes, examples and errors',
    )
    .option('--out <file>', 'write it there instead')
    .addHelpText('after', '\nExample:\n  headwater openapi --out headwater.openapi.json')
    .action(async (options: DocumentOptions) => {
      const text = formatJson(await readDocument(findAddress(options, process.env)))
      if (options.out === undefined) process.stdout.write(text)
      else await writeFile(options.out, text)
    })
}

async function readDocument(baseUrl: string): Promise<unknown> {
  const response = await createSend(baseUrl, fetch)('/docs/json', {})
  const document = response.ok ? parse(await response.text()) : undefined
  if (document !== undefined) return document
  const message = `${baseUrl} answers, but has no document at /docs/json. Check that it is the address of a Headwater server.`
  throw new HeadwaterError({ code: 'NO_DOCUMENT', status: response.status, message })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
