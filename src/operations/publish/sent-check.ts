// Whether a dataset holds what was sent for it, where runs of other content can send to the same places: only what lies there
// once it is made can show that. Nothing is written before that is known that vouches for it.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { PlaceTags } from "../../upload/check/place-tag";
import { readLastSent, tagsOf } from "../../upload/journal/rivals";
import { placeOf } from "../../upload/journal/upload-journal";
import type { UploadResult } from "../../upload/result";
import { counted, listed, shown } from "../../text";
import { printable } from "../../redact";
import type { ItemComparison } from "../items/item-comparison";
import { compareContents } from "./content-check";
import { hasDifference, type Words } from "./refusals";
import { destinationOf, isNamedByContent, type NamedFiles } from "./target";

/** Of the files that others can replace what the store called them, from the run that sent them or from its journal. */
export async function readTags(
  avala: Avala,
  target: NamedFiles,
  stateDirectory: string | undefined,
): Promise<PlaceTags> {
  if (target.tags !== undefined) return target.tags;
  if (stateDirectory === undefined || isNamedByContent(target)) return new Map();
  const lastSent = await readLastSent(await placeOf(avala, destinationOf(target), stateDirectory));
  return lastSent === undefined ? new Map() : tagsOf(target.files, lastSent);
}

interface SentComparison {
  /** Files in whose places something else lies. */
  readonly others: readonly string[];
  /** Files in whose places something else may lie: nothing shows what. */
  readonly unshown: readonly string[];
}

/** Other runs can send to their places, and nothing shows whether they did. */
export function reportUnshown(
  avala: Avala,
  { name }: Dataset,
  unshown: readonly string[],
  { version }: Words,
): void {
  if (unshown.length === 0) return;
  const text = `For ${counted(unshown.length, "file")} of the dataset ${printable(name)}, storage does not show whether another run has sent something else to the same place, so the content counts as not compared. ${version} Where storage returns MD5s, running again compares the content:${listed(unshown.map(shown))}`;
  avala.emit({ kind: "warning", text });
}

interface Comparing {
  readonly tags: PlaceTags;
  readonly items: ItemComparison;
  readonly words: Words;
  readonly waitMs: number;
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
  const expected = { files, owner, tags, listed: items.listed };
  const compared = await compareContents(avala, dataset, expected, waitMs);
  const others = [...compared.others, ...compared.wrongSize].sort();
  // No run sends other content under such a name: that a store does not show what it keeps is no doubt of its own.
  const unshown = isNamedByContent(target) ? [] : compared.unshown;
  reportUnshown(avala, dataset, unshown, words);
  return { others, unshown };
}

/** The files by which a run that sent them may have replaced those of a dataset that was made meanwhile. */
export function replacedBy(upload: UploadResult | undefined): readonly string[] {
  if (upload?.mayReplace !== true) return [];
  return upload.sent.flatMap(({ path }) => (upload.tags.has(path) ? path : []));
}
