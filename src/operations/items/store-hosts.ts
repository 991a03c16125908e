// What the hosts of items have shown in one comparison. No source says that the URL of an item leads to the file that was sent
// (docs/api.md, "Open questions"): it may lead to a preview, or to another object of the same bytes. So what differs at a
// host counts only once something has agreed there; and a host that does not answer is not asked to no end.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { readStored, type StoredObject } from "../../api/storage/stored-object";
import { AvalaError, isAvalaError } from "../../errors";
import { retry } from "../../flow/retry";
import { createSlots, type Slots } from "../../flow/slots";
import { counted } from "../../text";
import { retryOn } from "../../upload/send/attempt";
import { msOf, type WaitMs } from "../wait";

const MAX_TRIES = 3;
/** Tries in a row without an answer, of any file. */
const MAX_UNANSWERED = 8;
/** Of one file, and how long it waits between two of them: comparing is advice. */
const MAX_THROTTLED_TRIES = 5;
const MAX_PAUSE_MS = 5000;
/** Throttled tries in a row, of any file. One that throttles all that are asked at once, and serves them then, is not given up. */
const MAX_THROTTLED = 2 * STORE_READS_AT_ONCE;
// For a store whose ETags are not MD5s each file would be read for nothing.
export const MAX_UNLIKE_BEFORE_ALIKE = 16;
const MAX_IDLE_MS = 30_000;
const MIN_IDLE_MS = 1000;
/** A preview waits for nothing, and compares all the same. */
const LOOK_WITHOUT_WAIT_MS = 60_000;
/** A large one is read in pieces of a MiB, and takes a core. */
export const FILE_READS_AT_ONCE = 8;

export interface StoreHost {
  /** As a URL has it; empty where there is none. */
  readonly host: string;
  /** Files of the same MD5. */
  same: number;
  /** Files of the ETag that it replied when it was sent them. */
  kept: number;
  /** Files of the same size, where no ETag is known to be another than theirs. */
  ofSize: number;
  /** Files of the same size and of another MD5, if its ETags are MD5s. */
  other: number;
  wrongSize: number;
  /** Files of which it did not answer, or was not asked any more. */
  unread: number;
  unansweredInARow: number;
  throttledInARow: number;
  /** Why it is not asked. */
  refusal?: AvalaError | undefined;
}

/** Of one comparison, which may hold several datasets against files. */
export interface StoreHosts {
  readonly byHost: Map<string, StoreHost>;
  /** Local files wait here to be read. */
  readonly reading: Slots;
  /** Ms since the epoch: later no store is asked. */
  readonly untilMs: number;
}

/** @param waitMs how long may still be waited. */
export function beginLook({ clock }: Pick<Avala, "clock">, waitMs: WaitMs): StoreHosts {
  const mayWaitMs = msOf(waitMs);
  const lookMs = mayWaitMs > 0 ? mayWaitMs : LOOK_WITHOUT_WAIT_MS;
  const reading = createSlots(FILE_READS_AT_ONCE);
  return { byHost: new Map(), reading, untilMs: clock.now() + lookMs };
}

export function hostOf({ byHost }: StoreHosts, url: string | undefined): StoreHost {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : "";
  const known = byHost.get(host);
  if (known !== undefined) return known;
  const seen = { same: 0, kept: 0, ofSize: 0, other: 0, wrongSize: 0 };
  const fresh: StoreHost = { host, ...seen, unread: 0, unansweredInARow: 0, throttledInARow: 0 };
  byHost.set(host, fresh);
  return fresh;
}

/**
 * `kept`: the object that was sent, by an ETag that need not be an MD5. `of-size`: the size is all that a store shows of it.
 */
export type Likeness = "same" | "kept" | "of-size" | "other" | "wrong-size";

/** @param isTagged whether it is known what the store called the file */
export function noteLikeness(
  host: StoreHost,
  likeness: Likeness | undefined,
  { isTagged }: { readonly isTagged: boolean },
): void {
  if (likeness === "same") host.same += 1;
  if (likeness === "kept") host.kept += 1;
  if (likeness === "other") host.other += 1;
  if (likeness === "wrong-size") host.wrongSize += 1;
  if (likeness === "of-size" || (likeness === "other" && !isTagged)) host.ofSize += 1;
}

/** Where sizes are all that agrees, that may be chance in one of many previews: then no fewer have to agree than differ. */
function hasAgreed({ same, kept, ofSize, wrongSize }: StoreHost): boolean {
  return same + kept > 0 || (ofSize > 0 && ofSize >= wrongSize);
}

