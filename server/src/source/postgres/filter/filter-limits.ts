/** What keeps a filter from exhausting anything, here or in PostgreSQL, which takes 65,535 parameters. */

/** Levels of nesting. */
export const MAX_DEPTH = 64
/** Conditions and literals together. */
export const MAX_ITEMS = 5_000
/** Of a filter's text, and of all its literals together. */
export const MAX_CHARACTERS = 262_144
