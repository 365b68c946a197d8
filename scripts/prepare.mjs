// Builds the console after `npm install`. An installation for production alone has no bundler, and brings what was
// built elsewhere. Runs by whatever Node.js started npm.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const vite = 'node_modules/vite/bin/vite.js'
const node = 'node_modules/node/bin/node'
const parts = ['node_modules/@vitejs/plugin-react', 'console/vite.config.ts']

if ([vite, node, ...parts].every((path) => existsSync(path))) {
  const { status } = spawnSync(node, [vite, 'build', 'console', '--logLevel', 'warn'], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
