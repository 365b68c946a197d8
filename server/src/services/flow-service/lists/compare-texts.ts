/** Compares by code points, as the database does; JavaScript alone compares halves of surrogate pairs. */
export function compareTexts(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right))
}
