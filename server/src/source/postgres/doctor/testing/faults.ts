import type { Fault } from './fault.ts'
import { CAPTURE_FAULTS, PRIVILEGE_FAULTS, SETTINGS_FAULTS } from './faults-examined.ts'
import { LOGIN_FAULTS } from './faults-login.ts'
import { NETWORK_FAULTS } from './faults-network.ts'
import { SESSION_FAULTS } from './faults-session.ts'
import { TLS_FAULTS } from './faults-tls.ts'

/** Everything that is known to go wrong with a source and can be made on one machine, each with a code of its own. */
export const FAULTS: readonly Fault[] = [
  ...NETWORK_FAULTS,
  ...TLS_FAULTS,
  ...LOGIN_FAULTS,
  ...SESSION_FAULTS,
  ...PRIVILEGE_FAULTS,
  ...SETTINGS_FAULTS,
  ...CAPTURE_FAULTS,
]
