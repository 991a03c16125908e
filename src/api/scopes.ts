// Which scope a scoped key needs for a call, and what a list of scopes proves about it (contract, "Scopes"). Pure.

export type Scope = `${string}.${"read" | "write" | "create"}`;

const EVALUATE = /^POST \/projects\/\{uid\}\/quality-targets\/evaluate\//;

// The first match counts. Polls and downloads: by the reference `exports.create` is enough, by the newest source it is not.
const SCOPE_OF_ROUTE: readonly (readonly [RegExp, Scope])[] = [
  [/^POST \/exports\/$/, "exports.create"],
  [/^GET \/exports\//, "exports.read"],
  // An export's file on the API's own origin.
  [/^GET download_url$/, "exports.read"],
  [/^GET \/datasets\/manual-upload\/(?:quota|allowed-mimes)\//, "datasets.read"],
  [/^GET \/datasets\//, "datasets.read"],
  [/^\w+ \/datasets\//, "datasets.write"],
  [/^GET \/projects\/\{uid\}\/(?:quality-targets|consensus)\//, "qc.read"],
  [EVALUATE, "qc.read"],
  [/^\w+ \/projects\/\{uid\}\/(?:quality-targets|consensus)\//, "qc.write"],
  [/^GET \/(?:users\/me\/)?projects\//, "projects.read"],
  [/^GET \/tasks\//, "tasks.read"],
  [/^GET \/storage-configs\//, "storage.read"],
  [/^\w+ \/storage-configs\//, "storage.write"],
  [/^GET \/webhook/, "webhooks.read"],
  [/^\w+ \/webhook/, "webhooks.write"],
  [/^GET \/organizations\//, "organizations.read"],
  [/^GET \/slices\//, "slices.read"],
  [/^\w+ \/slices\//, "slices.write"],
];

/** The scope that a scoped key needs for a route's template, `GET /exports/{uid}/`; `undefined` where none is known. */
function scopeOf(route: string): Scope | undefined {
  return SCOPE_OF_ROUTE.find(([pattern]) => pattern.test(route))?.[1];
}

/** For messages: `the scope exports.read`. */
export function scopeWordsOf(route: string): string {
  const scope = scopeOf(route);
  if (scope === undefined) return "the scope for it";
  // A POST that changes nothing: no source says which of the two it needs.
  return EVALUATE.test(route) ? "the scope qc.read, or qc.write" : `the scope ${scope}`;
}

/** What to give a key for `wanted`. Quality targets that are read for a gate are evaluated, too, for which it may need either. */
export function scopesToGive(wanted: readonly Scope[]): readonly Scope[] {
  const evaluating: readonly Scope[] = wanted.includes("qc.read") ? ["qc.write"] : [];
  return [...new Set([...wanted, ...evaluating])];
}

// All that a source names. A list with another word in it (a wildcard, "admin", a newer scope) may open more than it shows.
const KNOWN: ReadonlySet<string> = new Set([
  ...["datasets.read", "datasets.write", "projects.read", "projects.write"],
  ...["exports.create", "exports.read", "tasks.read", "tasks.write", "qc.read", "qc.write"],
  ...["storage.read", "storage.write", "webhooks.read", "webhooks.write"],
  ...["organizations.read", "organizations.write", "slices.read", "slices.write"],
]);

/** The scope that the server's words name, when it is the only one; of another vocabulary none. */
export function scopeNamedIn(text: string): string | undefined {
  const words = text.match(/\b[a-z]+\.[a-z]+\b/g) ?? [];
  const named = new Set(words.filter((word) => KNOWN.has(word)));
  return named.size === 1 ? [...named][0] : undefined;
}

interface Disagreement {
  /** Each is enough by the reference, which knows no other for it, or may be; `undefined` where it wants none. */
  readonly enough: readonly Scope[] | undefined;
  /** When a key shows that it lacks the newest source's scope. */
  readonly shows: string;
}

// The reference has five scopes, the newest source has more: where only the newest one wants a scope, nothing is proved.
const DISAGREEMENTS: Readonly<Partial<Record<Scope, Disagreement>>> = {
  "exports.read": { enough: ["exports.create"], shows: "when the export's status is first read" },
  "tasks.read": { enough: ["projects.read"], shows: "when tasks are read" },
  "organizations.read": { enough: undefined, shows: "when the organization is looked up" },
  "storage.read": { enough: ["datasets.read"], shows: "when storage configs are read" },
  "storage.write": { enough: ["datasets.write"], shows: "when the storage config is written" },
  "webhooks.read": { enough: ["datasets.read"], shows: "when webhooks are read" },
  "webhooks.write": { enough: ["datasets.write"], shows: "when the webhook is written" },
  "slices.read": { enough: ["datasets.read"], shows: "when slices are read" },
  "slices.write": { enough: ["datasets.write"], shows: "when the slice is written" },
  // No source says which of the two the POST that evaluates needs.
  "qc.read": { enough: ["projects.read", "qc.write"], shows: "when quality targets are read" },
  "qc.write": { enough: ["projects.read"], shows: "when the quality target is written" },
};

export interface DoubtedScope {
  readonly scope: Scope;
  readonly shows: string;
}

interface ScopesJudged {
  /** Every source says that the key may not. */
  readonly lacked: readonly Scope[];
  /** By the newest source the key may not, by the reference it may. */
  readonly doubted: readonly DoubtedScope[];
}

/** What a key's own list proves about the scopes of `wanted`: nothing, where it is empty or has a word of no source. */
export function judgeScopes(listed: readonly string[], wanted: readonly Scope[]): ScopesJudged {
  const has = new Set(listed.map((scope) => scope.toLowerCase()));
  const missing = [...new Set(wanted)].filter((scope) => !has.has(scope));
  if (has.size === 0 || [...has].some((scope) => !KNOWN.has(scope)))
    return { lacked: [], doubted: [] };
  const isDoubted = (scope: Scope): boolean => {
    const disagreement = DISAGREEMENTS[scope];
    if (disagreement === undefined) return false;
    const { enough } = disagreement;
    return enough === undefined || enough.some((other) => has.has(other));
  };
  return {
    lacked: missing.filter((scope) => !isDoubted(scope)),
    doubted: missing
      .filter(isDoubted)
      .map((scope) => ({ scope, shows: DISAGREEMENTS[scope]?.shows ?? "" })),
  };
}
