import { POSTGRES_SPEC } from '@headwater/client/order-table.ts'
import {
  Button,
  Content,
  Form,
  Heading,
  InlineAlert,
  LinkButton,
  NumberField,
  Picker,
  PickerItem,
  TextField,
} from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useMutation } from '@tanstack/react-query'
import { type ClipboardEvent, useState } from 'react'
import { useClient } from '../../api/client.ts'
import { panel } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/states.tsx'
import { Doctor } from '../accounts/doctor.tsx'
import { EMPTY_PLACE, isPostgresUrl, placeOfUrl, SSL_MODES } from './parse-url.ts'

/** Makes an account of a database, and tests it. The secrets are nowhere but in the form, and gone with it. */
export function ConnectPage() {
  const client = useClient()
  const [name, setName] = useState('')
  const [place, setPlace] = useState(EMPTY_PLACE)
  const [isUnreadable, setUnreadable] = useState(false)
  const set = (key: keyof typeof place) => (value: string) =>
    setPlace((before) => ({ ...before, [key]: value }))
  const connect = useMutation({
    mutationFn: () => {
      const { password, ...rest } = place
      const params = { ...rest, ...(password === '' ? {} : { password }) } as typeof place
      return client.connections.create({
        name: name.trim() === '' ? `${place.server}/${place.database}` : name.trim(),
        auth: { specName: 'Basic Authentication', params: params as never },
        connectionSpec: POSTGRES_SPEC,
      })
    },
  })
  // A URL in one paste, into any field, fills all of them.
  const fill = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text')
    if (!isPostgresUrl(text)) return
    // Whatever comes of it: a URL has a password in it, which belongs into no field that shows it.
    event.preventDefault()
    const found = placeOfUrl(text)
    setUnreadable(found === undefined)
    if (found !== undefined) setPlace(found)
  }
  return (
    <Page
      title="Connect PostgreSQL"
      above={[{ title: 'Sources', href: paths.sources }]}
      description="Paste a postgres:// URL into any field to fill them all. The password is sealed when it is stored, and never shown again."
    >
      {connect.data === undefined ? (
        <div className={panel} onPaste={fill}>
          {connect.error !== null && <Problem error={connect.error} />}
          {isUnreadable && (
            <InlineAlert variant="notice" autoFocus>
              <Heading>This URL cannot be read</Heading>
              <Content>
                It needs one host and a database, and characters such as # and / in the password as %23 and
                %2F. Fill the fields by hand instead, or paste another.
              </Content>
            </InlineAlert>
          )}
          <Form
            onSubmit={(event) => {
              event.preventDefault()
              connect.mutate()
            }}
          >
            <TextField
              label="Name"
              value={name}
              onChange={setName}
              description="Of the account; host and database when empty"
            />
            <TextField label="Server" isRequired value={place.server} onChange={set('server')} />
            <NumberField
              label="Port"
              minValue={1}
              maxValue={65_535}
              formatOptions={{ useGrouping: false }}
              value={Number(place.port)}
              onChange={(port) => set('port')(String(port))}
            />
            <TextField label="Database" isRequired value={place.database} onChange={set('database')} />
            <TextField
              label="User"
              isRequired
              autoComplete="off"
              value={place.username}
              onChange={set('username')}
            />
            <TextField
              label="Password"
              type="password"
              autoComplete="new-password"
              value={place.password}
              onChange={set('password')}
            />
            <Picker
              label="Encryption"
              selectedKey={place.sslMode}
              onSelectionChange={(mode) => set('sslMode')(String(mode))}
              description="Verify-Full alone is safe against somebody on the way."
            >
              {SSL_MODES.map((mode) => (
                <PickerItem key={mode} id={mode}>
                  {mode}
                </PickerItem>
              ))}
            </Picker>
            <div className={style({ display: 'flex', gap: 8 })}>
              <Button type="submit" variant="accent" isPending={connect.isPending}>
                Connect
              </Button>
            </div>
          </Form>
        </div>
      ) : (
        <>
          <Doctor connectionId={connect.data.id} isEager />
          <div className={style({ display: 'flex', gap: 8 })}>
            <LinkButton href={paths.addData(connect.data.id)} variant="accent">
              Add data
            </LinkButton>
            <LinkButton href={paths.account(connect.data.id)} variant="secondary">
              Open the account
            </LinkButton>
          </div>
        </>
      )}
    </Page>
  )
}
