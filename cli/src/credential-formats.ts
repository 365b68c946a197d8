import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'

/** The forms in which a client can be handed over. */
export const FORMATS = ['text', 'json', 'shell', 'env', 'aepp', 'postman'] as const
export type CredentialFormat = (typeof FORMATS)[number]

/** Credentials as a person, a shell or a program wants them. */
export function formatCredentials(issued: IssuedCredentials, format: CredentialFormat): string {
  return WRITERS[format](issued)
}

const WRITERS: Readonly<Record<CredentialFormat, (issued: IssuedCredentials) => string>> = {
  text: describe,
  json: (issued) => `${JSON.stringify(issued)}\n`,
  // No value holds a quote: they are URLs, ids, names and random letters.
  shell: (issued) => listVariables(issued, (name, value) => `export ${name}='${value}'`),
  env: (issued) => listVariables(issued, (name, value) => `${name}=${value}`),
  aepp: (issued) => `${JSON.stringify(toAepp(issued), null, 4)}\n`,
  postman: (issued) => `${JSON.stringify(toPostman(issued), null, 2)}\n`,
}

function listVariables(issued: IssuedCredentials, line: (name: string, value: string) => string): string {
  return Object.entries(issued)
    .map(([name, value]) => `${line(name.toUpperCase(), value)}\n`)
    .join('')
}

/** The file that `aepp.importConfigFile` reads. Where the server is it does not know; docs/clients.md tells it. */
function toAepp(issued: IssuedCredentials): Readonly<Record<string, string>> {
  return {
    org_id: issued.ims_org,
    client_id: issued.client_id,
    secret: issued.client_secret,
    scopes: issued.scopes,
    'sandbox-name': issued.sandbox_name,
    environment: 'prod',
  }
}

/** An environment with the variables of the platform's collections, and the address besides. */
function toPostman(issued: IssuedCredentials) {
  const values = {
    BASE_URL: issued.base_url,
    IMS: new URL(issued.base_url).host,
    IMS_ORG: issued.ims_org,
    API_KEY: issued.client_id,
    CLIENT_SECRET: issued.client_secret,
    SCOPES: issued.scopes,
    SANDBOX_NAME: issued.sandbox_name,
    ACCESS_TOKEN: '',
  }
  return {
    name: `Headwater ${new URL(issued.base_url).host}`,
    values: Object.entries(values).map(([key, value]) => ({ key, value, type: typeOf(key), enabled: true })),
    _postman_variable_scope: 'environment',
  }
}

function typeOf(key: string): 'secret' | 'default' {
  return key === 'CLIENT_SECRET' || key === 'ACCESS_TOKEN' ? 'secret' : 'default'
}

function describe(issued: IssuedCredentials): string {
  return `The secret is shown this once and kept nowhere.

  client id      ${issued.client_id}   (also the x-api-key)
  client secret  ${issued.client_secret}
  organisation   ${issued.ims_org}
  scopes         ${issued.scopes}

A token:

  curl -s ${issued.token_url} -d grant_type=client_credentials \\
    -d client_id=${issued.client_id} -d client_secret=${issued.client_secret} -d scope=${issued.scopes}
`
}
