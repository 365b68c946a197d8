import { type Static, Type } from 'typebox'
import { Words } from '../schema-parts.ts'

/** What the test of a connection finds. */

const Stage = Words(
  ['parameters', 'resolve', 'dial', 'tls', 'authenticate', 'database', 'query', 'privileges', 'settings'],
  { description: 'How far the test had come' },
)

export const Finding = Type.Object(
  {
    severity: Words(['error', 'warning', 'notice'], {
      description:
        '`error`: nothing could be read. `warning`: something that was asked for, or will be, does not work or is not safe. `notice`: worth knowing',
    }),
    stage: Stage,
    code: Type.String({ description: 'Stable', examples: ['SELECT_MISSING'] }),
    message: Type.String({ description: 'One sentence with the offending value' }),
    remedy: Type.String({ description: 'What to do about it' }),
    sqlState: Type.Optional(
      Type.String({ description: 'The code of PostgreSQL itself, where it refused', examples: ['28P01'] }),
    ),
  },
  { title: 'Finding', description: 'One thing that a test has found' },
)
export type Finding = Static<typeof Finding>

const Capability = Type.Object(
  {
    isPossible: Type.Boolean(),
    reasons: Type.Array(Finding, { description: 'Everything that is in its way' }),
  },
  { title: 'Capability', description: 'Whether something more than reading would work' },
)

const MissingRight = Type.Object(
  {
    privilege: Words(['USAGE', 'SELECT']),
    kind: Words(['schema', 'relation', 'columns']),
    object: Type.String({ description: 'A schema, or the path of a relation', examples: ['public.orders'] }),
    columns: Type.Optional(Type.Array(Type.String(), { description: 'Of kind `columns`' })),
    statement: Type.String({
      description: 'SQL that gives it',
      examples: ['grant select on public.orders to reader;'],
    }),
  },
  { title: 'MissingRight', description: 'A right that the user lacks' },
)

const ServerCertificate = Type.Object({
  subject: Type.String(),
  issuer: Type.String(),
  names: Type.String({ description: 'The names that it carries' }),
  validFrom: Type.String({ description: 'ISO 8601' }),
  validTo: Type.String({ description: 'ISO 8601' }),
  fingerprint256: Type.String(),
})

const UsedTls = Type.Object(
  {
    encrypted: Type.Boolean(),
    chainVerified: Type.Boolean(),
    nameVerified: Type.Boolean(),
    channelBound: Type.Boolean({
      description: 'The password was bound to the channel, so that nobody sits in between',
    }),
    protocol: Type.Optional(Type.String({ examples: ['TLSv1.3'] })),
    cipher: Type.Optional(Type.String()),
    certificate: Type.Optional(ServerCertificate),
  },
  { description: 'What the session of the test used' },
)

const EffectiveTls = Type.Object(
  {
    mode: Words(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'], {
      description: 'The word of libpq for it',
    }),
    verifyChain: Type.Boolean(),
    verifyName: Type.Boolean(),
    expectedName: Type.Optional(Type.String({ description: 'The name that the certificate has to carry' })),
    roots: Words(['given', 'system', 'none']),
    clientCertificate: Type.Boolean(),
    allowDowngrade: Type.Boolean({ description: 'A session may end up in plaintext' }),
    used: Type.Optional(UsedTls),
  },
  { title: 'EffectiveTls', description: 'What the parameters mean for the encryption' },
)

const ServerFacts = Type.Object(
  {
    version: Type.String({ examples: ['18.0'] }),
    timeZone: Type.String(),
    encoding: Type.String(),
    isStandby: Type.Boolean(),
    pooler: Words(['none', 'session', 'transaction'], { description: 'What sits in between' }),
    maxConnections: Type.Integer(),
  },
  { title: 'ServerFacts', description: 'The server that answered' },
)

const FailedAttempt = Type.Object({
  encryption: Words(['plain', 'tls']),
  code: Type.String({ examples: ['TLS_NOT_OFFERED'] }),
})

export const Diagnosis = Type.Object(
  {
    code: Type.String({
      description: '`OK`, or the code of the worst finding. The connection doctor’s page lists them',
      examples: ['PASSWORD_REFUSED'],
    }),
    stage: Stage,
    message: Type.String({ description: 'The cause in one sentence' }),
    remedy: Type.Optional(Type.String({ description: 'What to do about it' })),
    findings: Type.Array(Finding, { description: 'Worst first' }),
    missingRights: Type.Array(MissingRight),
    tls: Type.Optional(EffectiveTls),
    failedAttempts: Type.Array(FailedAttempt, { description: 'Ways that were tried before' }),
    server: Type.Optional(ServerFacts),
    canReadInParallel: Type.Optional(Capability),
    canCaptureChanges: Type.Optional(Capability),
    warnings: Type.Array(Type.String(), { description: 'What was given but has no effect' }),
    elapsedMs: Type.Integer({ minimum: 0 }),
  },
  { title: 'Diagnosis', description: 'Everything that a test has found' },
)
export type Diagnosis = Static<typeof Diagnosis>

const REFUSED = {
  code: 'PASSWORD_REFUSED',
  stage: 'authenticate',
  message: 'The server refuses the password of the user reader.',
  remedy: 'Correct auth.params.password, or set the password of the user.',
} as const

export const TestResult = Type.Object(
  {
    result: Type.Boolean({ description: 'Whether a session could be opened and read on' }),
    diagnosis: Type.Optional(Diagnosis),
  },
  {
    title: 'TestResult',
    description: 'Whether a connection works, and if not, why and what to do',
    examples: [
      { result: true },
      {
        result: false,
        diagnosis: {
          ...REFUSED,
          findings: [{ severity: 'error', ...REFUSED, sqlState: '28P01' }],
          missingRights: [],
          tls: {
            mode: 'require',
            verifyChain: false,
            verifyName: false,
            roots: 'none',
            clientCertificate: false,
            allowDowngrade: false,
          },
          failedAttempts: [],
          warnings: [],
          elapsedMs: 41,
        },
      },
    ],
  },
)
export type TestResult = Static<typeof TestResult>
