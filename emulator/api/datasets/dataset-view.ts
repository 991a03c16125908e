// Datasets and items as the API shows them (contract, "Datasets"). Status is a function of time, so nothing ticks.
import { isoTime } from "../../clock";
import type { Dataset, Item } from "../../state/records";
import type { State } from "../../state/state";
import { shownOwner } from "../owners";
import type { ApiRequest, JsonObject, World } from "../request";
import { countItems, shownKey } from "./sequences";

export function datasetStatus(dataset: Dataset, now: number): "creating" | "created" {
  return now >= dataset.readyAt ? "created" : "creating";
}

/** The items that ingest has made so far; they were appended in the order of their time. */
export function visibleItems(state: State, dataset: Dataset, now: number): readonly Item[] {
  const items = state.items.get(dataset.uid) ?? [];
  const last = items.at(-1);
  if (last === undefined || last.visibleAt <= now) return items;
  return items.filter((item) => item.visibleAt <= now);
}

export function showDataset(dataset: Dataset, world: World, now: number): JsonObject {
  const { state, config } = world;
  const items = visibleItems(state, dataset, now);
  return {
    uid: dataset.uid,
    name: dataset.name,
    slug: dataset.slug,
    data_type: dataset.dataType,
    is_sequence: dataset.isSequence,
    visibility: dataset.visibility,
    status: datasetStatus(dataset, now),
    item_count: countItems(dataset, items, config.dialect),
    ...(config.dialect.workCounts === "present" && {
      project_count: countProjects(state, dataset),
      annotations_count: dataset.annotationsCount,
    }),
    size_bytes: items.reduce((sum, item) => sum + item.size, 0),
    owner_name: shownOwner(dataset.owner, world),
    predefined_labels: [],
    created_at: isoTime(dataset.createdAt),
    updated_at: isoTime(Math.max(dataset.updatedAt, Math.min(dataset.readyAt, now))),
  };
}

function countProjects(state: State, dataset: Dataset): number {
  let count = 0;
  for (const project of state.projects.values())
    if (project.datasets?.includes(dataset.uid) === true) count += 1;
  return count;
}

export interface PlacedItem {
  readonly item: Item;
  /** Its place among all of the dataset's. */
  readonly index: number;
}

export function showItem(
  { item, index }: PlacedItem,
  dataset: Dataset,
  request: ApiRequest,
  world: World,
): JsonObject {
  const { url, dataUrl } = world.itemUrls({
    key: `${dataset.prefix ?? ""}${item.key}`,
    seconds: world.config.downloadSeconds,
    now: request.now,
  });
  return {
    uid: item.uid,
    key: shownKey(item, index, dataset, world.config.dialect),
    status: "created",
    is_hidden: false,
    url,
    data_url: dataUrl,
    dataset: dataset.uid,
    dataset_owner_name: shownOwner(dataset.owner, world),
    dataset_slug: dataset.slug,
    metadata: {},
    created_at: isoTime(item.createdAt),
    updated_at: isoTime(item.createdAt),
  };
}
