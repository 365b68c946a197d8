import { createToken } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import { Button, Content, Form, Heading, InlineAlert, TextField } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useMutation } from '@tanstack/react-query'
import { type ClipboardEvent, useState } from 'react'
import { HERE } from '../api/client.ts'
import { findCredentials, type Session, sessionOf } from '../api/session.ts'
import { Brand } from './brand.tsx'

/** The token service speaks to programs. */
const REFUSALS: Readonly<Record<string, string>> = {
  'invalid client_id parameter':
    'The server knows no client with this id. Was it made for another data folder?',
  'invalid client_secret parameter': 'The secret does not belong to this client id.',
}

export interface SignInPageProps {
  /** Why one has to sign in again. */
  readonly reason: string | undefined
  readonly onSession: (session: Session) => void
}

/** Exchanges id and secret of a client for a session; neither is kept. */
export function SignInPage({ reason, onSession }: SignInPageProps) {
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const signIn = useMutation({
    mutationFn: async () => {
      const credentials = { clientId: clientId.trim(), clientSecret: clientSecret.trim() }
      const session = sessionOf((await createToken({ baseUrl: HERE }, credentials)).access_token)
      if (session === undefined) throw new Error('The token that the server gave is not readable.')
      return session
    },
    onSuccess: onSession,
  })
  // The whole output of the command in one paste fills both fields.
  const fill = (event: ClipboardEvent): void => {
    const found = findCredentials(event.clipboardData.getData('text'))
    if (found === undefined) return
    event.preventDefault()
    setClientId(found.clientId)
    setClientSecret(found.clientSecret)
  }
  const problem = signIn.error === null ? reason : reasonOf(signIn.error)
  return (
    <main className={page} onPaste={fill}>
      <div className={card}>
        <Brand />
        <h1 className={style({ font: 'heading-lg', margin: 0 })}>Sign in</h1>
        <p className={style({ font: 'body', margin: 0, color: 'neutral-subdued' })}>
          With the id and the secret of a client.{' '}
          <code className={style({ font: 'code-sm' })}>headwater credentials create</code> makes one; paste
          all that it prints into either field.
        </p>
        {problem !== undefined && (
          <InlineAlert variant="negative" autoFocus>
            <Heading>Not signed in</Heading>
            <Content>{problem}</Content>
          </InlineAlert>
        )}
        <Form
          onSubmit={(event) => {
            event.preventDefault()
            signIn.mutate()
          }}
        >
          <TextField
            label="Client id"
            name="username"
            autoComplete="username"
            isRequired
            autoFocus
            value={clientId}
            onChange={setClientId}
          />
          <TextField
            label="Client secret"
            name="password"
            type="password"
            autoComplete="current-password"
            isRequired
            value={clientSecret}
            onChange={setClientSecret}
          />
          <Button type="submit" variant="accent" isPending={signIn.isPending}>
            Sign in
          </Button>
        </Form>
      </div>
    </main>
  )
}

const page = style({
  display: 'flex',
  justifyContent: 'center',
  alignItems: 'start',
  paddingX: 16,
  paddingY: { default: 32, md: 80 },
  minHeight: 'screen',
  boxSizing: 'border-box',
})
const card = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 16,
  width: 'full',
  maxWidth: 400,
  boxSizing: 'border-box',
  padding: { default: 24, md: 32 },
  borderRadius: 'xl',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  backgroundColor: 'layer-2',
})

function reasonOf(error: Error): string {
  if (!(error instanceof HeadwaterError)) return error.message
  if (error.status === 0) return 'The server does not answer. Check that it runs and can be reached.'
  return REFUSALS[error.message] ?? error.message
}
