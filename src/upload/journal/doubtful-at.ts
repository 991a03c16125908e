// At which stores' hosts what landed was doubtful, as a record says it: nearly always at one, and the same one for all. Pure.

/**
 * Hosts, separated by spaces; with {@link SILENT} at its end where that one host replied to a form without an `ETag`, and
 * {@link UNHEARD} at the end of each that did so to a PUT. Absent: what landed is doubtful nowhere.
 */
export type DoubtfulAt = string;

// No host has one of these.
const SILENT = "?";
const UNHEARD = "!";

/** Of what landed although its store did not show that it keeps it. */
export interface MaybeDoubtful {
  readonly doubtfulAt?: DoubtfulAt | undefined;
}

export function doubtfulAt(hosts: readonly string[]): DoubtfulAt | undefined {
  return hosts.length === 0 ? undefined : hosts.join(" ");
}

/** Of what landed without an ETag. */
export function silentAt(host: string): DoubtfulAt {
  return `${host}${SILENT}`;
}

export function isSilentAt(at: DoubtfulAt): boolean {
  return at.endsWith(SILENT);
}

/** In place of a host to which nothing can be sent again, and which gave no ETag: that shows nothing, whatever its ETags are. */
export function unheardAt(host: string): string {
  return `${host}${UNHEARD}`;
}

/** The host of {@link unheardAt}, where it is one. */
export function hostUnheard(at: string): string | undefined {
  return at.endsWith(UNHEARD) ? at.slice(0, -UNHEARD.length) : undefined;
}

/** As they were given to {@link doubtfulAt}. */
export function hostsIn({ doubtfulAt: hosts }: MaybeDoubtful): readonly string[] {
  if (hosts === undefined) return [];
  return (isSilentAt(hosts) ? hosts.slice(0, -SILENT.length) : hosts).split(" ");
}

export function hostsOf(records: Iterable<MaybeDoubtful>): readonly string[] {
  return [...new Set([...records].flatMap(hostsIn))];
}

/** Returns one and the same text for equal ones: a set may have 100,000 records. */
export function shareTexts(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const shared = known.get(text) ?? text;
    known.set(shared, shared);
    return shared;
  };
}
