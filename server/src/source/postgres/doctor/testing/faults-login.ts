import { tlsInterceptor } from '@headwater/testkit/postgres-lab/proxies.ts'
import {
  authenticationRequest,
  refusal,
  saslRequest,
  serveDialogue,
  serveScram,
} from '@headwater/testkit/postgres-lab/refusing-servers.ts'
import { encodeMessage, PASSWORD_REQUEST } from '@headwater/testkit/postgres-lab/wire-messages.ts'
import { serveAnswer, type WireServer } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { Fault, Injected } from './fault.ts'
import { type FaultLab, injected, type TargetOptions, targetAt } from './fault-lab.ts'
import { hasFeature } from './fault-sources.ts'

const place: Fault['quotes'] = ({ host, port }) => [`${host}:${port}`]
const user: Fault['quotes'] = ({ username }) => [`"${username}"`]
const userAndDatabase: Fault['quotes'] = ({ username, database }) => [`"${username}"`, `"${database}"`]

/** The roomy server refuses the session that these options ask for. */
function ofServer(code: FailureCode, name: string, options: TargetOptions, more: Partial<Fault> = {}): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => injected(targetAt(await lab.roomy(), options))
  return { name, code, stage: 'authenticate', quotes: user, inject, ...more }
}

/** A small server leads the login astray. */
function ofWireServer(
  code: FailureCode,
  name: string,
  open: () => Promise<WireServer>,
  options: TargetOptions = {},
): Fault {
  const inject = async (): Promise<Injected> => {
    const server = await open()
    return injected(targetAt(server, options), server)
  }
  const silence = options.timeoutMs === undefined ? {} : { isSilent: true as const }
  return { name, code, stage: 'authenticate', quotes: place, inject, ...silence }
}

const REFUSED_BY_ROLE: readonly Fault[] = [
  ofServer('PASSWORD_REFUSED', 'a wrong password', { password: 'not-canary-4711' }),
  ofServer('PASSWORD_MISSING', 'no password', { password: '' }),
  ofServer('ROLE_NOT_FOUND', 'a role that is unknown', { user: 'unknown' }),
  ofServer('ROLE_MAY_NOT_LOGIN', 'a role that may not log in', { user: 'no_login' }),
]

const REFUSED_BY_RULE: readonly Fault[] = [
  ofServer('HBA_NO_ENTRY', 'no rule for the role', { user: 'no_rule' }, { quotes: userAndDatabase }),
  ofServer('HBA_REJECTED', 'a rule that rejects the role', { user: 'rejected' }, { quotes: userAndDatabase }),
  {
    name: 'a rule of a server that speaks German',
    code: 'HBA_REFUSED',
    stage: 'authenticate',
    quotes: (target) => [...userAndDatabase(target), 'pg_hba.conf lehnt Verbindung ab'],
    inject: async () => {
      const words =
        'pg_hba.conf lehnt Verbindung ab für Host »127.0.0.1«, Benutzer »reader«, Datenbank »shop«'
      const said = refusal({ S: 'FATAL', V: 'FATAL', C: '28000', M: words, R: 'ClientAuthentication' })
      const server = await serveDialogue(() => said)
      return injected(targetAt(server), server)
    },
  },
  {
    name: 'a rule that wants TLS',
    code: 'TLS_REQUIRED_BY_SERVER',
    stage: 'authenticate',
    needs: 'openssl',
    quotes: (target) => [...userAndDatabase(target), '"disable"'],
    inject: async (lab) => injected(targetAt(await lab.overTls(), { user: 'only_tls' })),
  },
  {
    name: 'a rule that wants plaintext',
    code: 'TLS_FORBIDDEN_BY_SERVER',
    stage: 'authenticate',
    needs: 'openssl',
    quotes: (target) => [...userAndDatabase(target), '"require"'],
    inject: async (lab) => injected(targetAt(await lab.overTls(), { user: 'only_plain', mode: 'require' })),
  },
  ofServer('IDENT_FAILED', 'a rule that asks the operating system', { user: 'local' }),
  {
    name: 'a rule that asks for a ticket (GSSAPI)',
    code: 'AUTH_METHOD_UNSUPPORTED',
    stage: 'authenticate',
    quotes: () => ['GSSAPI'],
    inject: async (lab) => {
      const cluster = await lab.roomy()
      if (await hasFeature(cluster, 'gssapi')) return injected(targetAt(cluster, { user: 'foreigner' }))
      const server = await serveDialogue(() => authenticationRequest(7))
      return injected(targetAt(server), server)
    },
  },
  {
    name: 'a rule that asks a directory (LDAP)',
    code: 'AUTH_REFUSED',
    stage: 'authenticate',
    quotes: (target) => [...user(target), 'LDAP authentication failed'],
    inject: async (lab) => {
      const cluster = await lab.roomy()
      if (await hasFeature(cluster, 'ldap')) return injected(targetAt(cluster, { user: 'by_ldap' }))
      const words = 'LDAP authentication failed for user "reader"'
      const said = refusal({ S: 'FATAL', V: 'FATAL', C: '28000', M: words, R: 'auth_failed' })
      const server = await serveDialogue(() => said)
      return injected(targetAt(server), server)
    },
  },
]

const BOUND_TO_TLS: readonly Fault[] = [
  {
    name: 'a man in the middle of TLS',
    code: 'CHANNEL_BINDING_FAILED',
    stage: 'authenticate',
    needs: 'openssl',
    quotes: place,
    inject: async (lab) => {
      const { server } = await lab.certificates()
      const middle = await tlsInterceptor(await lab.overTls(), server.otherRoot)
      return injected(targetAt(middle, { mode: 'require' }), middle)
    },
  },
  {
    name: 'channel binding that a method cannot have',
    code: 'CHANNEL_BINDING_UNAVAILABLE',
    stage: 'authenticate',
    needs: 'openssl',
    quotes: () => ['the password in clear text'],
    inject: async (lab) => {
      const tls = { channelBinding: 'require' as const }
      return injected(targetAt(await lab.overTls(), { user: 'in_clear', mode: 'require', tls }))
    },
  },
]

const LED_ASTRAY: readonly Fault[] = [
  ofWireServer('SERVER_NOT_AUTHENTIC', 'a server that does not know the password', () =>
    serveScram({ password: 'a guess' }),
  ),
  ofWireServer('SCRAM_TOO_COSTLY', 'a server that wants a password hashed a billion times', () =>
    serveScram({ password: 'a guess', iterations: 1_000_000_000 }),
  ),
  ofWireServer('LOGIN_CLOSED', 'a server that hangs up during the login', () =>
    serveAnswer(PASSWORD_REQUEST, 'close'),
  ),
  ofWireServer('LOGIN_PROTOCOL_ERROR', 'a server that breaks the protocol during the login', () =>
    serveAnswer(Buffer.concat([PASSWORD_REQUEST, encodeMessage('!', Buffer.from('nonsense'))])),
  ),
  ofWireServer(
    'LOGIN_TIMEOUT',
    'a server that asks for the password and falls silent',
    () => serveAnswer(saslRequest('SCRAM-SHA-256')),
    { timeoutMs: 500 },
  ),
]

/** The server does not let us in. */
export const LOGIN_FAULTS: readonly Fault[] = [
  ...REFUSED_BY_ROLE,
  ...REFUSED_BY_RULE,
  ...BOUND_TO_TLS,
  ...LED_ASTRAY,
]
