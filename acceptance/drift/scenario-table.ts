/** The table of a scenario: a column of every type that changes play with, `spare` being read by nobody. */
export const TABLE = `
  create type mood as enum ('calm', 'wild');
  create type place as (street text, zip integer);
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
    tags integer[],
    place place,
    must varchar(20) not null,
    spare text
  );
  insert into items
  select i, 'label ' || i, nullif(i * 10, 30), i + 0.5, i + 0.25, date '2024-01-01' + i, timestamp '2024-01-01 10:00' + i * interval '1 day',
         case when i % 2 = 0 then 'calm'::mood else 'wild' end, 'c' || i, array[i, i + 1], row('street ' || i, i)::place, 'must ' || i, 'spare ' || i
    from generate_series(1, 6) as i`

/** The columns that flows read. */
export const READ = [
  'id',
  'label',
  'n',
  'ratio',
  'price',
  'born',
  'at',
  'feeling',
  'code',
  'tags',
  'place',
  'must',
] as const

/** Every value of a row as the text that PostgreSQL prints, under the name of its field. */
export function rowsOf(relation: string, columns: readonly string[] = READ): string {
  return `select ${columns.map((name) => `${textOf(name)} as "${name}"`).join(', ')} from ${relation}`
}

/** Values with parts as their parts. */
function textOf(name: string): string {
  if (name === 'tags') return `array_to_string(tags, ',')`
  return name === 'place' ? `(place).street || ',' || (place).zip` : `"${name}"::text`
}

/** The same rows twice, in two partitions of \`parted\`. */
export const PARTED = `
  create table parted (like items) partition by range (id);
  create table parted_low partition of parted for values from (0) to (100);
  create table parted_high partition of parted for values from (100) to (200);
  insert into parted select * from items;
  insert into parted (id, label, n, ratio, price, born, at, feeling, code, tags, place, must)
  select 100 + id, label, n, ratio, price, born, at, feeling, code, tags, place, must from items`
