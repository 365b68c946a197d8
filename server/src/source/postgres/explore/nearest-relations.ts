import { nearestName } from '#kit/nearest.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import { streamRelations } from './list-relations.ts'

/**
 * The relations that are spelled most like a name or path that was not found, a few of all that there are. A bare
 * name is compared with bare names, a path with paths.
 */
export async function nearestRelations(session: Session, path: string): Promise<string[]> {
  const key = path.includes('.') ? 'path' : 'name'
  const nearest: string[] = []
  for await (const relations of streamRelations(session, { includePartitions: true })) {
    // It is there, but in no schema in which a bare name is looked up.
    const elsewhere = relations.find(({ name }) => key === 'name' && name === path)
    if (elsewhere !== undefined) return [elsewhere.path]
    const best = nearestName(
      path,
      relations.map((relation) => relation[key]),
    )
    if (best !== undefined) nearest.push(best)
  }
  return nearest
}
