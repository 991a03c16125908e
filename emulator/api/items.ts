// What lies in a dataset: items, sequences, health (contract, "Datasets").
import { isoTime } from "../clock";
import type { Item } from "../state/records";
import { uidFor } from "../state/state";
import { datasetStatus, showItem, visibleItems } from "./dataset-view";
import { datasetAt } from "./datasets";
import { isOwn } from "./owners";
import { cursorPage } from "./pages";
import { notFound, ok } from "./replies";
import type { ApiReply, ApiRequest, World } from "./request";

export function listItems(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  const show = (item: Item): unknown => showItem(item, dataset, request, world);
  // Items are only ever appended, so an item's place is its position.
  return cursorPage(request, items, (_item, index) => index, show);
}

export function getItem(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const item = visibleItems(world.state, dataset, request.now).find(
    ({ uid }) => uid === request.params[2],
  );
  if (item === undefined) throw notFound();
  return ok(showItem(item, dataset, request, world));
}

interface Sequence {
  readonly uid: string;
  readonly key: string;
  readonly frames: number;
}

/** A sequence dataset has one for each top-level folder. */
function sequencesOf(request: ApiRequest, world: World): readonly Sequence[] {
  const dataset = datasetAt(request, world);
  if (!dataset.isSequence) return [];
  const frames = new Map<string, number>();
  for (const { key } of visibleItems(world.state, dataset, request.now)) {
    const folder = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
    frames.set(folder, (frames.get(folder) ?? 0) + 1);
  }
  return Array.from(frames, ([key, count]) => ({
    uid: uidFor(`${dataset.uid}/${key}`),
    key,
    frames: count,
  }));
}

export function listSequences(request: ApiRequest, world: World): ApiReply {
  const show = ({ uid, key, frames }: Sequence): unknown => ({
    uid,
    key,
    status: "created",
    number_of_frames: frames,
  });
  return cursorPage(request, sequencesOf(request, world), (_sequence, index) => index, show);
}

export function getHealth(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  const sequences = sequencesOf(request, world);
  const isReady = datasetStatus(dataset, request.now) === "created";
  const issues = isReady && items.length === 0 ? ["The dataset has no items."] : [];
  return ok({
    dataset_uid: dataset.uid,
    dataset_slug: dataset.slug,
    dataset_status: datasetStatus(dataset, request.now),
    data_type: dataset.dataType,
    is_sequence: dataset.isSequence,
    item_count: items.length,
    sequence_count: sequences.length,
    total_frames: sequences.reduce((sum, sequence) => sum + sequence.frames, 0),
    s3_prefix: isOwn(request.caller.user, dataset.owner) ? dataset.prefix : null,
    last_updated_at: isoTime(dataset.updatedAt),
    sequences: sequences.map(({ uid, key, frames }) => ({
      uid,
      key,
      status: "created",
      frame_count: frames,
    })),
    ingest_ok: isReady && issues.length === 0,
    issues,
  });
}
