import { defineConfig } from 'vitest/config'

/**
 * Three projects, told apart by what a file needs:
 *   unit        `*.test.ts`             nothing but Node.js
 *   pg          `*.pg.test.ts`          a PostgreSQL server (started by the global set-up)
 *   acceptance  `acceptance/*.test.ts`  a whole server, spoken to over HTTP only
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contract,client,server,console,cli,testkit,demo,scripts}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.pg.test.ts'],
          // Some are slow only because the machine is busy; none waits for a clock.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['{server,cli,testkit,demo}/**/*.pg.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['testkit/src/global-postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['acceptance/**/*.test.ts'],
          globalSetup: ['testkit/src/global-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          // Each file boots a whole server; more than two at once only makes a small machine slower.
          maxWorkers: 2,
        },
      },
    ],
  },
})
