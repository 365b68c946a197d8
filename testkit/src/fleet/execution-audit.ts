import type { Queryable } from '../chaos/chaos-table.ts'

/**
 * The metadata database itself writes down who claimed, completed and committed what, in triggers that no process of
 * the fleet knows of. Each process has an `application_name` of its own.
 */

/** `claimed` and `completed` are steps of the queue; the others are what a run commits. */
export type AuditEvent = 'claimed' | 'completed' | 'slice' | 'batch' | 'commit'

export interface AuditEntry extends Record<string, unknown> {
  readonly seq: number
  readonly atMs: number
  readonly event: AuditEvent
  /** What it happened to: a job, a slice of an epoch of a run, a batch, a run. */
  readonly subject: string
  /** Of a step. */
  readonly step: string | null
  readonly attempt: number | null
  readonly member: string
}

const INSTALL = `
  create schema audit;
  create table audit.entry (
    seq bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    event text not null, subject text not null, step text, attempt integer,
    member text not null default current_setting('application_name'));
  create index on audit.entry (event, subject);
  create function audit.note_step() returns trigger language plpgsql as $$ begin
    if new.state = 'active' and (old.state <> 'active' or new.retry_count <> old.retry_count) then
      insert into audit.entry (event, subject, step, attempt) values ('claimed', new.id, new.name, new.retry_count);
      perform pg_notify('audit_claimed', new.name || ' ' || current_setting('application_name'));
    elsif new.state = 'completed' and old.state <> 'completed' then
      insert into audit.entry (event, subject, step, attempt) values ('completed', new.id, new.name, new.retry_count);
    end if;
    return null;
  end $$;
  create function audit.note_slice() returns trigger language plpgsql as $$ begin
    insert into audit.entry (event, subject, attempt)
      values ('slice', concat_ws('/', new.run_id, new.epoch, new.ordinal), new.attempt);
    return null;
  end $$;
  create function audit.note_batch() returns trigger language plpgsql as $$ begin
    insert into audit.entry (event, subject) values ('batch', new.id);
    return null;
  end $$;
  create function audit.note_commit() returns trigger language plpgsql as $$ begin
    insert into audit.entry (event, subject) values ('commit', new.run_id);
    return null;
  end $$;
  create trigger audit after update on queue.job for each row execute function audit.note_step();
  create trigger audit after update on run_slice for each row
    when (new.state = 'done') execute function audit.note_slice();
  create trigger audit after update on batch for each row
    when (new.status = 'success' and old.status <> 'success') execute function audit.note_batch();
  create trigger audit after insert on lake_commit for each row execute function audit.note_commit();`

/** Watches a metadata database from now on. */
export async function installAudit(metadata: Queryable): Promise<void> {
  await metadata.query(INSTALL)
}

export async function readAudit(metadata: Queryable): Promise<readonly AuditEntry[]> {
  const { rows } = await metadata.query<AuditEntry>(
    `select seq::int, extract(epoch from at)::float8 * 1000 as "atMs", event, subject, step, attempt, member
       from audit.entry order by seq`,
  )
  return rows
}

/** What was done twice, or by somebody from whom it had been taken; in sentences. */
export function findDoubles(entries: readonly AuditEntry[]): readonly string[] {
  const done = entries.filter(({ event }) => event !== 'claimed')
  const bySubject = Map.groupBy(done, ({ event, step, subject }) => `${step ?? event} ${subject}`)
  const twice = [...bySubject]
    .filter(([, all]) => all.length > 1)
    .map(([what, all]) => `${what} was done ${all.length} times: ${all.map(tell).join(', ')}`)
  return [...twice, ...findTrespassers(entries)]
}

/** Steps that were completed by another than who had claimed them last. */
function findTrespassers(entries: readonly AuditEntry[]): readonly string[] {
  const holders = new Map<string, AuditEntry>()
  const found: string[] = []
  for (const entry of entries) {
    if (entry.event === 'claimed') holders.set(entry.subject, entry)
    if (entry.event !== 'completed') continue
    const holder = holders.get(entry.subject)
    // Claimed before the audit began.
    if (holder === undefined) continue
    if (holder.member !== entry.member || holder.attempt !== entry.attempt)
      found.push(`${entry.step} ${entry.subject} was held by ${tell(holder)} and completed by ${tell(entry)}`)
  }
  return found
}

function tell({ member, attempt }: AuditEntry): string {
  return attempt === null ? member : `${member} (attempt ${attempt})`
}

/** What a process had in its hands when it was killed, and until when each was claimed by another. */
export interface Takeover {
  readonly step: string
  /** Undefined when nobody has claimed it. */
  readonly afterMs: number | undefined
}

/** The steps that an incarnation held at that time, and how long each waited for another. */
export function takeoversFrom(
  entries: readonly AuditEntry[],
  { incarnation, killedAtMs }: { readonly incarnation: string; readonly killedAtMs: number },
): readonly Takeover[] {
  const steps = entries.filter(({ event }) => event === 'claimed' || event === 'completed')
  return [...Map.groupBy(steps, ({ subject }) => subject).values()].flatMap((history) => {
    const at = history.findLastIndex(({ member }) => member === incarnation)
    const last = history[at]
    if (last?.event !== 'claimed') return []
    const next = history[at + 1]
    // Given back before: a process that fails a step holds it no more, and another has it already.
    if (next !== undefined && next.atMs < killedAtMs) return []
    return [{ step: last.step ?? '', afterMs: next === undefined ? undefined : next.atMs - killedAtMs }]
  })
}
