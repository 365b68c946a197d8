import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'

const rotateAtBytes = 8 * 1024 * 1024
const tailBytes = 4096

/** The file that takes what PostgreSQL says, open for appending. */
export interface ServerLog {
  fd: number
  /** The present end of the log. */
  mark(): number
  /** The last lines since `mark`, or since this log was opened. */
  readTail(mark?: number): string
  close(): void
}

/** Opens the log for appending (mode 0600); one that has grown large is set aside as `<file>.1` first. */
export function openServerLog(file: string): ServerLog {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found !== undefined && found.size > rotateAtBytes) renameSync(file, `${file}.1`)
  const fd = openSync(file, 'a+', 0o600)
  const start = fstatSync(fd).size
  let open = true
  return {
    fd,
    mark: () => fstatSync(fd).size,
    readTail: (mark = start) => readFrom(fd, mark),
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

function readFrom(fd: number, start: number): string {
  const { size } = fstatSync(fd)
  const from = Math.max(start, size - tailBytes)
  const buffer = Buffer.alloc(size - from)
  const length = readSync(fd, buffer, 0, buffer.length, from)
  const text = buffer.toString('utf8', 0, length).trim()
  return from > start ? `...${text.slice(text.indexOf('\n'))}` : text
}
