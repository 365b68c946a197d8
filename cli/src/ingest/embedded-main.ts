/** The program as a child of a command: it ends, as on SIGTERM, when whoever started it is gone. */
process.stdin.resume()
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'))

await import('@headwater/server/boot/main.ts')
