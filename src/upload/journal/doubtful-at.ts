// At which stores' hosts what landed was doubtful, as a record says it: nearly always at one, and the same one for all. Pure.

/**
 * Hosts, separated by spaces; with {@link SILENT} at its end where that one host replied without an `ETag`. Absent: what landed
 * is doubtful nowhere.
 */
export type DoubtfulAt = string;

// No host has it.
const SILENT = "?";

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
