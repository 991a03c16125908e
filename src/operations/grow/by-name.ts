// Increments of which no record says what they hold, and whose names have the digest of something that is known here: of what a
// run began to make, or of just what is not held. So is one that was made by a run that ended before it had compared it, or by a
// rival. It is held against that content as a version is, and what shows nothing takes nothing from it: the name says that the
// content is the very one, and what we know of it is ours. That needs neither keys that are paths nor the files, which may have
// changed since or be gone.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { hasContent } from "../../files/manifest/compare";
import { shortDigest } from "../../files/manifest/dataset-name";
import { createManifest, type Manifest, type ManifestEntry } from "../../files/manifest/manifest";
import { removeUploadJournal } from "../../upload/journal/upload-journal";
import { compareFound } from "../publish/decide";
import { contentsOfBegun } from "./begun-increments";
import type { FoundIncrement } from "./find-increments";
import type { GrowOptions, GrowTarget } from "./growth";
import { planGrowth, type HeldEntry } from "./growth-plan";
import { incrementName } from "./increment-name";
import { recordIncrement } from "./increment-record";
import { incrementsOf, knownAs, type Knowledge } from "./knowledge";

function unknownOf(
  found: readonly FoundIncrement[],
  { entries, broken }: Knowledge,
): readonly FoundIncrement[] {
  return found.filter(
    ({ dataset: { uid }, isOwnerKnown }) => isOwnerKnown && !entries.has(uid) && !broken.has(uid),
  );
}

/** Those that are declared where they are as they were: these are on the disk, and can be held against what a store keeps. */
function filesOf(
  declared: Taking["declared"],
  entries: readonly ManifestEntry[],
): readonly ManifestEntry[] {
  return entries.map((entry) => {
    const file = declared.get(entry.path);
    return hasContent(file, entry) ? file : entry;
  });
}

/** The same, of which nothing shows that some are what was sent. */
export function withoutContentOf(
  files: readonly ManifestEntry[],
  unshown: readonly string[] = [],
): readonly HeldEntry[] {
  const paths = new Set(unshown);
  return files.map(({ path, sizeBytes, sha256 }) =>
    paths.has(path) ? { path, sizeBytes } : { path, sizeBytes, sha256 },
  );
}

interface Taking {
  /** By path. */
  readonly declared: ReadonlyMap<string, ManifestEntry>;
  readonly knowledge: Knowledge;
  readonly options: GrowOptions;
}

/** Recorded at once where all of it was compared, so that it stays known where another one can't be read. */
async function take(
  avala: Avala,
  target: GrowTarget,
  one: FoundIncrement,
  content: Pick<Manifest, "entries" | "digest">,
  { declared, knowledge, options }: Taking,
): Promise<void> {
  const { uid, name } = one.dataset;
  const files = filesOf(declared, content.entries);
  const named = { dataset: { ...target.dataset, name }, files, digest: content.digest };
  try {
    const { unverified, unshown } = await compareFound(avala, one, named, options);
    const entries = withoutContentOf(files, unshown);
    knowledge.entries.set(uid, entries);
    if (unverified > 0) return;
    await recordIncrement(avala, target, knownAs({ ...one, entries }), options.stateDirectory);
  } catch (error) {
    // It lacks items or their content, or the server gave up on it: what it has shows in its items, and the rest is sent again.
    if (!isAvalaError(error) || (error.code !== "conflict" && error.code !== "dataset"))
      throw error;
    knowledge.broken.add(uid);
    // Of what was sent for it, or once it was deleted the same files would be confirmed again as they lie there.
    const { organizationUid } = target.dataset;
    const { name: datasetName } = incrementName(target.name, one.number, content.digest);
    await removeUploadJournal(avala, { datasetName, organizationUid }, options.stateDirectory);
  }
}

/** Takes those that are known by their names, and records them. */
export async function takeByName(
  avala: Avala,
  target: GrowTarget,
  found: readonly FoundIncrement[],
  knowledge: Knowledge,
  options: GrowOptions,
): Promise<void> {
  if (unknownOf(found, knowledge).length === 0) return;
  const declared = new Map(target.files.map((file) => [file.path, file]));
  const taking = { declared, knowledge, options };
  const begun = await contentsOfBegun(avala, target, options);
  for (const one of unknownOf(found, knowledge)) {
    const content = begun.find(({ digest }) => shortDigest(digest) === one.shortDigest);
    if (content !== undefined) await take(avala, target, one, content, taking);
  }
  for (;;) {
    const unknown = unknownOf(found, knowledge);
    if (unknown.length === 0) return;
    const { toSend } = planGrowth(target.files, incrementsOf(found, knowledge), target.postponed);
    if (toSend.length === 0) return;
    const lacking = createManifest(toSend);
    const same = unknown.find((one) => one.shortDigest === shortDigest(lacking.digest));
    if (same === undefined) return;
    await take(avala, target, same, lacking, taking);
  }
}
