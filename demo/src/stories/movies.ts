import { calculate, copy, type Story } from './story.ts'

const money = { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }

/** Small and messy: nested objects, calculated fields, dates that are text. */
export const movies: Story = {
  relation: 'public.movies',
  title: 'Movies',
  about: 'records: nested objects, a calculated field, a date conversion',
  behavior: 'record',
  fields: {
    movie: {
      type: 'object',
      title: 'Movie',
      properties: {
        title: { type: 'string' },
        director: { type: 'string' },
        genre: { type: 'string' },
        released: { type: 'string', format: 'date' },
        takings: {
          type: 'object',
          properties: { domestic: money, worldwide: money, budget: money, profit: money },
        },
        ratings: {
          type: 'object',
          properties: {
            // XDM knows one kind of number; this keeps the source's decimals exact in the lake.
            imdb: { type: 'number', 'meta:lakeType': 'decimal(3,1)' },
            imdbVotes: { type: 'integer' },
            rottenTomatoes: { type: 'integer' },
            label: { type: 'string' },
          },
        },
      },
    },
  },
  mappings: (tenant) => {
    const movie = `_${tenant}.movie`
    return [
      copy('id', '_id'),
      copy('title', `${movie}.title`),
      copy('director', `${movie}.director`),
      calculate('coalesce(major_genre, "Unknown")', `${movie}.genre`),
      calculate('date(release_date, "MMM dd yyyy")', `${movie}.released`),
      copy('us_gross', `${movie}.takings.domestic`),
      copy('worldwide_gross', `${movie}.takings.worldwide`),
      copy('production_budget', `${movie}.takings.budget`),
      calculate(
        'iif(worldwide_gross == null || production_budget == null, nullify(), worldwide_gross - production_budget)',
        `${movie}.takings.profit`,
      ),
      copy('imdb_rating', `${movie}.ratings.imdb`),
      copy('imdb_votes', `${movie}.ratings.imdbVotes`),
      copy('rotten_tomatoes_rating', `${movie}.ratings.rottenTomatoes`),
      calculate('concat(upper(coalesce(mpaa_rating, "unrated")), " / ", source)', `${movie}.ratings.label`),
    ]
  },
  question: (table, tenant) =>
    `select _${tenant}.movie.title as title, _${tenant}.movie.released as released,
       _${tenant}.movie.takings.profit as profit
     from "${table}" where _${tenant}.movie.takings.profit is not null order by profit desc limit 3`,
}
