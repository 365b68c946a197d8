/** The table of a scenario: a column of every type that changes play with, `spare` being read by nobody. */
export const TABLE = `
  create type mood as enum ('calm', 'wild');
  create domain code as text check (length(value) < 10);
  create table items (
    id bigint primary key,
    label varchar(20),
    n integer,
    ratio real,
    price numeric(10, 2),
    born date,
    at timestamp,
    feeling mood,
    code code,
    must varchar(20) not null,
    spare text
  );
  insert into items
  select i, 'label ' || i, nullif(i * 10, 30), i + 0.5, i + 0.25, date '2024-01-01' + i, timestamp '2024-01-01 10:00' + i * interval '1 day',
         case when i % 2 = 0 then 'calm'::mood else 'wild' end, 'c' || i, 'must ' || i, 'spare ' || i
    from generate_series(1, 6) as i`

/** The columns that flows read. */
export const READ = ['id', 'label', 'n', 'ratio', 'price', 'born', 'at', 'feeling', 'code', 'must'] as const

/** Every value of a row as the text that PostgreSQL prints, under the name of its field. */
export function rowsOf(relation: string, columns: readonly string[] = READ): string {
  return `select ${columns.map((name) => `"${name}"::text as "${name}"`).join(', ')} from ${relation}`
}
