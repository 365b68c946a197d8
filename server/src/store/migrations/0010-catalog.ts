import { type Kysely, sql } from 'kysely'

/** Labels of data usage; the number of files that a dataset has, which it used not to say; metrics by time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) {
    await sql.raw(statement).execute(db)
  }
}

const STATEMENTS = [
  `create table dataset_label (
    dataset_id text primary key references dataset (id) on delete cascade,
    etag text not null,
    document jsonb not null,
    updated_at bigint not null
  )`,
  'create index batch_updated_idx on batch (sandbox_id, updated_at)',
  `update dataset
   set document = jsonb_set(
     document || jsonb_build_object(
       'persistence', jsonb_build_object('adls', jsonb_build_object('location', document -> 'basePath')),
       'statsCache', (document #> '{extensions,adobe_lakeHouse,metrics}') || jsonb_build_object('fileCount', files.count)),
     '{extensions,adobe_lakeHouse,tableHealthMetrics}',
     jsonb_build_object('noOfFilesTotal', files.count, 'noOfPartitionsTotal', least(files.count, 1)))
   from (
     select dataset.id, count(batch_file.key) as count
     from dataset
     left join batch on batch.dataset_id = dataset.id and batch.status = 'success'
     left join batch_file on batch_file.batch_id = batch.id
     group by dataset.id
   ) as files
   where files.id = dataset.id and document #> '{extensions,adobe_lakeHouse,metrics}' is not null`,
]
