import { badRequest } from './problems.ts'

export interface ContentRange {
  readonly firstByte: number
  readonly sizeBytes: number
}

/** `bytes 0-99/*` or `bytes 0-99/1000`. @throws {PlainProblem} 400 */
export function readContentRange(text: string | undefined): ContentRange {
  const match = /^bytes[ =](\d{1,15})-(\d{1,15})(?:\/(?:\*|\d{1,15}))?$/.exec(text?.trim() ?? '')
  const [firstByte, lastByte] = [Number(match?.[1]), Number(match?.[2])]
  if (match !== null && lastByte >= firstByte) return { firstByte, sizeBytes: lastByte - firstByte + 1 }
  const given = text === undefined ? 'it is missing' : `not ${JSON.stringify(text)}`
  throw badRequest(
    `The header Content-Range must say which bytes of the file these are, as in "bytes 0-1048575/*"; ${given}.`,
  )
}
