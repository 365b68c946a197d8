import type { RunProof } from '@headwater/contract/flow-service/run-metrics.ts'
import { Disclosure, DisclosurePanel, DisclosureTitle, StatusLight } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { DataTable } from '../../ui/data-table.tsx'
import { code, panel } from '../../ui/facts.tsx'
import { amount, count } from '../../ui/figures.ts'
import { Section } from '../../ui/page.tsx'

type Digest = RunProof['digests'][number]

/** What left PostgreSQL beside what was read back from the lake. */
export function RunProofView({ proof }: { readonly proof: RunProof }) {
  const { rowsRead, rowsLanded, rowsSetAside, fields, agreeing, source, level } = proof
  const isEven = rowsRead === rowsLanded + rowsSetAside && fields === agreeing
  return (
    <Section title="Proof" note={level === undefined ? undefined : `level ${level}`}>
      <div className={panel}>
        <StatusLight variant={isEven ? 'positive' : 'negative'}>
          {isEven ? 'What left PostgreSQL is what is in the lake' : 'The two sides differ'}
        </StatusLight>
        <p className={style({ font: 'body', margin: 0 })}>
          {amount(rowsRead, 'row')} read, {count(rowsLanded)} landed, {count(rowsSetAside)} set aside.{' '}
          {fields > 0 && `${count(agreeing)} of ${amount(fields, 'field')} agree, read back by DuckDB. `}
          {source !== undefined &&
            `PostgreSQL counted ${amount(source.columns, 'column')} itself, ${count(source.byValue)} of them value by value.`}
        </p>
        {proof.digests.length > 0 && (
          <Disclosure size="S" isQuiet>
            <DisclosureTitle>Digests of all fields</DisclosureTitle>
            <DisclosurePanel>
              <Digests digests={proof.digests} />
            </DisclosurePanel>
          </Disclosure>
        )}
      </div>
    </Section>
  )
}

function Digests({ digests }: { readonly digests: readonly Digest[] }) {
  return (
    <DataTable
      label="Digests of all fields"
      rows={digests}
      keyOf={({ path }) => path}
      columns={[
        { key: 'field', title: 'Field', cell: ({ path }) => <span className={code}>{path}</span> },
        { key: 'agree', title: 'Both sides', cell: (digest) => <Agreement digest={digest} /> },
        { key: 'values', title: 'Values', isFigure: true, cell: ({ valueCount }) => count(valueCount) },
        { key: 'nulls', title: 'Nulls', isFigure: true, cell: ({ nullCount }) => count(nullCount) },
        {
          key: 'sent',
          title: 'Sent',
          cell: ({ sent }) => <span className={code}>{sent?.digest ?? '–'}</span>,
        },
        {
          key: 'landed',
          title: 'Read back',
          cell: ({ digest }) => <span className={code}>{digest ?? '–'}</span>,
        },
      ]}
    />
  )
}

function Agreement({ digest: { sent, ...landed } }: { readonly digest: Digest }) {
  const isSame =
    sent === undefined ||
    (sent.digest === landed.digest &&
      sent.valueCount === landed.valueCount &&
      sent.nullCount === landed.nullCount)
  return <StatusLight variant={isSame ? 'positive' : 'negative'}>{isSame ? 'agree' : 'differ'}</StatusLight>
}
