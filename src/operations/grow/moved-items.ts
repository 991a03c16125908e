// Items whose files have other paths now, where no record says what was sent for them: which these are, and a word where it can't
// be known, since annotations stay behind then.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { printable } from "../../redact";
import { counted } from "../../text";
import type { FoundIncrement } from "./find-increments";
import type { GrowOptions, GrowTarget } from "./growth";
import type { HeldEntry, Increment } from "./growth-plan";
import { incrementsOf, type Knowledge } from "./knowledge";
import { compareLeft, findLeft } from "./left-items";

const CACHING = "https://github.com/avala/upload-action/blob/v1/docs/action.md#caching";

/** Known increments of which the record does not say what some items were, though these may be new files. */
function unasked(
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
): ReadonlyMap<string, readonly HeldEntry[]> {
  const { entries, places } = knowledge;
  const { items } = findLeft(target, incrementsOf(found, knowledge));
  const isOwn = new Set(found.flatMap((one) => (one.isOwnerKnown ? one.dataset.uid : [])));
  const held = new Map<string, readonly HeldEntry[]>();
  for (const { entry, datasetUid } of items) {
    const isAsked = entry.stored !== undefined || places.has(entry);
    if (!isAsked && isOwn.has(datasetUid)) held.set(datasetUid, entries.get(datasetUid) ?? []);
  }
  return held;
}

/** Once for each increment that can be listed: then it is on record. What the record says already stays, whatever a look shows. */
async function lookAgain(
  unknown: ReadonlyMap<string, readonly HeldEntry[]>,
  { entries }: Knowledge,
  look: () => Promise<void>,
): Promise<void> {
  if (unknown.size === 0) return;
  for (const uid of unknown.keys()) entries.delete(uid);
  try {
    await look();
  } catch (error) {
    // What is on record is enough to go on: that some files were renamed stays unknown, and is said.
    if (!isAvalaError(error) || (error.code !== "dataset" && error.code !== "timeout")) throw error;
    for (const [uid, before] of unknown) entries.set(uid, before);
    return;
  }
  for (const [uid, before] of unknown) {
    const known = new Map(before.flatMap((one) => (one.sha256 ? [[one.path, one]] : [])));
    const looked = entries.get(uid) ?? [];
    entries.set(
      uid,
      looked.map((one) => known.get(one.path) ?? one),
    );
  }
}

interface Looking {
  readonly waitMs: GrowOptions["waitMs"];
  /** Looks into increments of which nothing is known. */
  readonly look: () => Promise<void>;
}

/** Finds out which items of unknown content are files that have other paths now. */
export async function findMoved(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  { waitMs, look }: Looking,
): Promise<void> {
  await lookAgain(unasked(target, found, knowledge), knowledge, look);
  const { entries, fresh, places } = knowledge;
  const increments = incrementsOf(found, knowledge);
  const compared = await compareLeft(avala, target, increments, { places, waitMs });
  for (const [uid, held] of entries) {
    if (!held.some((one) => compared.has(one))) continue;
    entries.set(
      uid,
      held.map((one) => compared.get(one) ?? one),
    );
    fresh.add(uid);
  }
}

/** Says which items are gone that may be new files, as where a store shows no MD5s. */
export function reportLeft(
  avala: Pick<Avala, "emit">,
  target: GrowTarget,
  increments: readonly Increment[],
): void {
  const { items, newFiles } = findLeft(target, increments);
  const declared = new Set(target.files.map(({ path }) => path));
  const gone = items.filter(({ entry: { path, stored } }) => {
    return stored?.md5 === undefined && !declared.has(path);
  });
  const [first] = gone;
  if (first === undefined) return;
  const set = `${printable(target.name.before)}{increment}`;
  const count = [...newFiles.values()].reduce((sum, files) => sum + files.length, 0);
  const isOne = gone.length === 1;
  const text = `${counted(gone.length, "item")} of the growing set ${set}, whose ${isOne ? "file is" : "files are"} gone, could not be compared with ${counted(count, "new file")}: ${isOne ? "" : "for example "}${printable(first.entry.path)}. No record here says what was sent for ${isOne ? "it" : "them"}, and storage does not show it. If files were renamed, they are sent again as new items, and their annotations stay on the old items, which are superseded. Renamed files are recognized where the folder AVALA_STATE_DIR is kept between runs, on a hosted runner by a cache: ${CACHING}`;
  avala.emit({ kind: "warning", text });
}
