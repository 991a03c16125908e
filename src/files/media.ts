// Which data type a file is, by its suffix only, as on the server (contract, "Uploading files").
// Knows nothing of the file system.

/** The server's data types (contract, "Datasets"). */
export type DataType = "image" | "video" | "lidar" | "mcap" | "splat" | "image_3d";

export const dataTypes: readonly DataType[] = [
  "image",
  "video",
  "lidar",
  "mcap",
  "splat",
  "image_3d",
];

const suffixTypes: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  [".jpg", "image"],
  [".jpeg", "image"],
  [".png", "image"],
  [".webp", "image"],
  [".bmp", "image"],
  [".gif", "image"],
  [".tif", "image"],
  [".tiff", "image"],
  [".mp4", "video"],
  [".webm", "video"],
  [".mkv", "video"],
  [".mov", "video"],
  [".episode", "video"],
  [".alp", "lidar"],
  [".alp.gz", "lidar"],
  [".mcap", "mcap"],
  [".ply", "splat"],
  [".compressed.ply", "splat"],
  [".splat", "splat"],
  [".sog", "splat"],
  [".spz", "splat"],
  [".ksplat", "splat"],
]);

/** Every suffix that the server indexes, in lower case, by data type. `image_3d` has none in the contract. */
export const indexedSuffixes: ReadonlyMap<DataType, readonly string[]> = new Map(
  dataTypes.map((dataType) => [
    dataType,
    [...suffixTypes.keys()].filter((suffix) => suffixTypes.get(suffix) === dataType),
  ]),
);

// Not indexed, and yet one suffix: by `.gz` it would pass for a compressed label file.
const otherLongSuffixes: ReadonlySet<string> = new Set([".nii.gz"]);

/** The suffix in lower case, the longest one first: `.alp.gz` of `a.ALP.GZ`, else from the last dot; `""` without one. */
export function suffixOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  // From the left the suffixes get shorter, so the first known one is the longest. A leading dot hides, it starts no suffix.
  for (let dot = name.indexOf(".", 1); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const suffix = name.slice(dot);
    if (suffixTypes.has(suffix) || otherLongSuffixes.has(suffix)) return suffix;
  }
  const last = name.lastIndexOf(".");
  return last > 0 ? name.slice(last) : "";
}

/** The data type that the server sees in a file of this name, `undefined` when it would store but never index it. */
export function dataTypeOf(path: string): DataType | undefined {
  return suffixTypes.get(suffixOf(path));
}

const shownTypes: ReadonlyMap<string, string> = new Map([
  [".jpg", "image/jpeg"],
  [".jpeg", "image/jpeg"],
  [".png", "image/png"],
  [".webp", "image/webp"],
  [".bmp", "image/bmp"],
  [".gif", "image/gif"],
]);

/** The media type of the suffix, where that is one that browsers show as it is. Of videos it depends on what is in them. */
export function shownTypeOf(suffix: string): string | undefined {
  return shownTypes.get(suffix);
}

const typesShown: ReadonlySet<string> = new Set(shownTypes.values());

/** Whether it is one of these types. */
export function isShownType(type: string): boolean {
  return typesShown.has(type);
}

// Text, tables and what systems leave behind: no server makes a three-dimensional image of these.
const neverImages: ReadonlySet<string> = new Set([
  ...[".txt", ".md", ".rst", ".log", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml"],
  ...[".toml", ".ini", ".cfg", ".html", ".htm", ".pdf", ".py", ".ipynb", ".sh", ".db", ".part"],
]);

/**
 * Whether a dataset of this type indexes the file. The contract lists no suffix for `image_3d`, so every file counts there
 * that may hold an image: refusing what a server may well take would be worse than a warning too few.
 */
export function isIndexed(path: string, dataType: DataType): boolean {
  if (dataType === "image_3d") return !neverImages.has(suffixOf(path));
  return dataTypeOf(path) === dataType;
}

/** The one type that all indexed files have; `undefined` when they differ or none is indexed. Other files don't count. */
export function inferDataType(paths: Iterable<string>): DataType | undefined {
  let common: DataType | undefined;
  for (const path of paths) {
    const dataType = dataTypeOf(path);
    if (dataType === undefined) continue;
    if (common !== undefined && common !== dataType) return undefined;
    common = dataType;
  }
  return common;
}
