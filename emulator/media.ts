// Which file is indexed as what, by its suffix (contract, end of "Uploading files"). Pure.

export const DATA_TYPES: readonly string[] = [
  "image",
  "video",
  "lidar",
  "mcap",
  "splat",
  "image_3d",
];

const IMAGES = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"];

/** The contract lists no suffix for `image_3d`; stacks of slices are images, so it takes theirs. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  image: IMAGES,
  image_3d: IMAGES,
  video: [".mp4", ".webm", ".mkv", ".mov", ".episode"],
  lidar: [".alp", ".alp.gz"],
  mcap: [".mcap"],
  splat: [".ply", ".compressed.ply", ".splat", ".sog", ".spz", ".ksplat"],
};

const MIME_TYPES: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
  ".bmp": "image/bmp",
  ".gif": "image/gif",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mkv": "video/x-matroska",
  ".mov": "video/quicktime",
};

const OTHER = "application/octet-stream";

export function isIndexed(path: string, dataType: string): boolean {
  const lower = path.toLowerCase();
  return (SUFFIXES[dataType] ?? []).some((suffix) => lower.endsWith(suffix));
}

export function contentTypeOf(path: string): string {
  return MIME_TYPES[path.slice(path.lastIndexOf(".")).toLowerCase()] ?? OTHER;
}

const NOT_SHOWN = [".tif", ".tiff", ".mov", ".mkv"];

/** Whether browsers show what has such a name. */
export function isShown(path: string): boolean {
  return !NOT_SHOWN.includes(path.slice(path.lastIndexOf(".")).toLowerCase());
}

/** What `allowed-mimes` says. */
export function allowedMimes(): {
  readonly mime_types: readonly string[];
  readonly video_prefix: string;
} {
  return { mime_types: [...new Set(Object.values(MIME_TYPES)), OTHER], video_prefix: "video/" };
}
