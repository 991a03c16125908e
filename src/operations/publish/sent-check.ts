// Whether a dataset holds what was sent for it, where runs of other content can send to the same places, or no reply has shown
// it: only what lies there once it is made can show that. Nothing is written before that is known that vouches for it.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { isSuspect, UNTAGGED, type PlaceTag, type PlaceTags } from "../../upload/check/place-tag";
import { heldAgainst, readLastSent, tagsOf } from "../../upload/journal/rivals";
import { placeOf } from "../../upload/journal/upload-journal";
import type { UploadResult } from "../../upload/result";
import { counted, listed, shown } from "../../text";
import { printable } from "../../redact";
import { groupBy } from "../../group-by";
import type { ItemComparison } from "../items/item-comparison";
import { suffixOfKind } from "../items/store-evidence";
import type { WaitMs } from "../wait";
import { compareContents, type ContentComparison } from "./content-check";
import { readContentRecord } from "./content-record";
import { proofOf } from "./proof";
import { hasDifference, type Words } from "./refusals";
import { asDataType, destinationOf, digestOf, isNamedByContent, type NamedFiles } from "./target";

/**
 * Of the files that others can replace what the store called them, from the run that sent them or from its journal. Under a
 * name of the content: of the suspects, and of what else no reply has shown.
 */
