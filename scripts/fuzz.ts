import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

// Fuzzes longer than the everyday tests do: npm run fuzz -- --minutes 30 [--seed 7]

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
})

const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes is "${values.minutes}", but must be a number above 0.`)
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
process.stdout.write(`about ${minutes} minutes from seed ${seed}; repeat with --seed ${seed}\n`)

const vitest = spawn('npx', ['vitest', 'run', '--project', 'acceptance', 'acceptance/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_MINUTES: String(minutes), FUZZ_SEED: seed },
})
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1
})
