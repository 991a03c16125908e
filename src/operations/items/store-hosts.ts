// The hosts of items in one comparison: one that does not answer is not asked to no end. What each has shown of the items of a
// dataset is kept beside it, and said at the end where it shows nothing.
import type { Avala } from "../../api/connection";
import type { AvalaError } from "../../errors";
import { createSlots, type Slots } from "../../flow/slots";
import { printable } from "../../redact";
import { counted, formatCount } from "../../text";
import type { WaitMs } from "../wait";
import { createHostGate, type HostGate } from "./host-gate";
import type { LookLimits } from "./host-standing";
import {
  createEvidence,
  createHostEvidence,
  leadsToFiles,
  type Evidence,
  type HostEvidence,
  type Kind,
} from "./store-evidence";

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

interface StoreHost {
  /** As a URL has it; empty where there is none. */
  readonly host: string;
  /** What it has shown of the items of each dataset, by its uid. */
  readonly datasets: Map<string, Evidence>;
  readonly evidence: HostEvidence;
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
  const fresh: StoreHost = {
    ...{ host, datasets: new Map(), evidence: createHostEvidence() },
    ...{ unread: 0, gate: createGate() },
  };
  byHost.set(host, fresh);
  return fresh;
}

/** What the host of the URL has shown of the items of the dataset. */
export function evidenceOf(
  hosts: StoreHosts,
  { url, datasetUid }: { readonly url: string | undefined; readonly datasetUid: string },
): Evidence {
  const { datasets, evidence } = hostOf(hosts, url);
  const known = datasets.get(datasetUid);
  if (known !== undefined) return known;
  const fresh = createEvidence(evidence);
  datasets.set(datasetUid, fresh);
  return fresh;
}

function sumOf<T>(list: readonly T[], numberOf: (one: T) => number): number {
  return list.reduce((sum, one) => sum + numberOf(one), 0);
}

const MAX_SUFFIXES = 3;

/** ` (.tif, .bmp)` */
function suffixesOf(kinds: readonly Kind[]): string {
  const suffixes = [...new Set(kinds.map(({ suffix }) => suffix))].filter(Boolean);
  if (suffixes.length === 0) return "";
  const more = suffixes.length > MAX_SUFFIXES ? ", …" : "";
  return ` (${suffixes
    .slice(0, MAX_SUFFIXES)
    .map((suffix) => printable(suffix, 20))
    .join(", ")}${more})`;
}

/** @param areAll whether the host has shown no others to be right */
function describeSizes(kinds: readonly Kind[], areAll: boolean): string {
  const wrongSize = sumOf(kinds, (kind) => kind.wrongSize);
  const files = counted(wrongSize, "file");
  if (!areAll) return `other sizes for ${files}${suffixesOf(kinds)}`;
  const rightSize = sumOf(kinds, (kind) => kind.rightSize);
  if (rightSize > 0)
    return `other sizes for ${files}, and the right size for ${formatCount(rightSize)}`;
  return wrongSize === 1 ? "another size for the file" : `other sizes for all ${files}`;
}

function describeOthers(other: number, areAll: boolean): string {
  if (!areAll) return `${counted(other, "file")} of those that were compared`;
  return other === 1
    ? "the file that was compared"
    : `all ${counted(other, "file")} that were compared`;
}

function describeHost(one: StoreHost): readonly string[] {
  const { host, datasets, evidence, unread, refusal } = one;
  if (refusal !== undefined) {
    const head = `${counted(unread, "file")} could not be compared with what storage keeps: ${refusal.message}`;
    return [[head, refusal.hint].filter(Boolean).join(" ")];
  }
  const all = [...datasets.values()];
  const kinds = all.flatMap((of) => [...of.kinds.values()]);
  const unlike = kinds.filter((kind) => kind.wrongSize > 0 && !leadsToFiles(kind));
  const others = sumOf(all, ({ same, other }) => (same === 0 ? other : 0));
  const lines: string[] = [];
  if (unlike.length > 0)
    lines.push(
      `${host} returns ${describeSizes(unlike, !kinds.some((kind) => leadsToFiles(kind)))}: it may show previews, so these contents count as not compared.`,
    );
  if (others > 0)
    lines.push(
      `${host} shows another MD5 for ${describeOthers(others, evidence.same === 0)}: it keeps other contents or previews of the same, or its ETags are not MD5s.`,
    );
  if (unread > 0)
    lines.push(
      `${host} did not show what it keeps of ${counted(unread, "file")}, or not in time, so the contents count as not compared.`,
    );
  return lines;
}

/** What was seen at hosts that shows nothing. */
export function reportHosts(avala: Pick<Avala, "emit">, { byHost }: StoreHosts): void {
  for (const one of byHost.values())
    for (const text of describeHost(one)) avala.emit({ kind: "warning", text });
}
