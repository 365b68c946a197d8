import type { RunMessage } from '@headwater/contract/flow-service/run-metrics.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { Button, Content, Heading, InlineAlert, Link } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../api/client.ts'
import { useDoing } from '../../ui/actions.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { code, panel } from '../../ui/facts.tsx'
import { amount, count } from '../../ui/figures.ts'
import { Section } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { saveText } from '../../ui/save-file.ts'
import { Loaded } from '../../ui/states.tsx'

const SAMPLES = 'row_error_samples.json'
const SHOWN = 20

/** Why a run failed, what it had to say otherwise, and the rows that it set aside. */
export function RunErrors({ run, batchId }: { readonly run: Run; readonly batchId: string | undefined }) {
  const { status, errors = [], extensions } = run.metrics.statusSummary
  const messages = distinct([...errors, ...(extensions?.errors ?? [])])
  const drift = extensions?.drift ?? []
  if (messages.length === 0 && drift.length === 0) return null
  const hasFailed = status === 'failed'
  return (
    <Section title={hasFailed ? 'Why it failed' : 'What there is to know'}>
      {hasFailed && messages[0] !== undefined && (
        <InlineAlert variant="negative">
          <Heading>{messages[0].code}</Heading>
          <Content>{messages[0].message}</Content>
        </InlineAlert>
      )}
      {messages.length > (hasFailed ? 1 : 0) && <Messages messages={messages} />}
      {drift.length > 0 && (
        <DataTable
          label="Changes of the source"
          rows={drift}
          keyOf={({ code: key, message }) => key + message}
          columns={[
            { key: 'what', title: 'Change of the source', cell: ({ message }) => message },
            { key: 'effect', title: 'Effect', cell: ({ effect }) => effect },
            { key: 'action', title: 'What to do', cell: ({ action }) => action },
          ]}
        />
      )}
      <Replayed run={run} />
      {extensions?.manifest !== undefined && batchId !== undefined && <HeldRows batchId={batchId} />}
    </Section>
  )
}

function Messages({ messages }: { readonly messages: readonly RunMessage[] }) {
  return (
    <DataTable
      label="Messages of the run"
      rows={messages}
      keyOf={({ code: key, message }) => key + message}
      columns={[
        { key: 'code', title: 'Code', cell: ({ code: text }) => <span className={code}>{text}</span> },
        { key: 'message', title: 'Message', cell: ({ message }) => message },
        {
          key: 'rows',
          title: 'Rows',
          isFigure: true,
          cell: ({ recordCount }) => (recordCount === undefined ? '–' : count(recordCount)),
        },
      ]}
    />
  )
}

function Replayed({ run }: { readonly run: Run }) {
  const replay = run.metrics.statusSummary.extensions?.replay
  if (replay === undefined) return null
  const { of, byRun, recordCount, replayedRecordCount } = replay
  const other = of ?? byRun
  return (
    <p className={style({ font: 'body', margin: 0 })}>
      {of === undefined ? 'Replayed by ' : 'Replays the rows of '}
      {other !== undefined && <Link href={paths.run(other)}>another run</Link>}: {count(replayedRecordCount)}{' '}
      of {amount(recordCount, 'row')} have come in.
    </p>
  )
}

interface HeldRow {
  readonly _errors: readonly {
    readonly field: string
    readonly code: string
    readonly message: string
    readonly values?: readonly { readonly column: string; readonly text: string | null }[]
  }[]
  readonly _source?: { readonly key?: Readonly<Record<string, string>>; readonly ctid?: string }
}

/** Some of the rows that were set aside, with their reasons, and all of them as files. */
function HeldRows({ batchId }: { readonly batchId: string }) {
  const client = useClient()
  const samples = useQuery({
    queryKey: ['held-rows', batchId],
    queryFn: async ({ signal }) => await readLines(await openMeta(client, batchId, SAMPLES, signal)),
  })
  const files = useQuery({
    queryKey: ['held-files', batchId],
    queryFn: async ({ signal }) =>
      (await client.batches.listMeta(batchId, { path: 'row_errors', limit: 100 }, { signal })).data,
  })
  const save = useDoing({
    doIt: async (name: string) => {
      const text = await (await openMeta(client, batchId, `row_errors/${name}`, undefined)).text()
      saveText(name, text, 'application/x-ndjson')
    },
  })
  return (
    <div className={panel}>
      <h3 className={style({ font: 'title', margin: 0 })}>Rows that were set aside</h3>
      <Loaded query={samples} label="rows">
        {(rows) => (
          <DataTable
            label="Rows that were set aside"
            rows={rows.slice(0, SHOWN)}
            keyOf={(row) => JSON.stringify(row._source ?? row)}
            columns={[
              {
                key: 'row',
                title: 'Row',
                cell: ({ _source }) => <span className={code}>{nameOf(_source)}</span>,
              },
              {
                key: 'field',
                title: 'Field',
                cell: ({ _errors }) => (
                  <span className={code}>{_errors.map(({ field }) => field).join(', ')}</span>
                ),
              },
              {
                key: 'value',
                title: 'Value',
                cell: ({ _errors }) => (
                  <span className={code}>
                    {_errors
                      .flatMap(({ values = [] }) => values.map(({ text }) => text ?? 'NULL'))
                      .join(', ')}
                  </span>
                ),
              },
              {
                key: 'why',
                title: 'Why',
                cell: ({ _errors }) => _errors.map(({ message }) => message).join(' '),
              },
            ]}
          />
        )}
      </Loaded>
      <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' })}>
        {files.data?.map(({ name }) => (
          <Button
            key={name}
            variant="secondary"
            size="S"
            isPending={save.isPending}
            onPress={() => save.run(baseName(name))}
          >
            Download {baseName(name)}
          </Button>
        ))}
        <span className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>
          These files hold whole rows, with all the personal data in them.
        </span>
      </div>
    </div>
  )
}

function baseName(name: string): string {
  return name.split('/').at(-1) ?? name
}

async function openMeta(
  client: ReturnType<typeof useClient>,
  batchId: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return await client.batches.openMeta(batchId, path, signal === undefined ? {} : { signal })
}

async function readLines(response: Response): Promise<readonly HeldRow[]> {
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as HeldRow)
}

function nameOf(source: HeldRow['_source']): string {
  const key = Object.entries(source?.key ?? {}).map(([name, value]) => `${name} = ${value}`)
  return key.length > 0 ? key.join(', ') : (source?.ctid ?? 'row')
}

function distinct(messages: readonly RunMessage[]): readonly RunMessage[] {
  return [...new Map(messages.map((message) => [message.code + message.message, message])).values()]
}
