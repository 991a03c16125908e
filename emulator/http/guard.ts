// Who may speak to the emulator: programs of this machine, by a name that is the emulator's own. A web page can reach a
// loopback port by a name of its owner's that resolves to 127.0.0.1 (DNS rebinding): its requests carry that name in
// `Host`, or, when they go across, an `Origin`. Pure; knows no routes.

export interface Caller {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The address of this machine that the connection came in on; an address can't be rebound. */
  readonly localAddress: string | undefined;
}

/** Why a request is refused, or undefined. `names` are those that the emulator was started with. */
export function refusalOf(caller: Caller, names: readonly string[]): string | undefined {
  const { host, origin, localAddress } = caller;
  if (host === undefined) return "The request has no Host header.";
  const name = hostName(host);
  const known = new Set([...names, localAddress ?? ""].map(plainName));
  if (name === undefined || !(isLoopback(name) || known.has(name)))
    return "The Host header names a host that this emulator was not started for. Use its address, or start it with --allow-host NAME.";
  if (origin !== undefined)
    return "The request has an Origin header. Web pages may not speak to this emulator.";
  return undefined;
}

/** The name without its port, as URLs write it: `localhost`, `127.0.0.1`, `[::1]`. */
function hostName(host: string): string | undefined {
  // A URL would take these for a user, a path, a query.
  if (/[@/?#\\\s]/.test(host) || !URL.canParse(`http://${host}/`)) return undefined;
  return withoutDot(new URL(`http://${host}/`).hostname);
}

/** A name or address as an option or a socket has it, in the form of `hostName`. */
function plainName(name: string): string {
  const address = name.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const bracketed = address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
  return hostName(bracketed) ?? "";
}

/** RFC 6761 keeps `localhost` and all names below it for loopback. */
function isLoopback(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
