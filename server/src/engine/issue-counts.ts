import type { SliceIssue } from './task.ts'

/** Counts issues by field and code; the first message of each stays. */
export class IssueCounts {
  readonly #issues = new Map<string, SliceIssue>()

  add(issue: SliceIssue): void {
    const key = `${issue.code} ${issue.path}`
    const known = this.#issues.get(key)
    this.#issues.set(key, known === undefined ? issue : { ...known, count: known.count + issue.count })
  }

  list(): SliceIssue[] {
    return [...this.#issues.values()].map(({ path, code, message, count }) => ({
      path,
      code,
      message,
      count,
    }))
  }
}
