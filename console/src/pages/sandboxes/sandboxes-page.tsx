import type { Sandbox } from '@headwater/contract/sandboxes.ts'
import {
  ActionMenu,
  Badge,
  Button,
  ButtonGroup,
  Content,
  Dialog,
  DialogContainer,
  Form,
  Heading,
  MenuItem,
  Picker,
  PickerItem,
  StatusLight,
  Text,
  TextField,
} from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { code } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'

/** Spaces of their own inside the organisation. */
export function SandboxesPage() {
  const client = useClient()
  const [isMaking, setMaking] = useState(false)
  const [renamed, rename] = useState<Sandbox>()
  const query = useQuery({
    queryKey: ['sandboxes', 'all'],
    queryFn: ({ signal }) => client.sandboxes.list({}, { signal }),
  })
  return (
    <Page
      title="Sandboxes"
      description="Each has connections, dataflows, schemas and datasets of its own."
      actions={
        <Button variant="accent" onPress={() => setMaking(true)}>
          Create sandbox
        </Button>
      }
    >
      <DialogContainer onDismiss={() => setMaking(false)}>
        {isMaking && <CreateDialog onClose={() => setMaking(false)} />}
      </DialogContainer>
      <DialogContainer onDismiss={() => rename(undefined)}>
        {renamed !== undefined && <RenameDialog sandbox={renamed} onClose={() => rename(undefined)} />}
      </DialogContainer>
      <Loaded query={query} label="sandboxes">
        {({ sandboxes }) => (
          <DataTable
            label="Sandboxes"
            rows={sandboxes}
            keyOf={({ name }) => name}
            actions={(sandbox) => <SandboxMenu sandbox={sandbox} onRename={() => rename(sandbox)} />}
            columns={[
              { key: 'title', title: 'Sandbox', cell: (sandbox) => <Named sandbox={sandbox} /> },
              { key: 'name', title: 'Name', cell: ({ name }) => <span className={code}>{name}</span> },
              { key: 'type', title: 'For', cell: ({ type }) => type },
              { key: 'state', title: 'State', cell: ({ state }) => <State state={state} /> },
              { key: 'made', title: 'Made', cell: ({ createdDate }) => `${createdDate} UTC` },
            ]}
          />
        )}
      </Loaded>
    </Page>
  )
}

function Named({ sandbox: { title, isDefault } }: { readonly sandbox: Sandbox }) {
  return (
    <span className={style({ display: 'inline-flex', alignItems: 'center', gap: 8 })}>
      {title}
      {isDefault && (
        <Badge variant="neutral" size="S" fillStyle="subtle">
          default
        </Badge>
      )}
    </span>
  )
}

function State({ state }: { readonly state: Sandbox['state'] }) {
  const variant = state === 'active' ? 'positive' : state === 'failed' ? 'negative' : 'yellow'
  return <StatusLight variant={variant}>{state}</StatusLight>
}

function SandboxMenu({ sandbox, onRename }: { readonly sandbox: Sandbox; readonly onRename: () => void }) {
  const client = useClient()
  const [dialog, ask] = useQuestion()
  const { name, title, isDefault } = sandbox
  const reset = useDoing({ doIt: () => client.sandboxes.reset(name), done: 'The sandbox is being emptied.' })
  const remove = useDoing({
    doIt: () => client.sandboxes.delete(name),
    done: 'The sandbox is being deleted.',
  })
  const act = (key: unknown): void => {
    if (key === 'rename') return onRename()
    const isReset = key === 'reset'
    ask({
      title: isReset ? `Empty ${title}?` : `Delete ${title}?`,
      words: 'Its connections, dataflows, schemas, datasets and all of their rows go for good.',
      verb: isReset ? 'Empty sandbox' : 'Delete sandbox',
      isDestructive: true,
      onYes: () => (isReset ? reset : remove).run(undefined),
    })
  }
  return (
    <>
      {dialog}
      <ActionMenu
        aria-label={`Actions for ${title}`}
        isQuiet
        onAction={act}
        disabledKeys={isDefault ? ['delete'] : []}
      >
        <MenuItem id="rename" textValue="Change title">
          <Text slot="label">Change title</Text>
        </MenuItem>
        <MenuItem id="reset" textValue="Empty">
          <Text slot="label">Empty</Text>
        </MenuItem>
        <MenuItem id="delete" textValue="Delete">
          <Text slot="label">Delete</Text>
        </MenuItem>
      </ActionMenu>
    </>
  )
}

const NAME = /^[a-z0-9][a-z0-9-]{0,127}$/

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [type, setType] = useState<'development' | 'production'>('development')
  const make = useDoing({
    doIt: () => client.sandboxes.create({ name, type, ...(title.trim() === '' ? {} : { title }) }),
    done: 'The sandbox is there.',
    onDone: onClose,
  })
  const isWrong = name !== '' && !NAME.test(name)
  return (
    <Dialog size="S">
      <Heading slot="title">Create sandbox</Heading>
      <Content>
        <Form>
          <TextField
            label="Name"
            isRequired
            value={name}
            onChange={setName}
            description="Lower-case letters, digits and hyphens; it cannot be changed"
            isInvalid={isWrong}
            errorMessage="Only lower-case letters, digits and hyphens."
          />
          <TextField label="Title" value={title} onChange={setTitle} />
          <Picker label="For" selectedKey={type} onSelectionChange={(key) => setType(key as typeof type)}>
            <PickerItem id="development">Development</PickerItem>
            <PickerItem id="production">Production</PickerItem>
          </Picker>
        </Form>
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={make.isPending}
          isDisabled={!NAME.test(name)}
          onPress={() => make.run(undefined)}
        >
          Create
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}

function RenameDialog({ sandbox, onClose }: { readonly sandbox: Sandbox; readonly onClose: () => void }) {
  const client = useClient()
  const [title, setTitle] = useState(sandbox.title)
  const save = useDoing({
    doIt: () => client.sandboxes.patch(sandbox.name, { title }),
    done: 'The title is changed.',
    onDone: onClose,
  })
  return (
    <Dialog size="S">
      <Heading slot="title">Title of {sandbox.name}</Heading>
      <Content>
        <Form>
          <TextField label="Title" isRequired value={title} onChange={setTitle} />
        </Form>
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={save.isPending}
          isDisabled={title.trim() === ''}
          onPress={() => save.run(undefined)}
        >
          Save
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}
