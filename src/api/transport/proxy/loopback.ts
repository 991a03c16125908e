// Which hosts are this machine. Pure.

/** Whether a host is this machine: `localhost`, `127.0.0.1`, `::1` with or without its brackets. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]", "::1"].includes(hostname.toLowerCase());
}
