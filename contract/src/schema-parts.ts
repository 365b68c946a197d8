import { type Static, type TSchema, type TSchemaOptions, Type } from 'typebox'

/**
 * What all schemas are made of. A schema whose `title` is a name is a component of the OpenAPI document. An object
 * that is not open has, in answers, no other members than those that it names.
 */

/** Of objects that may have members of their own: clients send them, and get them back. */
export const OPEN = { additionalProperties: true } as const

/** One of a few words. */
export const Words = <const Word extends string>(words: readonly Word[], options: TSchemaOptions = {}) =>
  Type.Unsafe<Word>({ type: 'string', enum: words, ...options })

/** An object about which nothing more is known. */
export const AnyObject = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description })

/** A schema with what it means in this place. */
export const About = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Unsafe<Static<Schema>>({ allOf: [schema], description })

/** Text that is not empty. */
export const Filled = (description: string, options: TSchemaOptions = {}) =>
  Type.String({ minLength: 1, description, ...options })

export const Uuid = (description: string, ...examples: readonly string[]) =>
  Type.String({ format: 'uuid', description, ...(examples.length === 0 ? {} : { examples }) })

/** A time of the platform. */
export const EpochMs = (description: string) =>
  Type.Integer({ description: `${description}, in epoch milliseconds`, examples: [1760000000000] })

/** Yes or no in a query. */
export const Flag = (description: string) => Type.Optional(Type.Boolean({ description }))

/** A whole number in a query. */
export const Count = (
  description: string,
  { minimum, maximum, ...options }: TSchemaOptions & { readonly minimum: number; readonly maximum?: number },
) =>
  Type.Optional(
    Type.Integer({ description, minimum, ...(maximum === undefined ? {} : { maximum }), ...options }),
  )
