import {
  ActionMenu,
  Link,
  LinkButton,
  MenuItem,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  Text,
} from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { code, Facts, panel } from '../../ui/facts.tsx'
import { ago, bytes, count, short } from '../../ui/figures.ts'
import { FigureTile, Page, tiles } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { BatchStatus } from '../../ui/run-status.tsx'
import { Loaded } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { useNow } from '../../ui/use-now.ts'
import { Attach } from './attach.tsx'
import { Batches } from './batches.tsx'
import { type Dataset, statsOf, tableNameOf } from './dataset-facts.ts'
import { LabelsEditor } from './labels-editor.tsx'
import { Preview } from './preview.tsx'
import { SqlBox } from './sql-box.tsx'
import { FieldList, FileList, SnapshotList } from './table-parts.tsx'

const TABS = {
  preview: 'Preview',
  schema: 'Schema',
  batches: 'Batches',
  snapshots: 'Snapshots',
  files: 'Files',
  sql: 'SQL',
  attach: 'Attach',
  labels: 'Labels',
} as const

/** One dataset: what is in it, how it came there, and how to read it. */
export function DatasetPage() {
  const { datasetId = '' } = useParams({ strict: false }) as { readonly datasetId?: string }
  const client = useClient()
  const query = useQuery({
    queryKey: ['dataset', datasetId],
    queryFn: ({ signal }) => client.datasets.get(datasetId, { signal }),
  })
  return (
    <Page
      title={query.data?.name ?? 'Dataset'}
      badge={query.data?.lastBatchStatus && <BatchStatus status={query.data.lastBatchStatus} />}
      above={[{ title: 'Datasets', href: paths.datasets }]}
      actions={query.data && <DatasetActions dataset={query.data} />}
    >
      <Loaded query={query} label="dataset" heights={[96, 120, 320]}>
        {(dataset) => <Parts dataset={dataset} />}
      </Loaded>
    </Page>
  )
}

function Parts({ dataset }: { readonly dataset: Dataset }) {
  const now = useNow()
  const [tab, setTab] = useUrlState<keyof typeof TABS>('tab', 'preview')
  const { rows, bytes: size, files } = statsOf(dataset)
  return (
    <>
      <dl className={tiles}>
        <FigureTile label="Rows" value={short(rows)} note={count(rows)} />
        <FigureTile label="Size" value={bytes(size)} />
        <FigureTile label="Files" value={count(files)} />
        <FigureTile label="Changed" value={ago(dataset.updated, now)} />
      </dl>
      <div className={panel}>
        <Facts
          facts={[
            [
              'Name in SQL',
              <span key="t" className={code}>
                {tableNameOf(dataset)}
              </span>,
            ],
            [
              'Schema',
              <Link key="s" href={paths.schema(dataset.schemaRef.id)}>
                Open schema
              </Link>,
            ],
            ['Kind', dataset.classification.dataBehavior],
            [
              'Id',
              <span key="i" className={code}>
                {dataset.id}
              </span>,
            ],
          ]}
        />
      </div>
      <Tabs
        aria-label="Parts of the dataset"
        selectedKey={tab}
        onSelectionChange={(key) => setTab(key as keyof typeof TABS)}
      >
        <TabList>
          {Object.entries(TABS).map(([key, title]) => (
            <Tab key={key} id={key}>
              {title}
            </Tab>
          ))}
        </TabList>
        {Object.keys(TABS).map((key) => (
          <TabPanel key={key} id={key}>
            <div
              className={style({
                paddingTop: 16,
                display: 'flex',
                flexDirection: 'column',
                gap: 16,
                minWidth: 0,
              })}
            >
              {key === tab && <Part tab={tab} dataset={dataset} />}
            </div>
          </TabPanel>
        ))}
      </Tabs>
    </>
  )
}

function Part({ tab, dataset }: { readonly tab: keyof typeof TABS; readonly dataset: Dataset }) {
  const { id } = dataset
  switch (tab) {
    case 'preview':
      return <Preview datasetId={id} />
    case 'schema':
      return <FieldList datasetId={id} />
    case 'batches':
      return <Batches datasetId={id} />
    case 'snapshots':
      return <SnapshotList datasetId={id} />
    case 'files':
      return <FileList datasetId={id} />
    case 'sql':
      return <SqlBox tableName={tableNameOf(dataset)} />
    case 'attach':
      return <Attach datasetId={id} />
    case 'labels':
      return <LabelsEditor datasetId={id} />
  }
}

function DatasetActions({ dataset }: { readonly dataset: Dataset }) {
  const client = useClient()
  const navigate = useNavigate()
  const [dialog, ask] = useQuestion()
  const remove = useDoing({
    doIt: () => client.datasets.delete(dataset.id),
    done: 'The dataset is deleted.',
    onDone: () => void navigate({ to: paths.datasets } as never),
  })
  return (
    <>
      {dialog}
      <LinkButton variant="secondary" href={`${paths.dataset(dataset.id)}?tab=sql`}>
        Query
      </LinkButton>
      <ActionMenu
        aria-label="More actions"
        isQuiet
        onAction={() =>
          ask({
            title: `Delete ${dataset.name}?`,
            words:
              'All of its rows, batches and files go for good. A dataset that a dataflow writes into is refused: delete the dataflow first.',
            verb: 'Delete dataset',
            isDestructive: true,
            onYes: () => remove.run(undefined),
          })
        }
      >
        <MenuItem id="delete" textValue="Delete">
          <Text slot="label">Delete</Text>
        </MenuItem>
      </ActionMenu>
    </>
  )
}
