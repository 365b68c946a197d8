import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { classifyRefusal } from './classify-refusal.ts'

/** An error as a server of that language words it. */
function refusal(code: string, routine: string | undefined, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code, routine })
}

test.each([
  ['28000', 'ClientAuthentication', 'kein pg_hba.conf-Eintrag für Host »::1«, Benutzer »ann«', 'HBA_REFUSED'],
  ['28000', 'ClientAuthentication', 'pg_hba.conf отвергает подключение: компьютер "::1"', 'HBA_REFUSED'],
  ['28000', 'ClientAuthentication', 'pg_hba.conf にホスト"::1"用のエントリがありません', 'HBA_REFUSED'],
  [
    '28000',
    'ClientAuthentication',
    'la connexion requiert un certificat client valide',
    'CLIENT_CERTIFICATE_REQUIRED',
  ],
  ['28000', 'auth_failed', 'Ident-Authentifizierung für Benutzer »ann« fehlgeschlagen', 'IDENT_FAILED'],
  ['28000', 'auth_failed', 'ユーザー"ann"で対向(peer)認証に失敗しました', 'IDENT_FAILED'],
  ['28000', 'auth_failed', 'пользователь "ann" не прошёл проверку подлинности (PAM)', 'AUTH_REFUSED'],
  ['28000', 'auth_failed', 'LDAP-Authentifizierung für Benutzer »ident« fehlgeschlagen', 'AUTH_REFUSED'],
  [
    '28000',
    'auth_failed',
    'Zertifikatauthentifizierung für Benutzer »ann« fehlgeschlagen',
    'CLIENT_CERTIFICATE_WRONG_USER',
  ],
  [
    '28000',
    'auth_failed',
    "l'authentification par le certificat échouée pour « peer »",
    'CLIENT_CERTIFICATE_WRONG_USER',
  ],
  ['28000', 'InitializeSessionUserId', 'Rolle »ann« existiert nicht', 'AUTH_REFUSED'],
  [
    '28000',
    'read_client_final_message',
    'SCRAM-Channel-Binding-Prüfung fehlgeschlagen',
    'CHANNEL_BINDING_FAILED',
  ],
  [
    '28P01',
    'auth_failed',
    'Passwort-Authentifizierung für Benutzer »ann« fehlgeschlagen',
    'PASSWORD_REFUSED',
  ],
  ['3D000', 'InitPostgres', 'Datenbank »shop« existiert nicht', 'DATABASE_NOT_FOUND'],
  ['42501', 'CheckMyDatabase', 'droit refusé pour la base de données « shop »', 'DATABASE_NOT_ALLOWED'],
  ['53300', 'InitializeSessionUserId', 'zu viele Verbindungen von Rolle »ann«', 'ROLE_CONNECTION_LIMIT'],
  ['53300', 'CheckMyDatabase', 'zu viele Verbindungen für Datenbank »shop«', 'DATABASE_CONNECTION_LIMIT'],
  ['53300', 'InitProcess', 'tut mir leid, schon zu viele Verbindungen', 'SERVER_CONNECTION_LIMIT'],
  [
    '55000',
    'CheckMyDatabase',
    'Datenbank »shop« akzeptiert gegenwärtig keine Verbindungen',
    'DATABASE_CLOSED',
  ],
  ['57P03', 'ProcessStartupPacket', 'das Datenbanksystem fährt herunter', 'SERVER_UNAVAILABLE'],
])('%s of %s: %s', (code, routine, message, expected) => {
  expect(classifyRefusal(refusal(code, routine, message))).toBe(expected)
})

test.each([
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "ann", database "shop", SSL off', 'HBA_NO_ENTRY'],
  ['28000', 'role "ann" is not permitted to log in', 'ROLE_MAY_NOT_LOGIN'],
  ['28000', 'role "peer" does not exist', 'ROLE_NOT_FOUND'],
  ['28000', 'something that only this service says', 'AUTH_REFUSED'],
  ['08P01', 'no such database: shop', 'DATABASE_NOT_FOUND'],
  ['08P01', 'SASL authentication failed', 'PASSWORD_REFUSED'],
  ['08P01', 'server login has been failing, cached error: connect failed', 'POOLER_CANNOT_CONNECT'],
  ['08P01', 'no more connections allowed (max_client_conn)', 'SERVER_CONNECTION_LIMIT'],
  ['XX000', 'something else', 'SERVER_REFUSED'],
])('what stands in front of a server names no routine: %s %s', (code, message, expected) => {
  expect(classifyRefusal(refusal(code, undefined, message))).toBe(expected)
})
