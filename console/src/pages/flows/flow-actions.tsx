import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { ActionMenu, Button, MenuItem, Text } from '@react-spectrum/s2'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { paths } from '../../ui/paths.ts'
import { BackfillDialog } from './backfill-dialog.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'

type Act = 'run' | 'backfill' | 'schedule' | 'toggle' | 'delete'

/** Everything that can be done with a flow, and the dialogs that it takes. */
export function useFlowActions(flow: Flow): {
  readonly act: (act: Act) => void
  readonly dialogs: ReactNode
  readonly isRunning: boolean
} {
  const client = useClient()
  const navigate = useNavigate()
  const [dialog, ask] = useQuestion()
  const [open, setOpen] = useState<'backfill' | 'schedule'>()
  const isEnabled = flow.state === 'enabled'
  const goTo = (to: string) => void navigate({ to } as never)
  const run = useDoing({
    doIt: () => client.runs.create({ flowId: flow.id }),
    done: 'A run was asked for.',
    onDone: ({ id }) => goTo(paths.run(id)),
  })
  const toggle = useDoing({
    doIt: () => (isEnabled ? client.flows.disable(flow.id) : client.flows.enable(flow.id)),
    done: isEnabled
      ? 'The dataflow is disabled. A run that is under way goes on to its end.'
      : 'The dataflow is enabled.',
  })
  const remove = useDoing({
    doIt: () => client.flows.delete(flow.id),
    done: 'The dataflow is deleted. What it has brought stays.',
    onDone: () => goTo(paths.flows),
  })
  const acts: Readonly<Record<Act, () => void>> = {
    run: () => run.run(undefined),
    backfill: () => setOpen('backfill'),
    schedule: () => setOpen('schedule'),
    toggle: () => toggle.run(undefined),
    delete: () =>
      ask({
        title: `Delete ${flow.name ?? 'this dataflow'}?`,
        words:
          'Its schedule ends, runs that wait are cancelled, and a run that is under way is stopped. Rows that have landed stay in the dataset.',
        verb: 'Delete',
        isDestructive: true,
        onYes: () => remove.run(undefined),
      }),
  }
  const dialogs = (
    <>
      {dialog}
      <BackfillDialog flow={flow} isOpen={open === 'backfill'} onClose={() => setOpen(undefined)} />
      <ScheduleDialog flow={flow} isOpen={open === 'schedule'} onClose={() => setOpen(undefined)} />
    </>
  )
  return { act: (act) => acts[act](), dialogs, isRunning: run.isPending }
}

/** The menu at the end of a row. */
export function FlowMenu({ flow }: { readonly flow: Flow }) {
  const { act, dialogs } = useFlowActions(flow)
  const isEnabled = flow.state === 'enabled'
  return (
    <>
      {dialogs}
      <ActionMenu
        aria-label={`Actions for ${flow.name ?? 'dataflow'}`}
        isQuiet
        onAction={(key) => act(key as Act)}
        disabledKeys={isEnabled ? [] : ['run', 'backfill']}
      >
        <MenuItem id="run" textValue="Run now">
          <Text slot="label">Run now</Text>
        </MenuItem>
        <MenuItem id="backfill" textValue="Backfill a window">
          <Text slot="label">Backfill a window</Text>
        </MenuItem>
        <MenuItem id="schedule" textValue="Edit schedule">
          <Text slot="label">Edit schedule</Text>
        </MenuItem>
        <MenuItem id="toggle" textValue={isEnabled ? 'Disable' : 'Enable'}>
          <Text slot="label">{isEnabled ? 'Disable' : 'Enable'}</Text>
        </MenuItem>
        <MenuItem id="delete" textValue="Delete">
          <Text slot="label">Delete</Text>
        </MenuItem>
      </ActionMenu>
    </>
  )
}

/** The buttons at the head of a flow's own page. */
export function FlowButtons({ flow }: { readonly flow: Flow }) {
  const { act, dialogs, isRunning } = useFlowActions(flow)
  return (
    <>
      {dialogs}
      <Button
        variant="accent"
        isDisabled={flow.state !== 'enabled'}
        isPending={isRunning}
        onPress={() => act('run')}
      >
        Run now
      </Button>
      <FlowMenu flow={flow} />
    </>
  )
}
