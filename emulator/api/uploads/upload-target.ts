// What a presign is for, and its place in the owner's quota. Both upload protocols begin here.
import { refuse } from "../replies";
import type { ApiRequest, World } from "../request";

/** One file's place: what a presign is for. */
export interface FileTarget {
  readonly root: string;
  readonly key: string;
  readonly contentType: string;
  readonly size: number | undefined;
  readonly expiresAt: number;
}

// A presign's place in the quota outlives its URL (contract, "Uploading files").
const RESERVED_MS = 24 * 60 * 60_000;

/** Refuses with a 413 what would go over the owner's quota. */
export function reserve(target: FileTarget, request: ApiRequest, world: World): void {
  const { reservations, store, config } = world;
  const size = target.size ?? 0;
  reservations.close(target.root, target.key);
  const used = store.usedBytes(target.root) + reservations.bytes(target.root, request.now);
  if (used + size > config.quotaBytes) {
    throw refuse(413, { detail: "Storage quota exceeded.", limit: config.quotaBytes, used });
  }
  reservations.open(target.root, target.key, size, request.now + RESERVED_MS);
}
