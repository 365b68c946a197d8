import {
  ActionMenu,
  Button,
  ButtonGroup,
  Content,
  Dialog,
  DialogContainer,
  Form,
  Heading,
  MenuItem,
  NumberField,
  Picker,
  PickerItem,
  Text,
  TextField,
} from '@react-spectrum/s2'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { paths } from '../../ui/paths.ts'
import { type Connection, paramsOf } from './account-facts.ts'

/** What can be done with an account. */
export function AccountMenu({ connection }: { readonly connection: Connection }) {
  const client = useClient()
  const navigate = useNavigate()
  const [dialog, ask] = useQuestion()
  const [isEditing, setEditing] = useState(false)
  const remove = useDoing({
    doIt: () => client.connections.delete(connection.id),
    done: 'The account is deleted.',
    onDone: () => void navigate({ to: paths.accounts } as never),
  })
  const act = (key: unknown): void => {
    if (key === 'test') return void navigate({ to: paths.account(connection.id) } as never)
    if (key === 'edit') return setEditing(true)
    ask({
      title: `Delete ${connection.name ?? 'this account'}?`,
      words: 'Its secrets go for good. An account that dataflows read by is refused: delete those first.',
      verb: 'Delete account',
      isDestructive: true,
      onYes: () => remove.run(undefined),
    })
  }
  return (
    <>
      {dialog}
      <DialogContainer onDismiss={() => setEditing(false)}>
        {isEditing && <EditDialog connection={connection} onClose={() => setEditing(false)} />}
      </DialogContainer>
      <ActionMenu aria-label={`Actions for ${connection.name ?? 'account'}`} isQuiet onAction={act}>
        <MenuItem id="test" textValue="Test">
          <Text slot="label">Test</Text>
        </MenuItem>
        <MenuItem id="edit" textValue="Edit">
          <Text slot="label">Edit</Text>
        </MenuItem>
        <MenuItem id="delete" textValue="Delete">
          <Text slot="label">Delete</Text>
        </MenuItem>
      </ActionMenu>
    </>
  )
}

const MODES = ['Disable', 'Allow', 'Prefer', 'Require', 'Verify-Ca', 'Verify-Full'] as const

/** Changes name and parameters. A secret that is left as its mask is kept. */
function EditDialog({
  connection,
  onClose,
}: {
  readonly connection: Connection
  readonly onClose: () => void
}) {
  const client = useClient()
  const given = paramsOf(connection)
  const [name, setName] = useState(connection.name ?? '')
  const [params, setParams] = useState(given)
  const set = (key: string) => (value: unknown) => setParams((before) => ({ ...before, [key]: value }))
  const text = (key: string) => String(params[key] ?? '')
  const isByString = given['server'] === undefined
  const save = useDoing({
    doIt: () =>
      client.connections.patch(connection.id, connection.etag, [
        ...(name === connection.name ? [] : [{ op: 'replace', path: '/name', value: name } as const]),
        ...(params === given ? [] : [{ op: 'replace', path: '/auth/params', value: params } as const]),
      ]),
    done: 'The account is changed.',
    onDone: onClose,
  })
  const isMoved = ['server', 'port'].some((key) => text(key) !== String(given[key] ?? ''))
  return (
    <Dialog size="M">
      <Heading slot="title">Edit {connection.name}</Heading>
      <Content>
        <Form>
          <TextField label="Name" isRequired value={name} onChange={setName} />
          {isByString ? (
            <TextField
              label="Connection string"
              type="password"
              autoComplete="off"
              value={text('connectionString')}
              onChange={set('connectionString')}
              description="Leave the mask to keep what is stored."
            />
          ) : (
            <>
              <TextField label="Server" isRequired value={text('server')} onChange={set('server')} />
              <NumberField
                label="Port"
                minValue={1}
                maxValue={65_535}
                formatOptions={{ useGrouping: false }}
                value={Number(params['port'] ?? 5432)}
                onChange={(value) => set('port')(String(value))}
              />
              <TextField label="Database" isRequired value={text('database')} onChange={set('database')} />
              <TextField
                label="User"
                autoComplete="off"
                value={text('username')}
                onChange={set('username')}
              />
              <TextField
                label="Password"
                type="password"
                autoComplete="new-password"
                value={text('password')}
                onChange={set('password')}
                description={
                  isMoved
                    ? 'Another server has to be told the password again.'
                    : 'Leave the mask to keep what is stored.'
                }
              />
              <Picker
                label="Encryption"
                selectedKey={modeOf(text('sslMode'))}
                onSelectionChange={set('sslMode')}
              >
                {MODES.map((mode) => (
                  <PickerItem key={mode} id={mode}>
                    {mode}
                  </PickerItem>
                ))}
              </Picker>
            </>
          )}
        </Form>
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={save.isPending}
          isDisabled={name.trim() === '' || (name === connection.name && params === given)}
          onPress={() => save.run(undefined)}
        >
          Save
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}

/** However it was written. */
function modeOf(given: string): (typeof MODES)[number] {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[^a-z]/g, '')
  return MODES.find((mode) => plain(mode) === plain(given)) ?? 'Prefer'
}
