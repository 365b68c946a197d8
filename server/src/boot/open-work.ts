import { LakeKeeper } from '#care/lake-keeper.ts'
import { tendStep } from '#care/tend-step.ts'
import { Engine } from '#engine/engine.ts'
import { Dispatcher } from '#notify/dispatcher.ts'
import { shareOut } from '#runs/connection-budget.ts'
import { DiagnosticsSweeper } from '#runs/diagnostics-sweeper.ts'
import { BatchSweeper } from '#runs/imports/batch-sweeper.ts'
import { registerSteps } from '#runs/register-steps.ts'
import { AuditSweeper } from '#upkeep/audit-sweeper.ts'
import { OrphanSweeper } from '#upkeep/orphan-sweeper.ts'
import type { Rooms } from './open-rooms.ts'
import { openSpool } from './spool.ts'

/** Everything that goes on without being asked: runs, schedules, notifications, upkeep. */
export interface Work {
  /** `publicUrl` is where clients read the files that runs tell of. */
  start(publicUrl: () => string): void
}

/** Builds the rooms that work; they end with `opened`, and a step in flight is handed to another process. */
export async function openWork(rooms: Rooms, opened: AsyncDisposableStack): Promise<Work> {
  const { config, db, storage, keyring, queue, wakeUps, sendWebhook, log, now, neighbours } = rooms
  const { sessions, ticker, keeper, isOnlyWorker, copies } = rooms
  const spool = opened.use(await openSpool(config.dataDir))
  const engine = opened.adopt(new Engine({ laneCount: config.extractSlots }), (it) => it.close())
  // Steps under way end before the threads that they use.
  opened.defer(() => queue.stop())
  const dispatcher = opened.adopt(
    new Dispatcher({ db, keyring, wakeUps, sendWebhook, isOnlyWorker, log, now }),
    (it) => it.stop(),
  )
  // Whoever submits steps ends before the queue does.
  for (const loop of [ticker, keeper]) opened.defer(() => loop.stop())
  const sweeper = opened.adopt(new DiagnosticsSweeper({ db, storage, log, now }), (it) => it.stop())
  const batchSweeper = opened.adopt(new BatchSweeper({ db, storage, log, now }), (it) => it.stop())
  const auditSweeper = opened.adopt(new AuditSweeper({ db, log, now }), (it) => it.stop())
  const orphanSweeper = opened.adopt(new OrphanSweeper({ db, storage, log, now }), (it) => it.stop())
  const lakeKeeper = opened.adopt(new LakeKeeper({ db, queue, log, now }), (it) => it.stop())
  const steps = {
    db,
    sessions,
    queue,
    engine,
    storage,
    keyring,
    log,
    now,
    spoolDir: spool.folder,
    ...neighbours,
  }
  const { sliceTargetBytes, verify, extractSlots, sourceConnections, maxSnapshotAgeMs } = config
  return {
    start(publicUrl) {
      registerSteps(
        { ...steps, publicUrl, sliceTargetBytes, verify, maxSnapshotAgeMs },
        { extractSlots, ...shareOut(sourceConnections) },
      )
      queue.work(
        'lake.tend',
        { slots: 1, groupLimit: 1 },
        tendStep({ db, storage, log, now, copies, spoolDir: spool.folder }),
      )
      const sweepers = [sweeper, batchSweeper, auditSweeper, orphanSweeper]
      for (const loop of [ticker, dispatcher, ...sweepers, keeper, lakeKeeper]) loop.start()
    },
  }
}
