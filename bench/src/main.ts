import { benchBadRows } from './bad-rows/bench-bad-rows.ts'
import { benchConnect } from './connect/bench-connect.ts'
import { benchExtract } from './extract/bench-extract.ts'
import { benchLake } from './lake/bench-lake.ts'
import { benchLists } from './lists/bench-lists.ts'
import { benchNotify } from './notify/bench-notify.ts'
import { benchPipeline } from './pipeline/bench-pipeline.ts'
import { benchProtection } from './protection/bench-protection.ts'
import { benchScaling } from './scaling/bench-scaling.ts'
import { stopOnSignals } from './stop-on-signal.ts'

/** What can be measured. Each prints ratios taken in one run: absolute times belong to one machine on one day. */
const BENCHES = {
  'bad-rows': benchBadRows,
  connect: benchConnect,
  extract: benchExtract,
  lake: benchLake,
  lists: benchLists,
  notify: benchNotify,
  pipeline: benchPipeline,
  scaling: benchScaling,
  protection: benchProtection,
} as const

stopOnSignals()
const [name = '', ...args] = process.argv.slice(2)
if (Object.hasOwn(BENCHES, name)) await BENCHES[name as keyof typeof BENCHES](args)
else {
  process.stderr.write(`npm run bench -- ${Object.keys(BENCHES).join('|')} [flags]\n`)
  process.exitCode = 1
}
