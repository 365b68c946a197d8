import { enableCompileCache } from 'node:module'

// Before anything is loaded: what was compiled once is not compiled again for every command.
enableCompileCache()
await import('./run.ts')
