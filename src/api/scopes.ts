// Which scope a scoped key needs for a call (contract, "Scopes"). Pure.

export type Scope = `${string}.${"read" | "write" | "create"}`;

// The first match counts. Polls and downloads: by the reference `exports.create` is enough, by the newest source it is not.
const SCOPE_OF_ROUTE: readonly (readonly [RegExp, Scope])[] = [
  [/^POST \/exports\/$/, "exports.create"],
  [/^GET \/exports\//, "exports.read"],
  [/^GET \/datasets\/manual-upload\/(?:quota|allowed-mimes)\//, "datasets.read"],
  [/^GET \/datasets\//, "datasets.read"],
  [/^\w+ \/datasets\//, "datasets.write"],
  [/^GET \/projects\/\{uid\}\/(?:quality-targets|consensus)\//, "qc.read"],
  [/^POST \/projects\/\{uid\}\/quality-targets\/evaluate\//, "qc.read"],
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
export function scopeOf(route: string): Scope | undefined {
  return SCOPE_OF_ROUTE.find(([pattern]) => pattern.test(route))?.[1];
}
