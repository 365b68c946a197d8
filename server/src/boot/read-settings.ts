import { availableParallelism } from 'node:os'
import { type Config, planConfig } from '#config/config.ts'
import { readEnv } from '#config/env.ts'
import { type Flags, readFlags } from '#config/flags.ts'
import { planSecrets, type Secrets } from '#config/secrets.ts'

export interface Settings {
  readonly config: Config
  readonly secrets: Secrets
  readonly flags: Flags
}

/** What commands beside the server need of it. */
export type StoreSettings = Pick<Settings, 'config' | 'secrets'>

/** Environment and command line to configuration and secrets. @throws ConfigError */
export function readSettings(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags = readFlags(argv)
  // HEADWATER_TEST_* and HEADWATER_DEMO_* belong to the tests and the demo.
  const others = Object.keys(environment).filter((name) => /^HEADWATER_(TEST|DEMO)_/.test(name))
  const env = readEnv(environment, { others })
  const config = planConfig(env, flags, { cwd: process.cwd(), cpuCount: availableParallelism() })
  return { config, secrets: planSecrets(env), flags }
}
