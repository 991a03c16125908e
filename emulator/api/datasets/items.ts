// What lies in a dataset: items, sequences, health (contract, "Datasets").
import { isoTime } from "../../clock";
import type { PlacedItem } from "./dataset-view";
import { datasetStatus, showItem, visibleItems } from "./dataset-view";
import { datasetAt } from "./datasets";
import { isOwn } from "../owners";
import { cursorPage, found } from "../pages";
import { notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import type { Sequence } from "./sequences";
import { sequencesOf } from "./sequences";

export function listItems(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  const rows = items.map((item, index) => ({ item, index }));
  const show = (row: PlacedItem): unknown => showItem(row, dataset, request, world);
  // Items are only ever appended, so an item's place is its position.
  return cursorPage(request, rows, ({ index }) => index, show, world.config.dialect);
}

export function getItem(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  const index = items.findIndex(({ uid }) => uid === request.params[2]);
  const item = items[index];
  if (item === undefined) throw notFound();
  return ok(showItem({ item, index }, dataset, request, world));
}

function sequencesAt(request: ApiRequest, world: World): readonly Sequence[] {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  return sequencesOf(dataset, items, world.config.dialect);
}

export function listSequences(request: ApiRequest, world: World): ApiReply {
  const rows = sequencesAt(request, world);
  return cursorPage(request, rows, (_sequence, index) => index, showSequence, world.config.dialect);
}

export function getSequence(request: ApiRequest, world: World): ApiReply {
  const rows = sequencesAt(request, world);
  return ok(showSequence(found(rows.find(({ uid }) => uid === request.params[2]))));
}

function showSequence({ uid, key, frames }: Sequence): unknown {
  return {
    uid,
    key,
    custom_uuid: null,
    status: "unattempted",
    number_of_frames: frames,
    is_hidden: false,
  };
}

export function getHealth(request: ApiRequest, world: World): ApiReply {
  const dataset = datasetAt(request, world);
  const items = visibleItems(world.state, dataset, request.now);
  const sequences = sequencesOf(dataset, items, world.config.dialect);
  const frames = sequences.reduce((sum, sequence) => sum + sequence.frames, 0);
  const isReady = datasetStatus(dataset, request.now) === "created";
  const issues = isReady && items.length === 0 ? ["The dataset has no items."] : [];
  return ok({
    dataset_uid: dataset.uid,
    dataset_slug: dataset.slug,
    dataset_status: datasetStatus(dataset, request.now),
    data_type: dataset.dataType,
    is_sequence: dataset.isSequence,
    item_count: dataset.isSequence ? frames : items.length,
    sequence_count: sequences.length,
    total_frames: frames,
    s3_prefix: isOwn(request.caller.user, dataset.owner) ? dataset.prefix : null,
    last_updated_at: isoTime(dataset.updatedAt),
    sequences: sequences.map(({ uid, key, frames }) => ({
      uid,
      key,
      status: "unattempted",
      frame_count: frames,
    })),
    ingest_ok: isReady && issues.length === 0,
    issues,
  });
}
