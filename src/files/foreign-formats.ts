// Formats that hold what a data type is about and that Avala does not index, each with what it would have to be converted
// to: beside files that are indexed they make the data type a question. Knows nothing of the file system.
//
// Text formats are left out, since labels and calibration come in them too (`.pts` beside faces, `.xyz`), and so are
// containers of anything (`.zip`, `.npy`, `.parquet`). `.bin` is a sweep of KITTI and of nuScenes (`.pcd.bin`).
import { indexedSuffixes, suffixOf, type DataType } from "./media";

interface ForeignKind {
  /** What such files hold, as in a sentence. */
  readonly holds: string;
  /** Which data type shows that, once it is converted. */
  readonly dataType: DataType;
  readonly suffixes: readonly string[];
}

const kinds: readonly ForeignKind[] = [
  {
    holds: "point clouds",
    dataType: "lidar",
    suffixes: [".bin", ".pcd", ".las", ".laz", ".e57"],
  },
  { holds: "ROS recordings", dataType: "mcap", suffixes: [".bag", ".db3"] },
  {
    holds: "medical images",
    dataType: "image_3d",
    suffixes: [".dcm", ".dicom", ".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"],
  },
  {
    holds: "images",
    dataType: "image",
    suffixes: [
      ...[".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".jfif", ".tga", ".ppm", ".pgm"],
      ...[".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".exr", ".psd"],
      ...[".svs", ".ndpi"],
    ],
  },
  {
    holds: "videos",
    dataType: "video",
    suffixes: [".avi", ".wmv", ".flv", ".m4v", ".mpg", ".mpeg", ".3gp", ".m2ts"],
  },
];

const kindOfSuffix: ReadonlyMap<string, ForeignKind> = new Map(
  kinds.flatMap((kind) => kind.suffixes.map((suffix) => [suffix, kind] as const)),
);

export function isForeign(path: string): boolean {
  return kindOfSuffix.has(suffixOf(path));
}

/** `lidar takes .alp, .alp.gz`. */
export function takenBy(dataType: DataType): string {
  // The contract has no suffix for it (docs/api.md, "Uploading files").
  if (dataType === "image_3d") return "no suffix is documented for image_3d";
  return `${dataType} takes ${(indexedSuffixes.get(dataType) ?? []).join(", ")}`;
}

/** `point clouds: lidar takes .alp, .alp.gz`; `undefined` for a suffix that is not foreign. */
export function conversionOf(suffix: string): string | undefined {
  const kind = kindOfSuffix.get(suffix);
  return kind && `${kind.holds}: ${takenBy(kind.dataType)}`;
}
