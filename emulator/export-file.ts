// The file behind an export's download URL: a zip that a reader can unpack and understand. Pure.
import { strToU8, zip } from "fflate";
import { isoTime } from "./clock";
import type { Dataset, Item } from "./state/records";

export const EXPORT_FORMATS: readonly string[] = ["avala-json-external", "YOLO"];

export interface ExportDataset {
  readonly dataset: Dataset;
  readonly items: readonly Item[];
}

interface Box {
  readonly label: string;
  /** Centre and size as shares of the image, as YOLO has them. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Files = Record<string, Uint8Array>;

/** `exportable` items at most, over all datasets in their order. */
export function buildExport(
  format: string,
  datasets: readonly ExportDataset[],
  exportable: number,
): Promise<Buffer> {
  const files: Files = {};
  let left = exportable;
  for (const { dataset, items } of datasets) {
    const taken = items.slice(0, left);
    left -= taken.length;
    if (format === "YOLO") addYolo(files, dataset, taken);
    else addJson(files, dataset, taken);
  }
  return pack(files);
}

/** The same as one JSON document. */
export function buildJsonExport(datasets: readonly ExportDataset[], exportable: number): Buffer {
  let left = exportable;
  const found = datasets.map(({ dataset, items }) => {
    const taken = items.slice(0, left);
    left -= taken.length;
    return describe(dataset, taken);
  });
  return Buffer.from(`${JSON.stringify({ datasets: found }, null, 2)}\n`);
}

/** One JSON file a dataset: its items with their annotations. */
function addJson(files: Files, dataset: Dataset, items: readonly Item[]): void {
  const text = JSON.stringify(describe(dataset, items), null, 2);
  files[`${dataset.slug}.json`] = strToU8(`${text}\n`);
}

function describe(dataset: Dataset, items: readonly Item[]): unknown {
  return {
    dataset: {
      uid: dataset.uid,
      name: dataset.name,
      slug: dataset.slug,
      data_type: dataset.dataType,
    },
    items: items.map((item, index) => ({
      uid: item.uid,
      key: item.key,
      created_at: isoTime(item.createdAt),
      annotations: boxesOf(dataset, items.length, index),
    })),
  };
}

/** `labels/<path>.txt` a file, one `class x y width height` a box. */
function addYolo(files: Files, dataset: Dataset, items: readonly Item[]): void {
  files["classes.txt"] = strToU8("object\n");
  items.forEach((item, index) => {
    const boxes = boxesOf(dataset, items.length, index);
    const lines = boxes.map(
      ({ x, y, width, height }) =>
        `0 ${[x, y, width, height].map((n) => n.toFixed(6)).join(" ")}\n`,
    );
    files[`${dataset.slug}/labels/${item.key.replace(/\.[^./]*$/, "")}.txt`] = strToU8(
      lines.join(""),
    );
  });
}

/** A dataset knows only how many annotations it has: they are dealt out in turn, each at its own place. */
function boxesOf(dataset: Dataset, itemCount: number, index: number): readonly Box[] {
  const count = Math.floor((dataset.annotationsCount + itemCount - 1 - index) / itemCount);
  return Array.from({ length: count }, (_, n) => {
    const at = ((index * 7 + n * 3) % 10) / 20;
    return { label: "object", x: 0.25 + at, y: 0.75 - at, width: 0.2, height: 0.1 };
  });
}

function pack(files: Files): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Its own time would make each run's file another one; zip has no year before 1980.
    zip(files, { level: 6, mtime: "1980-01-01T00:00:00" }, (error, data) => {
      if (error === null) resolve(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      else reject(error);
    });
  });
}
