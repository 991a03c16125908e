// What the hosts of items have shown in one comparison. No source says that the URL of an item leads to the file that was sent
// (docs/api.md, "Open questions"): it may lead to a preview, or to another object of the same bytes. So what differs at a
// host counts only once something has agreed there; and a host that does not answer is not asked to no end.
import type { Avala } from "../../api/connection";
import type { AvalaError } from "../../errors";
import { createSlots, type Slots } from "../../flow/slots";
import { counted } from "../../text";
import type { WaitMs } from "../wait";
import { createHostGate, type HostGate } from "./host-gate";
import type { LookLimits } from "./host-standing";

// For a store whose ETags are not MD5s each file would be read for nothing.
export const MAX_UNLIKE_BEFORE_ALIKE = 16;
/** Of the time that is left: what follows, as an export or its gate, needs some, and what is looked at is advice. */
const LOOK_SHARE = 0.5;
/** A preview waits for nothing, and compares all the same. */
const LOOK_OF_PREVIEW_MS = 60_000;
const LATE_LOOK_MS = 5000;
const MAX_PATIENCE_MS = 30_000;
/** Of the time of the look: a host that does not answer does not take all of it. */
const PATIENCE_SHARE = 0.5;
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
  readonly gate: HostGate;
  /** Why it may not be asked. */
  refusal?: AvalaError | undefined;
}

/** Of one comparison, which may hold several datasets against files. */
export interface StoreHosts {
  readonly byHost: Map<string, StoreHost>;
  /** Local files wait here to be read. */
  readonly reading: Slots["run"];
  readonly createGate: () => HostGate;
  /** Of the time of the look. */
  leftMs: number;
  untilMs: LookLimits["untilMs"];
  patienceMs: LookLimits["patienceMs"];
}

/** The last look of a session that had hardly any time. */
const lateLooks = new WeakMap<Avala["pace"], StoreHosts>();

type Session = Pick<Avala, "clock" | "pace">;

/** A run out of time gets a little: without a look a finished upload would count as not compared. Stores that hang get it once. */
function lateMs({ clock, pace }: Session, hosts: StoreHosts): number {
  const before = lateLooks.get(pace) ?? hosts;
  lateLooks.set(pace, hosts);
  const hasHung = before !== hosts && [...before.byHost.values()].some(({ unread }) => unread > 0);
  return hasHung ? Math.max(0, before.untilMs - clock.now()) : LATE_LOOK_MS;
}

function limitLook(session: Session, hosts: StoreHosts, waitMs: WaitMs): void {
  const mayTakeMs = waitMs === "preview" ? LOOK_OF_PREVIEW_MS : LOOK_SHARE * waitMs;
  const isLate = mayTakeMs < LATE_LOOK_MS;
  hosts.leftMs = Math.min(hosts.leftMs, isLate ? lateMs(session, hosts) : mayTakeMs);
  hosts.untilMs = session.clock.now() + hosts.leftMs;
  hosts.patienceMs = Math.min(MAX_PATIENCE_MS, PATIENCE_SHARE * hosts.leftMs);
}

/** @param waitMs how long may still be waited. */
export function beginLook(
  avala: Session & Pick<Avala, "random" | "signal">,
  waitMs: WaitMs,
): StoreHosts {
  const { run: reading } = createSlots(FILE_READS_AT_ONCE);
  const createGate = (): HostGate => createHostGate(avala);
  const time = { leftMs: Number.POSITIVE_INFINITY, untilMs: 0, patienceMs: 0 };
  const hosts: StoreHosts = { byHost: new Map(), reading, createGate, ...time };
  limitLook(avala, hosts, waitMs);
  return hosts;
}

/** Looks at a part of what is compared. What goes on between two of these, as a list, takes none of the time of the look. */
export async function lookOn<T>(
  session: Session,
  hosts: StoreHosts,
  waitMs: WaitMs,
  look: () => Promise<T>,
): Promise<T> {
  const beganMs = session.clock.now();
  limitLook(session, hosts, waitMs);
  try {
    return await look();
  } finally {
    hosts.leftMs -= session.clock.now() - beganMs;
  }
}

export function hostOf({ byHost, createGate }: StoreHosts, url: string | undefined): StoreHost {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : "";
  const known = byHost.get(host);
  if (known !== undefined) return known;
  const seen = { same: 0, kept: 0, ofSize: 0, other: 0, wrongSize: 0 };
  const fresh: StoreHost = { host, ...seen, unread: 0, gate: createGate() };
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
