/**
 * The public data of the demo as tables with proper types and keys. `select` is DuckDB's reading of the file
 * that the npm package `vega-datasets` ships; its columns are those of the table, in order.
 */
export interface DemoTable {
  readonly name: string
  readonly file: string
  readonly ddl: string
  readonly primaryKey: string
  readonly select: (path: string) => string
  readonly comment: string
}

export const DEMO_TABLES: readonly DemoTable[] = [
  {
    name: 'flights',
    file: 'flights-3m.parquet',
    comment: 'Domestic flights in the USA, January to June 2001, with their delays',
    ddl: `id bigint, departed_at timestamp not null, delay_minutes integer not null,
          distance_miles integer not null, origin char(3) not null, destination char(3) not null`,
    primaryKey: 'id',
    select: (path) =>
      `select row_number() over () as id, "date", delay, distance, origin, destination from read_parquet('${path}')`,
  },
  {
    name: 'movies',
    file: 'movies.json',
    comment: 'Films with their takings and ratings, as messy as found',
    ddl: `id integer, title text, us_gross bigint, worldwide_gross bigint, us_dvd_sales bigint,
          production_budget bigint, release_date text, mpaa_rating text, running_time_minutes smallint,
          distributor text, source text, major_genre text, creative_type text, director text,
          rotten_tomatoes_rating smallint, imdb_rating numeric(3,1), imdb_votes integer`,
    primaryKey: 'id',
    select: (path) => `
      select row_number() over (), "Title"->>'$', "US Gross", "Worldwide Gross", "US DVD Sales",
        "Production Budget", "Release Date", "MPAA Rating", "Running Time min", "Distributor", "Source",
        "Major Genre", "Creative Type", "Director", "Rotten Tomatoes Rating",
        cast("IMDB Rating" as decimal(3,1)), "IMDB Votes"
      from read_json('${path}', maximum_object_size = 33554432)`,
  },
  {
    name: 'sp500',
    file: 'sp500-2000.csv',
    comment: 'The S&P 500 index by day since 2000',
    ddl: `date date, open numeric(12,6) not null, high numeric(12,6) not null, low numeric(12,6) not null,
          close numeric(12,6) not null, adjusted_close numeric(12,6) not null, volume bigint not null`,
    primaryKey: 'date',
    select: (path) => `select * from read_csv('${path}', all_varchar = true)`,
  },
  {
    name: 'zipcodes',
    file: 'zipcodes.csv',
    comment: 'Postal codes of the USA with their position',
    ddl: `zip_code char(5), latitude double precision not null, longitude double precision not null,
          city text not null, state char(2) not null, county text`,
    primaryKey: 'zip_code',
    select: (path) => `select * from read_csv('${path}', all_varchar = true)`,
  },
  {
    name: 'weather',
    file: 'weather.csv',
    comment: 'Daily weather of Seattle and New York, 2012 to 2015',
    ddl: `location text, date date, precipitation real not null, temp_max real not null,
          temp_min real not null, wind real not null, weather text not null`,
    primaryKey: 'location, date',
    select: (path) => `select * from read_csv('${path}', all_varchar = true)`,
  },
]
