import type { FuzzAnswer } from './send.ts'

/** Traces of our own code in an answer. */
const LEAKS = [/node_modules/, /\bat .+\.ts:\d+/, /server\/src\//, /\bselect\b.+\bfrom flow_/i]

/** What is wrong with an answer whatever was asked; empty when nothing is. */
export function judgeAnswer(answer: FuzzAnswer, canaries: readonly string[]): string[] {
  const shown = `${answer.status} ${answer.text.slice(0, 500)}`
  const everything = `${JSON.stringify(answer.headers)}${answer.text}`
  return [
    ...(answer.status >= 500 ? [`a fault of the server: ${shown}`] : []),
    ...canaries.filter((canary) => everything.includes(canary)).map(() => `a secret in the answer: ${shown}`),
    ...LEAKS.filter((leak) => leak.test(answer.text)).map((leak) => `${leak} in the answer: ${shown}`),
  ]
}
