import { type Static, Type } from 'typebox'
import { OPEN } from '../../schema-parts.ts'

/** Errors of the Flow Service. */

export const FlowServiceError = Type.Object(
  {
    type: Type.String({
      pattern: '^https://ns\\.adobe\\.com/aep/errors/FLOW-\\d{4}-[45]\\d\\d$',
      description: 'Ends in the code, and the code in the HTTP status',
      examples: ['https://ns.adobe.com/aep/errors/FLOW-1439-404'],
    }),
    title: Type.String({ description: 'The kind of error', examples: ['Resource not found'] }),
    status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status' }),
    report: Type.Object(
      {
        'detailed-message': Type.String({ description: 'What is wrong and what to do' }),
        'request-id': Type.String({ description: 'Under this id the log tells more' }),
      },
      { ...OPEN, description: 'The same for programs: what the message speaks of, member by member' },
    ),
    message: Type.String({ description: 'The same as `report.detailed-message`' }),
    errorMessage: Type.String({ description: 'The same as `report.detailed-message`' }),
    errorDetails: Type.String({ description: 'The same as `report.detailed-message`' }),
  },
  { title: 'FlowServiceError', description: 'An error of the Flow Service' },
)
export type FlowServiceError = Static<typeof FlowServiceError>
