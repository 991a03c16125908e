// Sequences of a dataset, made of its items: a folder is a sequence of frames, or a video is. Pure.
import type { Dialect } from "../../dialect/dialect";
import type { Dataset, Item } from "../../state/records";
import { uidFor } from "../../state/state";

export interface Sequence {
  readonly uid: string;
  readonly key: string;
  readonly frames: number;
}

/** What a video is cut into: as good as any number, since nothing here decodes one. */
const FRAMES_OF_A_VIDEO = 10;

export function isAlwaysSequence(dataType: string, { sequences }: Dialect): boolean {
  return sequences === "always" && (dataType === "lidar" || dataType === "video");
}

/** One for each video, else one for each top-level folder; none in a dataset that has no sequences. */
export function sequencesOf(
  dataset: Dataset,
  items: readonly Item[],
  dialect: Dialect,
): readonly Sequence[] {
  if (!dataset.isSequence) return [];
  const isOfVideos = dialect.sequences === "always" && dataset.dataType === "video";
  const frames = new Map<string, number>();
  for (const { key } of items) {
    const name = isOfVideos ? key : folderOf(key);
    frames.set(name, (frames.get(name) ?? 0) + (isOfVideos ? FRAMES_OF_A_VIDEO : 1));
  }
  return Array.from(frames, ([key, count]) => ({
    uid: uidFor(`${dataset.uid}/${key}`),
    key,
    frames: count,
  }));
}

function folderOf(key: string): string {
  return key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
}

/** `item_count` of the dataset itself. */
export function countItems(dataset: Dataset, items: readonly Item[], dialect: Dialect): number {
  const countsSequences = dataset.isSequence && dialect.sequences === "always";
  return countsSequences ? sequencesOf(dataset, items, dialect).length : items.length;
}

/** `key` of the item at a place among all of its dataset's. */
export function shownKey(
  item: Item,
  index: number,
  dataset: Dataset,
  dialect: Dialect,
): string | null {
  if (dataset.isSequence && dialect.sequences === "always") return `frame-${String(index)}.json`;
  if (dialect.itemKeys === "null") return null;
  if (dialect.itemKeys === "below") return `${dataset.name}/${item.key}`;
  if (dialect.itemKeys === "path") return item.key;
  const name = item.key.slice(item.key.lastIndexOf("/") + 1);
  if (dialect.itemKeys === "baseName") return name;
  return uidFor(`key of ${dataset.uid}/${item.key}`) + name.slice(name.lastIndexOf("."));
}
