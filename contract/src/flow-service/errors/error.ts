import { Type } from 'typebox'
import { OPEN } from '../parts.ts'

/** Errors of the Flow Service. */

export const FlowServiceError = Type.Object(
  {
    type: Type.String({ examples: ['https://ns.adobe.com/aep/errors/FLOW-1439-404'] }),
    title: Type.String(),
    status: Type.Integer(),
    report: Type.Object({ 'detailed-message': Type.String(), 'request-id': Type.String() }, OPEN),
    message: Type.String(),
    errorMessage: Type.String(),
    errorDetails: Type.String(),
  },
  { ...OPEN, title: 'FlowServiceError' },
)
