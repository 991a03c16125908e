// How large a file may be that comes from elsewhere. Knows nothing of what is in it.
import { statfs } from "node:fs/promises";
import { AvalaError } from "../errors";
import { diskHint } from "../system-error";
import { formatBytes } from "../text";

// Where a store says no length, which those that we know always do.
const MAX_UNSTATED_BYTES = 50e9;
// The rest is for whoever else uses the disk.
const SHARE_OF_FREE = 0.9;

/** Bytes that this machine's disk has free there; `undefined` where the system does not tell. */
export async function freeBytesIn(folder: string): Promise<number | undefined> {
  const there = await statfs(folder).catch(() => undefined);
  // Some network file systems tell of no blocks at all.
  return there === undefined || there.blocks === 0 ? undefined : there.bavail * there.bsize;
}

interface Room {
  readonly maxBytes: number;
  /** `maxBytes` is what was promised: neither more nor less may come. */
  readonly isPromised: boolean;
}

/**
 * What may come: the `Content-Length` where there is one, else nine tenths of what the disk has free, and no more than
 * 50 GB.
 * @throws AvalaError `file` when more is promised than the disk has free
 */
export async function roomFor(
  what: string,
  contentLength: string | undefined,
  folder: string,
): Promise<Room> {
  const free = await freeBytesIn(folder);
  const promised = /^\d+$/.test(contentLength ?? "") ? Number(contentLength) : undefined;
  if (promised === undefined) {
    const share = free === undefined ? Infinity : Math.floor(free * SHARE_OF_FREE);
    return { maxBytes: Math.min(MAX_UNSTATED_BYTES, share), isPromised: false };
  }
  if (free !== undefined && promised > free) {
    const sizes = `${formatBytes(promised)}, and ${folder} has ${formatBytes(free)} free`;
    throw new AvalaError("file", `${what} has ${sizes}.`, {
      hint: diskHint("ENOSPC"),
    });
  }
  return { maxBytes: promised, isPromised: true };
}

/** @throws AvalaError `bad_reply` as soon as more comes than there may */
export function checkRoom(what: string, sizeBytes: number, room: Room): void {
  if (sizeBytes <= room.maxBytes) return;
  const bound = room.isPromised
    ? `the ${room.maxBytes} bytes that its store promised`
    : `${formatBytes(room.maxBytes)}, the limit for a file whose length the store does not report`;
  throw new AvalaError("bad_reply", `${what} is longer than ${bound}.`, {
    hint: "The file was not kept. Check the export in the dashboard.",
  });
}

/** @throws AvalaError `network`, to be tried again, when less has come than was promised */
export function checkWhole(what: string, sizeBytes: number, room: Room): void {
  if (!room.isPromised || sizeBytes === room.maxBytes) return;
  const message = `${what} was truncated at ${sizeBytes} of ${room.maxBytes} bytes.`;
  throw new AvalaError("network", message, { retryable: true });
}
