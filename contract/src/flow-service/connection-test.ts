import { Type } from 'typebox'
import { AnyObject, OPEN, Texts } from './parts.ts'

/** What the test of a connection finds. */

const Finding = Type.Object({
  severity: Type.Enum(['error', 'warning', 'notice']),
  stage: Type.String(),
  code: Type.String({ description: 'Stable', examples: ['SELECT_MISSING'] }),
  message: Type.String({ description: 'One sentence with the offending value' }),
  remedy: Type.String({ description: 'What to do about it' }),
  sqlState: Type.Optional(Type.String({ description: "The server's own code, where the server refused" })),
})

const Capability = Type.Object({
  isPossible: Type.Boolean(),
  reasons: Type.Array(Finding, { description: 'Everything that is in its way' }),
})

const MissingRight = Type.Object({
  privilege: Type.Enum(['USAGE', 'SELECT']),
  kind: Type.Enum(['schema', 'relation', 'columns']),
  object: Type.String(),
  columns: Type.Optional(Type.Array(Type.String())),
  statement: Type.String({ description: 'SQL that gives it' }),
})

const EffectiveTls = Type.Object(
  {
    mode: Type.String({ description: "libpq's word for it" }),
    verifyChain: Type.Boolean(),
    verifyName: Type.Boolean(),
    expectedName: Type.Optional(Type.String()),
    roots: Type.Enum(['given', 'system', 'none']),
    clientCertificate: Type.Boolean(),
    allowDowngrade: Type.Boolean({ description: 'A session may end up in plaintext' }),
    used: AnyObject('What the session of this test used: encryption, protocol, cipher, certificate'),
  },
  OPEN,
)

const DiagnosisResult = Type.Object(
  {
    code: Type.String({
      description: '`OK`, or the code of the worst finding',
      examples: ['PASSWORD_REFUSED'],
    }),
    stage: Type.String({
      description: 'parameters, resolve, dial, tls, authenticate, database, privileges or settings',
    }),
    message: Type.String({ description: 'The cause in one sentence' }),
    remedy: Type.Optional(Type.String()),
    findings: Type.Optional(Type.Array(Finding, { description: 'Worst first' })),
    missingRights: Type.Optional(Type.Array(MissingRight)),
    tls: Type.Optional(EffectiveTls),
    failedAttempts: Type.Optional(
      Type.Array(Type.Object({ encryption: Type.String(), code: Type.String() })),
    ),
    server: AnyObject('Version, time zone, encoding, pooler, whether it is a standby'),
    canReadInParallel: Type.Optional(Capability),
    canCaptureChanges: Type.Optional(Capability),
    warnings: Texts('What was given but has no effect'),
    elapsedMs: Type.Optional(Type.Integer()),
  },
  OPEN,
)

export const TestResult = Type.Object(
  { result: Type.Boolean(), diagnosis: Type.Optional(DiagnosisResult) },
  OPEN,
)