/** Whether a difference is one of the content: its host has shown that it keeps what was sent, and what its ETags are. */
export function isDifference(host: StoreHost, likeness: Likeness | undefined): boolean {
  if (likeness === "wrong-size") return hasAgreed(host);
  return likeness === "other" && host.same > 0;
}

/** Whether files may still be read to hold them against the ETags of the host. */
export function mayRead({ same, other }: StoreHost): boolean {
  return same > 0 || other < MAX_UNLIKE_BEFORE_ALIKE;
}

function isGivenUp({ refusal, unansweredInARow, throttledInARow }: StoreHost): boolean {
  if (refusal !== undefined || unansweredInARow >= MAX_UNANSWERED) return true;
  return throttledInARow >= MAX_THROTTLED;
}

function noteFailure(host: StoreHost, error: unknown): void {
  if (!isAvalaError(error)) return;
  if (error.code === "storage_host") host.refusal = error;
  if (error.isThrottled) host.throttledInARow += 1;
  const isDown = error.code === "storage" && !error.isThrottled;
  if (isDown || error.code === "network" || error.code === "timeout") host.unansweredInARow += 1;
}

function notAsked(cause?: unknown): AvalaError {
  return new AvalaError("timeout", "It is not asked any more.", { cause });
}

/** It is advice. @throws AvalaError `cancelled`; what is none */
function ignoreUnread(error: unknown): undefined {
  if (!isAvalaError(error) || error.code === "cancelled") throw error;
  return undefined;
}

interface Asked {
  readonly path: string;
  readonly url: string;
  /** What it has said already. */
  readonly stored?: StoredObject | undefined;
}

/** What the store says of one file's object; `undefined` where it says nothing. @throws AvalaError `cancelled` */
export async function askStore(
  avala: Avala,
  hosts: StoreHosts,
  { path, url, stored: known }: Asked,
): Promise<StoredObject | undefined> {
  if (known !== undefined) return known;
  const { clock, signal, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  const host = hostOf(hosts, url);
  let throttled = 0;
  const ask = async (): Promise<StoredObject | undefined> => {
    const leftMs = hosts.untilMs - clock.now();
    if (isGivenUp(host) || leftMs <= 0) throw notAsked();
    try {
      const idleTimeoutMs = Math.min(MAX_IDLE_MS, Math.max(MIN_IDLE_MS, leftMs));
      const stored = await readStored(avala, url, idleTimeoutMs);
      host.unansweredInARow = 0;
      host.throttledInARow = 0;
      return stored;
    } catch (error) {
      noteFailure(host, error);
      if (!isAvalaError(error)) throw error;
      if (error.isThrottled) throttled += 1;
      const isTooLong = (error.retryAfterMs ?? 0) > MAX_PAUSE_MS;
      throw isTooLong || throttled >= MAX_THROTTLED_TRIES ? notAsked(error) : error;
    }
  };
  const until = { maxTries: MAX_TRIES, deadlineMs: Math.min(deadlineMs, hosts.untilMs) };
  try {
    return await retry(ask, { ...retryOn(avala, `look at ${path}`, signal), ...until });
  } catch (error) {
    host.unread += 1;
    return ignoreUnread(error);
  }
}

function describeSizes({ wrongSize, ofSize, other }: StoreHost): string {
  const files = counted(wrongSize, "file");
  if (ofSize + other > 0) return `other sizes for ${files}, and the right ones for fewer`;
  return wrongSize === 1 ? "another size for the file" : `other sizes for all ${files}`;
}

function describeOthers(other: number): string {
  return other === 1
    ? "the file that was compared"
    : `all ${counted(other, "file")} that were compared`;
}

function describeHost(one: StoreHost): readonly string[] {
  const { host, same, other, wrongSize, unread, refusal } = one;
  if (refusal !== undefined) {
    const head = `${counted(unread, "file")} could not be compared with what storage keeps: ${refusal.message}`;
    return [[head, refusal.hint].filter(Boolean).join(" ")];
  }
  const lines: string[] = [];
  if (wrongSize > 0 && !hasAgreed(one))
    lines.push(
      `${host} returns ${describeSizes(one)}: it may show previews, so the contents count as not compared.`,
    );
  if (other > 0 && same === 0)
    lines.push(
      `${host} shows another MD5 for ${describeOthers(other)}: it keeps other contents or previews of the same, or its ETags are not MD5s.`,
    );
  if (unread > 0)
    lines.push(
      `${host} did not show what it keeps of ${counted(unread, "file")}, or not in time, so the contents count as not compared.`,
    );
  return lines;
}

/** What was seen at hosts that shows nothing. */
export function reportHosts(avala: Pick<Avala, "emit">, { byHost }: StoreHosts): void {
  for (const host of byHost.values())
    for (const text of describeHost(host)) avala.emit({ kind: "warning", text });
}
