/**
 * What has to be looked at in a text before it lands as it is: JSON may escape what no text can hold, and a database
 * without an encoding, or a `"char"` of an old server, may hold bytes that are no UTF-8.
 */
export type TextCheck = 'json' | 'utf8'
