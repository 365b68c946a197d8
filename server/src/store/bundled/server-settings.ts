/** How the server is reached. Without addresses the port is only a part of the socket's name. */
export interface Listening {
  socketDir: string
  hbaFile: string
  port: number
  /** Addresses of this machine; empty for the socket alone. */
  addresses: readonly string[]
}

/** Marks a server's command line with the real path of its cluster, whatever name it was given it by. */
export const clusterMark = 'headwater.cluster'

const small: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '60',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  lc_messages: 'C',
}

/**
 * The settings of a server as `-c name=value` arguments: ours for a small footprint, then the caller's, then
 * the ones that decide who can reach it. Pure.
 */
export function planServerArgs(
  major: number,
  listening: Listening,
  extra: Readonly<Record<string, string>> = {},
): string[] {
  const settings = {
    ...small,
    // The pool of I/O workers that 18 starts by default is of no use to a small database.
    ...(major >= 18 ? { io_method: 'sync' } : {}),
    ...extra,
    hba_file: listening.hbaFile,
    // A list: quoted, since a folder's name may hold blanks and commas.
    unix_socket_directories: `"${listening.socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    listen_addresses: listening.addresses.join(','),
    port: String(listening.port),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
