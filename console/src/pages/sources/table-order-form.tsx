import { orderTable } from '@headwater/client/order-table.ts'
import type { ExploredTable } from '@headwater/contract/explore.ts'
import {
  Button,
  Checkbox,
  CheckboxGroup,
  Form,
  NumberField,
  Picker,
  PickerItem,
  Switch,
  TextField,
} from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useClient } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { panel } from '../../ui/facts.tsx'
import { Section } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/states.tsx'
import { useUrlState } from '../../ui/url-state.ts'
import { shown } from '../datasets/flatten.ts'

export interface TableOrderFormProps {
  readonly connectionId: string
  readonly table: string
  readonly explored: ExploredTable
}

const UNITS = { once: 'Once', minute: 'Minutes', hour: 'Hours', day: 'Days', week: 'Weeks' } as const
type Unit = keyof typeof UNITS

const NONE = 'none'

/** What of a table is brought, when, and under which name. What is filled in stands in the address. */
export function TableOrderForm({ connectionId, table, explored }: TableOrderFormProps) {
  const client = useClient()
  const navigate = useNavigate()
  const all = explored.schema.columns.map(({ name }) => name)
  const [left, setLeft] = useUrlState<string>('without', '')
  const without = new Set(left === '' ? [] : left.split(',').map(decodeURIComponent))
  const [name, setName] = useUrlState<string>('name', table.replace(/^public\./, ''))
  const [where, setWhere] = useUrlState<string>('where', '')
  const [watermark, setWatermark] = useUrlState<string>('watermark', NONE)
  const [unit, setUnit] = useUrlState<Unit>('every', 'once')
  const [times, setTimes] = useUrlState<string>('interval', '1')
  const [share, setShare] = useUrlState<string>('tolerates', NONE)
  const interval = unit === 'minute' ? Math.max(Number(times), 15) : Number(times)
  const isTolerant = share !== NONE
  const finish = useMutation({
    mutationFn: () =>
      orderTable(client, {
        ...{ connectionId, tableName: table, name: name.trim() },
        columns: without.size === 0 ? undefined : all.filter((column) => !without.has(column)),
        where: where.trim() === '' ? undefined : where.trim(),
        watermark: watermark === NONE ? undefined : watermark,
        errorPercent: isTolerant ? Number(share) : undefined,
        schedule: unit === 'once' ? undefined : { frequency: unit, interval },
      }),
    onSuccess: ({ flowId }) => void navigate({ to: paths.flow(flowId) } as never),
  })
  return (
    <>
      <Section title="Rows" note="the first 10">
        <Rows explored={explored} without={without} />
      </Section>
      <Section title="Dataflow">
        <div className={panel}>
          {finish.error !== null && <Problem error={finish.error} />}
          <Form
            onSubmit={(event) => {
              event.preventDefault()
              finish.mutate()
            }}
          >
            <TextField
              label="Name"
              isRequired
              value={name}
              onChange={setName}
              description="Of the dataflow, its dataset and its schema"
            />
            <CheckboxGroup
              label="Columns"
              value={all.filter((column) => !without.has(column))}
              onChange={(kept) => setLeft(listOf(all.filter((column) => !kept.includes(column))))}
              isInvalid={without.size === all.length}
              errorMessage="Choose one column at least."
            >
              {explored.schema.columns.map(({ name: column, meta }) => (
                <Checkbox key={column} value={column}>
                  {column} <span className={style({ color: 'neutral-subdued' })}>{meta.originalType}</span>
                </Checkbox>
              ))}
            </CheckboxGroup>
            <TextField
              label="Only rows where"
              value={where}
              onChange={setWhere}
              description={
                'In Profile Query Language, e.g. city like "Los%" and amount > 0; every row when empty'
              }
            />
            <Picker
              label="New rows are known by"
              selectedKey={watermark}
              onSelectionChange={(key) => setWatermark(String(key))}
              description="Without a column every run brings everything once more."
            >
              {[
                <PickerItem key={NONE} id={NONE}>
                  No column
                </PickerItem>,
                ...explored.meta.watermarkCandidates.map(({ name: column, type }) => (
                  <PickerItem key={column} id={column} textValue={column}>
                    {`${column} (${type})`}
                  </PickerItem>
                )),
              ]}
            </Picker>
            <Picker label="Every" selectedKey={unit} onSelectionChange={(key) => setUnit(key as Unit)}>
              {Object.entries(UNITS).map(([key, title]) => (
                <PickerItem key={key} id={key}>
                  {title}
                </PickerItem>
              ))}
            </Picker>
            {unit !== 'once' && (
              <NumberField
                label="Interval"
                minValue={unit === 'minute' ? 15 : 1}
                step={1}
                value={interval}
                onChange={(count) => setTimes(String(count))}
              />
            )}
            <Switch isSelected={isTolerant} onChange={(isOn) => setShare(isOn ? '5' : NONE)}>
              Set rows aside that cannot land
            </Switch>
            {isTolerant && (
              <NumberField
                label="Up to so many percent"
                minValue={1}
                maxValue={100}
                value={Number(share)}
                onChange={(percent) => setShare(String(percent))}
              />
            )}
            <div>
              <Button
                type="submit"
                variant="accent"
                isPending={finish.isPending}
                isDisabled={name.trim() === '' || without.size === all.length}
              >
                Finish
              </Button>
            </div>
          </Form>
        </div>
      </Section>
    </>
  )
}

/** Names as they may stand in the address: a comma is part of a name as any other character. */
function listOf(names: readonly string[]): string {
  return names.map(encodeURIComponent).join(',')
}

type Row = Readonly<Record<string, unknown>>

function Rows({
  explored,
  without,
}: {
  readonly explored: ExploredTable
  readonly without: ReadonlySet<string>
}) {
  const rows = (explored.data ?? []) as readonly Row[]
  const columns = explored.schema.columns.filter(({ name }) => !without.has(name))
  if (rows.length === 0) return <p>There are no rows yet.</p>
  return (
    <DataTable
      label="First rows"
      rows={rows}
      keyOf={(row: Row) => String(rows.indexOf(row))}
      columns={columns.map(({ name, meta }) => ({
        key: name,
        title: meta.primaryKeyPosition === undefined ? name : `${name} (key)`,
        isFigure: rows.every(
          (row) => row[name] === undefined || row[name] === null || typeof row[name] === 'number',
        ),
        cell: (row: Row) => shown(row[name]),
      }))}
    />
  )
}
