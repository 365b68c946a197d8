import type { Diagnosis, Finding, TestResult } from '@headwater/contract/flow-service/connection-test.ts'
import { Button, Content, Heading, InlineAlert, StatusLight } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { code, type Fact, Facts, panel } from '../../ui/facts.tsx'
import { duration } from '../../ui/figures.ts'
import { Section } from '../../ui/page.tsx'
import { Outline, Problem } from '../../ui/states.tsx'

const STAGES = [
  ['parameters', 'Parameters'],
  ['resolve', 'Name'],
  ['dial', 'Network'],
  ['tls', 'Encryption'],
  ['authenticate', 'Sign in'],
  ['database', 'Database'],
  ['query', 'Query'],
  ['privileges', 'Rights'],
  ['settings', 'Settings'],
] as const

export interface DoctorProps {
  readonly connectionId: string
  /** Tests at once; else when asked to. */
  readonly isEager?: boolean | undefined
}

/** Tests an account, and shows how far the test came and what it found. */
export function Doctor({ connectionId, isEager = false }: DoctorProps) {
  const client = useClient()
  const test = useMutation({ mutationFn: () => client.connections.test(connectionId) })
  const { mutate } = test
  useEffect(() => {
    if (isEager) mutate()
  }, [isEager, mutate])
  return (
    <Section
      title="Test"
      note={test.data?.diagnosis && `took ${duration(test.data.diagnosis.elapsedMs)}`}
      actions={
        <Button variant="secondary" isPending={test.isPending} onPress={() => test.mutate()}>
          {test.data === undefined ? 'Test account' : 'Test again'}
        </Button>
      }
    >
      <div className={panel} aria-live="polite">
        {test.isPending && <Outline label="test" heights={[32, 60]} />}
        {test.error !== null && <Problem error={test.error} />}
        {!test.isPending && test.data !== undefined && <Found test={test.data} />}
        {test.isIdle && (
          <p className={style({ font: 'body', margin: 0 })}>
            The test goes all the way that a run goes: name, network, encryption, sign in, rights, settings.
          </p>
        )}
      </div>
    </Section>
  )
}

function Found({ test: { result, diagnosis } }: { readonly test: TestResult }) {
  return (
    <>
      <Stages diagnosis={diagnosis} isSound={result} />
      {diagnosis !== undefined && (
        <>
          <Verdict diagnosis={diagnosis} isSound={result} />
          <Findings
            findings={diagnosis.findings.filter(({ code: key }) => key !== diagnosis.code || result)}
          />
          <MissingRights diagnosis={diagnosis} />
          <ServerFacts diagnosis={diagnosis} />
        </>
      )}
    </>
  )
}

interface Judged {
  readonly diagnosis: Diagnosis | undefined
  readonly isSound: boolean
}

type Mark = 'done' | 'warned' | 'failed' | 'skipped'
const MARK_WORDS: Readonly<Record<Mark, string>> = {
  done: 'sound',
  warned: 'with warnings',
  failed: 'failed here',
  skipped: 'not reached',
}

/** Each stage that a test goes through, and how it went. */
function Stages({ diagnosis, isSound }: Judged) {
  const failedAt = STAGES.findIndex(([key]) => key === diagnosis?.stage)
  const markOf = (index: number, key: string): Mark => {
    if (!isSound && index === failedAt) return 'failed'
    if (!isSound && index > failedAt) return 'skipped'
    return diagnosis?.findings.some(({ stage, severity }) => stage === key && severity !== 'notice') === true
      ? 'warned'
      : 'done'
  }
  return (
    <ol
      aria-label="Stages of the test"
      className={style({
        display: 'grid',
        gridTemplateColumns: 'repeat(auto-fit, minmax(96px, 1fr))',
        gap: 8,
        margin: 0,
        padding: 0,
        listStyleType: 'none',
      })}
    >
      {STAGES.map(([key, title], index) => (
        <li key={key} className={stage({ mark: markOf(index, key) })}>
          <span className={style({ font: 'title-xs' })}>{title}</span>
          <span className={style({ font: 'ui-xs' })}>{MARK_WORDS[markOf(index, key)]}</span>
        </li>
      ))}
    </ol>
  )
}

const stage = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 2,
  padding: 8,
  borderRadius: 'default',
  borderWidth: 0,
  borderTopWidth: 4,
  borderStyle: 'solid',
  backgroundColor: 'gray-75',
  color: 'neutral',
  borderColor: { mark: { done: 'green-800', warned: 'orange-800', failed: 'red-800', skipped: 'gray-300' } },
})

function Verdict({
  diagnosis: { code: key, message, remedy },
  isSound,
}: Judged & { readonly diagnosis: Diagnosis }) {
  if (isSound) return <StatusLight variant="positive">{message}</StatusLight>
  return (
    <InlineAlert variant="negative">
      <Heading>{key}</Heading>
      <Content>
        {message} {remedy}
      </Content>
    </InlineAlert>
  )
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return (
    <DataTable
      label="Findings"
      rows={findings}
      keyOf={(finding) => finding.code + finding.message}
      columns={[
        { key: 'message', title: 'Finding', cell: ({ message }) => message },
        { key: 'severity', title: 'Weight', cell: ({ severity }) => <Severity severity={severity} /> },
        { key: 'remedy', title: 'What to do', cell: ({ remedy }) => remedy },
        { key: 'code', title: 'Code', cell: ({ code: key }) => <span className={code}>{key}</span> },
      ]}
    />
  )
}

function Severity({ severity }: Pick<Finding, 'severity'>) {
  const variant = ({ error: 'negative', warning: 'notice', notice: 'informative' } as const)[severity]
  return <StatusLight variant={variant}>{severity}</StatusLight>
}

function MissingRights({ diagnosis: { missingRights } }: { readonly diagnosis: Diagnosis }) {
  if (missingRights.length === 0) return null
  const statements = missingRights.map(({ statement }) => statement).join('\n')
  return (
    <div>
      <h3 className={style({ font: 'title-sm', marginTop: 0, marginBottom: 8 })}>Rights to be granted</h3>
      <pre
        className={style({
          font: 'code-sm',
          margin: 0,
          padding: 12,
          borderRadius: 'default',
          backgroundColor: 'gray-75',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        })}
      >
        {statements}
      </pre>
    </div>
  )
}

function ServerFacts({ diagnosis: { server, tls, canReadInParallel } }: { readonly diagnosis: Diagnosis }) {
  const facts: readonly Fact[] = [
    ['PostgreSQL', server?.version],
    ['Standby', server && (server.isStandby ? 'yes' : 'no')],
    ['Pooler', server?.pooler],
    ['Time zone', server?.timeZone],
    [
      'Encryption',
      tls?.used === undefined ? undefined : tls.used.encrypted ? (tls.used.protocol ?? 'TLS') : 'none',
    ],
    ['Parallel reading', canReadInParallel && (canReadInParallel.isPossible ? 'possible' : 'not possible')],
  ]
  return <Facts facts={facts} />
}
