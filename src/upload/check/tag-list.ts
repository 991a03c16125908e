// The tags of a set's files as they come. Nearly all are MD5s, and each of these takes 16 bytes: as texts by their paths those
// of 100,000 files take 9 MB.
import { withRoom } from "../../files/digests/room";
import { md5Of, type PlaceTag, type PlaceTags } from "./place-tag";

const MD5_BYTES = 16;

export interface TagList extends PlaceTags {
  /** Of a path that has none yet. */
  add(path: string, tag: PlaceTag): void;
  clear(): void;
}

/** A part of a text keeps the whole of it in memory. */
function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

export function createTagList(): TagList {
  const withMd5: string[] = [];
  let md5s: Buffer = Buffer.alloc(0);
  const others = new Map<string, PlaceTag>();
  // Made when a tag is asked for, which is long after the last file was sent.
  let rows: ReadonlyMap<string, number> | undefined;
  const rowOf = (path: string): number | undefined =>
    (rows ??= new Map(withMd5.map((each, row) => [each, row]))).get(path);
  const md5At = (row: number): string =>
    md5s.toString("hex", row * MD5_BYTES, (row + 1) * MD5_BYTES);
  return {
    get size() {
      return withMd5.length + others.size;
    },
    has: (path) => others.has(path) || rowOf(path) !== undefined,
    get: (path) => {
      const row = rowOf(path);
      return row === undefined ? others.get(path) : md5At(row);
    },
    add: (path, tag) => {
      const md5 = md5Of(tag);
      if (md5 === undefined) {
        others.set(path, copyOf(tag));
        return;
      }
      others.delete(path);
      rows = undefined;
      const row = withMd5.push(path) - 1;
      md5s = withRoom(md5s, row + 1, MD5_BYTES);
      md5s.write(md5, row * MD5_BYTES, "hex");
    },
    clear: () => {
      withMd5.length = 0;
      others.clear();
      rows = undefined;
    },
  };
}
