// Items whose files have other paths now, where no record says what was sent for them: which these are, and a word where it can't
// be known, since annotations stay behind then.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { printable } from "../../redact";
import { counted } from "../../text";
import type { WaitMs } from "../wait";
import type { FoundIncrement } from "./find-increments";
import type { GrowTarget } from "./growth";
import type { GrowthPlan, HeldEntry, Increment } from "./growth-plan";
import { incrementsOf, type Knowledge } from "./knowledge";
import {
  askAboutLeft,
  filesBySize,
  findLeft,
  isMd5Shown,
  isPossible,
  isUnknown,
  type Left,
} from "./left-items";
import { pathOf } from "./item-homes";
import { createPairing } from "./pairing";
import { findSameContent, type SameContent } from "./same-content";
import { isUnclear } from "./unclear-items";
import { nameOfSet } from "./increment-name";

const CACHING = "https://github.com/avala/upload-action/blob/v1/docs/action.md#caching";

/** Known increments of which stores have not said what some items are, though these may be files that nothing is known to hold. */
function unasked(
  { items }: Left,
  found: readonly FoundIncrement[],
  { entries, places }: Knowledge,
): ReadonlyMap<string, readonly HeldEntry[]> {
  const isOwn = new Set(found.flatMap((one) => (one.isOwnerKnown ? one.dataset.uid : [])));
  const held = new Map<string, readonly HeldEntry[]>();
  for (const { entry, datasetUid } of items) {
    const isAsked = entry.stored !== undefined || places.has(entry);
    if (!isAsked && isOwn.has(datasetUid)) held.set(datasetUid, entries.get(datasetUid) ?? []);
  }
  return held;
}

/** Whether an increment could not be listed, as while a list lags. */
export function isUnlisted(error: unknown): boolean {
  return isAvalaError(error) && (error.code === "dataset" || error.code === "timeout");
}

/** With what was sent for it and its list still lacks: nothing shows that it is not there. */
export function withUnlisted(
  listed: readonly HeldEntry[],
  before: readonly HeldEntry[] = [],
): readonly HeldEntry[] {
  if (listed.length >= before.length) return listed;
  const paths = new Set(listed.flatMap((one) => [one.path, pathOf(one)]));
  return [...listed, ...before.filter((one) => isUnknown(one) && !paths.has(one.path))];
}

/** Once for each increment that can be listed: then it is on record. What the record says already stays, whatever a look shows. */
async function lookAgain(
  unknown: ReadonlyMap<string, readonly HeldEntry[]>,
  { entries, looks, settled }: Knowledge,
  look: () => Promise<void>,
): Promise<void> {
  for (const uid of unknown.keys()) entries.delete(uid);
  try {
    await look();
  } catch (error) {
    // What is on record is enough to go on: that some files were renamed stays unknown, and is said.
    if (!isUnlisted(error)) throw error;
    for (const [uid, before] of unknown) entries.set(uid, before);
    return;
  }
  for (const [uid, before] of unknown) {
    const known = new Map(before.flatMap((one) => (one.sha256 ? [[one.path, one]] : [])));
    const looked = entries.get(uid) ?? [];
    // Keys that may be those of several files do not show to which items the record's words belong.
    const isBetter = known.size === 0 || !looked.some(isUnclear);
    if (!isBetter) looks.delete(uid);
    const shown = looked.map((one) => known.get(pathOf(one)) ?? known.get(one.path) ?? one);
    entries.set(uid, isBetter ? withUnlisted(shown, before) : before);
    for (const one of known.values()) settled.add(one);
  }
}

/** What the items are by the files of their contents. */
function settle(
  left: Left,
  { filesOf }: SameContent,
  { entries, fresh, settled }: Knowledge,
): void {
  const placeOf = createPairing();
  const shown = new Map<HeldEntry, HeldEntry>();
  const uids = new Set<string>();
  for (const { entry, datasetUid } of left.items) {
    const files = filesOf.get(entry);
    const [file] = files ?? [];
    if (files === undefined || file === undefined) continue;
    const { sizeBytes, sha256 } = file;
    const path = placeOf(entry, datasetUid, files);
    shown.set(entry, { path, as: entry.as, sizeBytes, sha256 });
    uids.add(datasetUid);
  }
  for (const one of shown.values()) settled.add(one);
  for (const uid of uids) {
    const held = entries.get(uid) ?? [];
    entries.set(
      uid,
      held.map((one) => shown.get(one) ?? one),
    );
    fresh.add(uid);
  }
}

interface Looking {
  readonly waitMs: () => WaitMs;
  /** Looks into increments of which nothing is known. */
  readonly look: () => Promise<void>;
}

/**
 * Holds items of unknown content against all files that no item is known to hold, wherever these are. Costs no API call where
 * all files are held, nor a second one where a store has answered.
 */
export async function findMoved(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  { waitMs, look }: Looking,
): Promise<SameContent> {
  const leftNow = (): Left => findLeft(target, incrementsOf(found, knowledge));
  let left = leftNow();
  const open = unasked(left, found, knowledge);
  if (open.size > 0) {
    await lookAgain(open, knowledge, look);
    left = leftNow();
  }
  await askAboutLeft(avala, target, left, knowledge, waitMs);
  const same = await findSameContent(avala, left, knowledge);
  settle(left, same, knowledge);
  return same;
}

/** Says which items are gone that may be new files, as where a store shows no MD5s. */
export function reportLeft(
  avala: Pick<Avala, "emit">,
  { name, files }: GrowTarget,
  increments: readonly Increment[],
  { toSend, postponed }: GrowthPlan,
): void {
  if (toSend.length === 0) return;
  const sent = new Set(toSend.map(({ path }) => path));
  const newFiles = filesBySize(files.filter(({ path }) => sent.has(path)));
  const here = new Set([...files, ...postponed].map(({ path }) => path));
  const isGone = (entry: HeldEntry): boolean =>
    isUnknown(entry) && !isUnclear(entry) && !here.has(pathOf(entry));
  const gone = increments.flatMap(({ entries }) =>
    entries.filter((one) => isGone(one) && isPossible(one, newFiles) && !isMd5Shown(one)),
  );
  const [first] = gone;
  if (first === undefined) return;
  const set = printable(nameOfSet(name));
  const count = [...newFiles.values()].reduce((sum, some) => sum + some.length, 0);
  const isOne = gone.length === 1;
  const text = `${counted(gone.length, "item")} of the growing set ${set}, whose ${isOne ? "file is" : "files are"} gone, could not be compared with ${counted(count, "new file")}: ${isOne ? "" : "for example "}${printable(first.path)}. No record here says what was sent for ${isOne ? "it" : "them"}, and storage does not show it. If files were renamed, they are sent again as new items, and their annotations stay on the old items, which are superseded. Renamed files are recognized where the folder AVALA_STATE_DIR is kept between runs, on a hosted runner by a cache: ${CACHING}`;
  avala.emit({ kind: "warning", text });
}
