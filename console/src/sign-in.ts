import { createToken } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import { HERE } from './client.ts'
import { byId } from './dom.ts'
import { signInReasonOf } from './problems.ts'
import { findCredentials, type Session, sessionOf } from './session.ts'

/** Connects the form; `onSession` is called with each new session. */
export function connectSignIn(onSession: (session: Session) => void): void {
  const form = byId<HTMLFormElement>('sign-in-form')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit(onSession)
  })
  for (const id of ['client-id', 'client-secret']) byId(id).addEventListener('paste', fillFromPaste)
}

async function submit(onSession: (session: Session) => void): Promise<void> {
  const button = byId<HTMLButtonElement>('sign-in-button')
  const clientId = byId<HTMLInputElement>('client-id')
  const secret = byId<HTMLInputElement>('client-secret')
  showSignInProblem('')
  button.disabled = true
  button.textContent = 'Signing in…'
  try {
    const credentials = { clientId: clientId.value.trim(), clientSecret: secret.value.trim() }
    const { access_token: token } = await createToken({ baseUrl: HERE }, credentials)
    const session = sessionOf(token)
    if (session === undefined) return showSignInProblem('The token that the server gave is not readable.')
    clientId.value = ''
    secret.value = ''
    onSession(session)
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
    showSignInProblem(signInReasonOf(error))
    clientId.focus()
  } finally {
    button.disabled = false
    button.textContent = 'Sign in'
  }
}

export function showSignInProblem(message: string): void {
  byId('sign-in-problem').textContent = message
}

/** The whole output of the command in one paste fills both fields. */
function fillFromPaste(event: ClipboardEvent): void {
  const found = findCredentials(event.clipboardData?.getData('text') ?? '')
  if (found === undefined) return
  event.preventDefault()
  byId<HTMLInputElement>('client-id').value = found.clientId
  byId<HTMLInputElement>('client-secret').value = found.clientSecret
  byId('sign-in-button').focus()
}