export async function readTags(
  avala: Avala,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<PlaceTags> {
  if (target.tags !== undefined) return target.tags;
  const lastSent = await lastSentOf(avala, target, stateDirectory);
  return lastSent === undefined ? new Map() : tagsOf(target.files, lastSent);
}

async function lastSentOf(
  avala: Avala,
  target: NamedFiles,
  stateDirectory: string | undefined,
): ReturnType<typeof readLastSent> {
  if (stateDirectory === undefined) return undefined;
  return readLastSent(await placeOf(avala, destinationOf(target), stateDirectory));
}

function untagged(paths: Iterable<string>): Map<string, PlaceTag> {
  return new Map([...paths].map((path) => [path, UNTAGGED]));
}

/**
 * The same of files that were sent under a name of their content, perhaps by another process: where its journal does not say
 * how one went, or is not here, that one is a suspect.
 */
export async function readSentTags(
  avala: Avala,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<PlaceTags> {
  if (target.tags !== undefined || !isNamedByContent(target))
    return readTags(avala, target, stateDirectory);
  const lastSent = await lastSentOf(avala, target, stateDirectory);
  if (lastSent === undefined) return untagged(target.files.map(({ path }) => path));
  const { others, unknown } = heldAgainst(target.files, lastSent);
  return new Map([...untagged([...others, ...unknown]), ...tagsOf(target.files, lastSent)]);
}

/** What is to be looked at of a dataset that was made. */
export async function tagsToCompare(
  avala: Avala,
  { uid }: Pick<Dataset, "uid">,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<PlaceTags> {
  if (target.tags !== undefined || !isNamedByContent(target))
    return readTags(avala, target, stateDirectory);
  const record = await readContentRecord(avala, destinationOf(target), uid, stateDirectory);
  const proof = proofOf({
    ...{ digest: digestOf(target), isNamedByContent: true, record },
    suspects: [],
  });
  if (proof.by === "record") return new Map();
  if (record === undefined || proof.by !== "name")
    return readSentTags(avala, target, stateDirectory);
  const lastSent = await lastSentOf(avala, target, stateDirectory);
  const tags = lastSent === undefined ? [] : tagsOf(target.files, lastSent);
  return new Map([...tags, ...untagged(proof.suspects)]);
}

/** Of the files with tags those of which no reply says that the store took them. */
export function suspectsIn(tags: PlaceTags, files: NamedFiles["files"]): readonly string[] {
  return files.flatMap(({ path }) => (isSuspect(tags.get(path)) ? path : []));
}

// Files that are no suspects: one shows that the store returns MD5s, or that it does not, and one of a suspect's kind that its
// URL leads to the file.
const MAX_CONTROLS = 8;

/** The smallest, as they are read: of all, and of each kind of which there are suspects. */
function controlsBeside(tags: PlaceTags, files: NamedFiles["files"]): ReadonlySet<string> {
  const others = files.filter(({ path }) => !tags.has(path));
  const bySize = others.sort((a, b) => a.sizeBytes - b.sizeBytes);
  const bySuffix = groupBy(bySize, ({ path }) => suffixOfKind(path));
  const suffixes = new Set(files.flatMap(({ path }) => (tags.has(path) ? suffixOfKind(path) : [])));
  const alike = [...suffixes].map((suffix) => bySuffix.get(suffix) ?? []);
  const controls = [bySize, ...alike].flatMap((some) => some.slice(0, MAX_CONTROLS));
  return new Set(controls.map(({ path }) => path));
}

export interface SentComparison {
  /** Files in whose places something else lies. */
  readonly others: readonly string[];
  /** Files in whose places something else may lie: nothing shows what. */
  readonly unshown: readonly string[];
}

const LOOK = "Look at these items in Avala to see which it is.";

/** One warning of all of them, if there are any. `what` continues the sentence that names the dataset, and ends before the list. */
function warnOf(
  avala: Avala,
  { name }: Pick<Dataset, "name">,
  paths: readonly string[],
  what: string,
): void {
  if (paths.length === 0) return;
  const text = `For ${counted(paths.length, "file")} of the dataset ${printable(name)}, ${what}:${listed(paths.map(shown))}`;
  avala.emit({ kind: "warning", text });
}

/** Of them storage keeps less than was sent, or shows less. */
function reportResized(
  avala: Avala,
  dataset: Pick<Dataset, "name">,
  resized: readonly string[],
): void {
  const what = `storage shows another size than was sent, and the ETag that it returned then: it has kept only a part, or the items' URLs lead to scaled images. The content counts as not compared. ${LOOK} The files`;
  warnOf(avala, dataset, resized, what);
}

/** Other runs can send to their places, and nothing shows for certain whether they did. */
export function reportUnshown(
  avala: Avala,
  dataset: Dataset,
  { unshown, unlike, resized }: Pick<ContentComparison, "unshown" | "unlike" | "resized">,
  { version }: Words,
): void {
  const isTold = new Set([...unlike, ...resized]);
  warnOf(
    avala,
    dataset,
    unlike,
    `storage shows another size and another ETag than it returned for what was sent: another run has sent something else to the same place, or the items' URLs lead to previews, so the content counts as not compared. ${LOOK} ${version} The files`,
  );
  reportResized(avala, dataset, resized);
  warnOf(
    avala,
    dataset,
    unshown.filter((path) => !isTold.has(path)),
    `storage does not show whether another run has sent something else to the same place, so the content counts as not compared. ${version} Where storage returns MD5s, running again compares the content`,
  );
}

/** No reply has shown that its store keeps them, and no look has. */
export function reportSuspects(
  avala: Avala,
  dataset: Dataset,
  { unshown, resized, sized }: Pick<ContentComparison, "unshown" | "resized" | "sized">,
): void {
  const isTold = new Set([...resized, ...sized]);
  const uncompared = "The content counts as not compared, although the name has its digest.";
  reportResized(avala, dataset, resized);
  warnOf(
    avala,
    dataset,
    sized,
    `storage shows another size than was sent, and nothing shows that the items' URLs lead to something else, as to scaled images: it may have kept only a part, or something else. ${uncompared} ${LOOK} The files`,
  );
  warnOf(
    avala,
    dataset,
    unshown.filter((path) => !isTold.has(path)),
    `it is not known whether storage keeps what was sent: no response showed it, and the items do not show it either. ${uncompared} Running again where items show what storage keeps compares it`,
  );
}

interface Comparing {
  readonly tags: PlaceTags;
  readonly items: ItemComparison;
  readonly words: Words;
  readonly waitMs: WaitMs;
}

/** @throws as {@link compareContents} */
export async function compareSent(
  avala: Avala,
  dataset: Dataset,
  target: NamedFiles,
  { tags, items, words, waitMs }: Comparing,
): Promise<SentComparison> {
  if (tags.size === 0 || hasDifference(items)) return { others: [], unshown: [] };
  const { files, dataset: owner } = target;
  const isNamed = isNamedByContent(target);
  const named = isNamed ? controlsBeside(tags, files) : undefined;
  const dataType = owner.dataType ?? asDataType(dataset.dataType);
  const expected = { files, owner, tags, dataType, listed: items.listed, named };
  const compared = await compareContents(avala, dataset, expected, waitMs);
  const others = [...compared.others, ...compared.wrongSize].sort();
  if (!isNamed) {
    reportUnshown(avala, dataset, compared, words);
    return { others, unshown: compared.unshown };
  }
  reportSuspects(avala, dataset, compared);
  return { others, unshown: compared.unshown };
}

/** The files by which a run that sent them may have replaced those of a dataset that was made meanwhile. */
export function replacedBy(upload: UploadResult | undefined): readonly string[] {
  if (upload?.mayReplace !== true) return [];
  return upload.sent.flatMap(({ path }) => (upload.tags.has(path) ? path : []));
}
