import type { Run } from '@headwater/contract/flow-service/runs.ts'
import type { RunDetail } from '@headwater/contract/monitoring/run-detail.ts'
import { Button, Link, Meter } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { useLive } from '../../api/live.tsx'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { code, type Fact, Facts, panel } from '../../ui/facts.tsx'
import { amount, bytes, count, duration, moment, short } from '../../ui/figures.ts'
import { HeatStrip } from '../../ui/heat-strip.tsx'
import { FigureTile, Page, Section, tiles } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { RunStatus } from '../../ui/run-status.tsx'
import { Loaded } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import { RunErrors } from './run-errors.tsx'
import { RunProofView } from './run-proof.tsx'
import { shareOf } from './runs-table.tsx'
import { Stages } from './stages.tsx'

/** One run: how far it is, what it did, what went wrong, and the proof. */
export function RunPage() {
  const { runId = '' } = useParams({ strict: false }) as { readonly runId?: string }
  const client = useClient()
  const run = useQuery({
    queryKey: ['run', runId],
    queryFn: ({ signal }) => client.runs.get(runId, { signal }),
  })
  const detail = useQuery({
    queryKey: ['run-detail', runId],
    queryFn: ({ signal }) => client.monitoring.run(runId, { signal }),
  })
  const flowName = detail.data?.flowName ?? 'Dataflow'
  const flowId = detail.data?.flowId
  return (
    <Page
      title={
        detail.data === undefined ? 'Run' : `Run of ${moment(detail.data.startedAt ?? detail.data.createdAt)}`
      }
      shortTitle="Run"
      badge={run.data && <RunStatus status={run.data.metrics.statusSummary.status} />}
      above={[
        { title: 'Dataflows', href: paths.flows },
        ...(flowId === undefined ? [] : [{ title: flowName, href: paths.flow(flowId) }]),
      ]}
      actions={run.data && <RunActions run={run.data} />}
    >
      <Loaded query={detail} label="run" heights={[96, 160, 200]}>
        {(found) => (
          <>
            <Progress detail={found} />
            {run.data !== undefined && <Outcome run={run.data} detail={found} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Progress({ detail }: { readonly detail: RunDetail }) {
  const live = useLive().progress.get(detail.id)
  const now = useNow(1_000)
  const isOver = detail.stage === 'ended'
  const [rows, size] = [
    Math.max(live?.rowsRead ?? 0, detail.rows),
    Math.max(live?.bytesRead ?? 0, detail.bytes),
  ]
  const took = detail.startedAt === undefined ? undefined : (detail.completedAt ?? now) - detail.startedAt
  const pace = isOver || live === undefined ? detail.rowsPerSecond : live.rowsPerSecond
  const flow = isOver || live === undefined ? detail.bytesPerSecond : live.bytesPerSecond
  return (
    <>
      <dl className={tiles}>
        <FigureTile
          label="Rows read"
          value={short(rows)}
          note={ofAbout(rows, detail.estimatedRows, isOver)}
        />
        <FigureTile
          label="Rows per second"
          value={short(pace)}
          note={isOver ? 'over the whole copy' : 'last few seconds'}
        />
        <FigureTile label="Throughput" value={`${bytes(flow)}/s`} note={`${bytes(size)} read`} />
        <FigureTile
          label={isOver ? 'Took' : 'Running for'}
          value={took === undefined ? '–' : duration(Math.max(0, took))}
        />
        {!isOver && (
          <FigureTile
            label="Time left"
            value={detail.etaMs === undefined ? '–' : `about ${duration(detail.etaMs)}`}
            note="at the pace so far"
          />
        )}
      </dl>
      <Section title={isOver ? 'Slices' : 'Progress'} note={relationOf(detail)}>
        <div className={panel}>
          {!isOver && detail.slicesTotal > 0 && (
            <Meter
              label="Copied"
              variant="informative"
              value={
                live === undefined
                  ? shareOf({ ...detail, rowsRead: rows, estimatedRows: detail.estimatedRows })
                  : shareOf(live)
              }
              styles={style({ width: 'full', maxWidth: 'full' })}
            />
          )}
          {detail.slices.length > 0 ? (
            <HeatStrip slices={detail.slices} />
          ) : (
            <p className={style({ font: 'body', margin: 0 })}>
              {WORDS_WITHOUT_SLICES[detail.stage] ?? 'This run read nothing.'}
            </p>
          )}
          <Stages detail={detail} />
        </div>
      </Section>
    </>
  )
}

const WORDS_WITHOUT_SLICES: Readonly<Partial<Record<RunDetail['stage'], string>>> = {
  waiting: 'The run waits for its time, or for another run of the same dataflow to end.',
  planning: 'A snapshot of the source is being taken and the table is cut into slices.',
}

function relationOf({ relation }: RunDetail): string | undefined {
  return relation === undefined ? undefined : `reads ${relation}`
}

function ofAbout(rows: number, estimated: number | undefined, isOver: boolean): string {
  if (isOver || estimated === undefined || estimated === 0) return count(rows)
  return `${count(rows)} of about ${count(estimated)}`
}

function Outcome({ run, detail }: { readonly run: Run; readonly detail: RunDetail }) {
  const {
    recordSummary: records,
    sizeSummary: sizes,
    fileSummary: files,
    durationSummary: times,
  } = run.metrics
  const window = times?.extensions
  const facts: readonly Fact[] = [
    [
      'Received',
      records?.inputRecordCount === undefined ? undefined : amount(records.inputRecordCount, 'record'),
    ],
    [
      'Ingested',
      records?.outputRecordCount === undefined ? undefined : amount(records.outputRecordCount, 'record'),
    ],
    [
      'Skipped',
      records?.skippedRecordCount === undefined ? undefined : amount(records.skippedRecordCount, 'record'),
    ],
    [
      'Failed',
      records?.failedRecordCount === undefined ? undefined : amount(records.failedRecordCount, 'record'),
    ],
    [
      'Written',
      sizes?.outputBytes === undefined
        ? undefined
        : `${bytes(sizes.outputBytes)} in ${amount(files?.outputFileCount ?? 0, 'file')}`,
    ],
    [
      'Window',
      window === undefined
        ? undefined
        : `${window.windowStart === 0 ? 'the beginning' : moment(window.windowStart)} to ${moment(window.windowEnd)}`,
    ],
    ['Asked for by', ORIGINS[detail.origin]],
    ['Dataset', detail.datasetId && <Link href={paths.dataset(detail.datasetId)}>{detail.datasetId}</Link>],
    ['Batch', detail.batchId && <span className={code}>{detail.batchId}</span>],
    [
      'Run id',
      <span key="id" className={code}>
        {run.id}
      </span>,
    ],
    ['Planned', detail.epoch > 1 ? `${detail.epoch} times` : undefined],
  ]
  return (
    <>
      <RunErrors run={run} batchId={detail.batchId} />
      {run.proof !== undefined && <RunProofView proof={run.proof} />}
      <Section title="Details">
        <div className={panel}>
          <Facts facts={facts} />
        </div>
      </Section>
    </>
  )
}

const ORIGINS: Readonly<Record<RunDetail['origin'], string>> = {
  schedule: 'the schedule',
  request: 'a request',
  retry: 'a repetition of another run',
  replay: 'a replay of rows that were set aside',
}

/** What can be done with a run as it stands. */
function RunActions({ run }: { readonly run: Run }) {
  const client = useClient()
  const [dialog, ask] = useQuestion()
  const cancel = useDoing({ doIt: () => client.runs.cancel(run.id), done: 'The run ends now.' })
  const again = useDoing({
    doIt: () => client.runs.retrigger(run.id),
    done: 'A new run over the same window begins.',
  })
  const replay = useDoing({
    doIt: () => client.runs.replay(run.id),
    done: 'The rows that were set aside are tried again.',
  })
  const { status, extensions } = run.metrics.statusSummary
  const isOver = status === 'success' || status === 'failed'
  const isHeld = (run.metrics.recordSummary?.failedRecordCount ?? 0) > 0 && extensions?.manifest !== undefined
  return (
    <>
      {dialog}
      {isOver && isHeld && extensions?.replay?.byRun === undefined && (
        <Button variant="secondary" isPending={replay.isPending} onPress={() => replay.run(undefined)}>
          Replay failed rows
        </Button>
      )}
      {status === 'failed' && (
        <Button variant="accent" isPending={again.isPending} onPress={() => again.run(undefined)}>
          Run again
        </Button>
      )}
      {!isOver && (
        <Button
          variant="negative"
          isPending={cancel.isPending}
          onPress={() =>
            ask({
              title: 'Cancel this run?',
              words: 'Nothing of it is ingested. The window is taken by the next run.',
              verb: 'Cancel run',
              isDestructive: true,
              onYes: () => cancel.run(undefined),
            })
          }
        >
          Cancel run
        </Button>
      )}
    </>
  )
}
