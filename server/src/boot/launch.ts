/**
 * How the program is started, by `npm start`, `headwater serve` and the image alike: what has to be said before there
 * is a process. Both hold memory that nothing is gained by: the lanes allocate in turn, so that an arena for each of
 * their threads keeps what another could use (50 MB of a run's peak), and a young generation of 4 MiB is enough.
 */
export const LAUNCH_FLAGS: readonly string[] = ['--max-semi-space-size=4']
export const LAUNCH_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }
