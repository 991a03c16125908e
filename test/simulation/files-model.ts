// The files of a simulated world, which may become others between two starts, and what they were again.
import { createHash } from "node:crypto";
import type { UploadFile } from "../../src/upload/request";
import type { Seeded } from "./seeded";
import { PART_BYTES } from "./small-parts";

// Three parts, the last one short; two contents that share all parts but the first.
const LARGE_BYTES = 2 * PART_BYTES + 4321;
const LARGE = Buffer.alloc(LARGE_BYTES, "a recording ");
const OTHER_LARGE = Buffer.concat([
  Buffer.alloc(PART_BYTES, "another recording "),
  LARGE.subarray(PART_BYTES),
]);
const sha256Of = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

/** The files as they are now, on a disk where they may become others. */
export interface FileModel {
  readonly files: () => readonly UploadFile[];
  /** Content by absolute path. */
  readonly sources: ReadonlyMap<string, Buffer>;
  readonly sha256Of: (path: string) => string;
  /** Lets some files change, or change back; their paths. */
  readonly change: (random: Seeded) => string[];
}

interface Content {
  readonly data: Buffer;
  readonly sha256: string;
}

const contentOf = (data: Buffer): Content => ({ data, sha256: sha256Of(data) });
const LARGE_CONTENTS = [contentOf(LARGE), contentOf(OTHER_LARGE)] as const;

/** What a small file is, and what it becomes: of the same size, or of any. */
function smallContents(index: number, random: Seeded, canChange: boolean): readonly Content[] {
  const sizeBytes = random.integer(2000);
  const data = Buffer.alloc(sizeBytes, `${index} ${random.integer(1000)} `);
  if (!canChange) return [contentOf(data)];
  const otherBytes = random.chance(0.5) ? sizeBytes : random.integer(2000);
  return [contentOf(data), contentOf(Buffer.alloc(otherBytes, `another ${index} `))];
}

export function makeFiles(random: Seeded, canChange: boolean): FileModel {
  const sources = new Map<string, Buffer>();
  const count = 1 + random.integer(random.chance(0.1) ? 120 : 25);
  const knowsDigests = random.chance(0.5);
  const hasLarge = random.chance(canChange ? 0.1 : 0.04);
  const rows = Array.from({ length: count }, (_, index) => {
    const contents = hasLarge && index === 0 ? undefined : smallContents(index, random, canChange);
    const absolutePath = `/set/${index}.jpg`;
    return { path: `f/${index}.jpg`, absolutePath, contents: contents ?? LARGE_CONTENTS, now: 0 };
  });
  const byPath = new Map(rows.map((row) => [row.path, row]));
  const contentNow = ({ contents, now }: (typeof rows)[number]): Content => contents[now]!;
  const place = (): void => {
    for (const row of rows) sources.set(row.absolutePath, contentNow(row).data);
  };
  place();
  return {
    files: () =>
      rows.map((row) => {
        const { data, sha256 } = contentNow(row);
        const { path, absolutePath } = row;
        const file = { path, absolutePath, sizeBytes: data.length };
        return knowsDigests ? { ...file, sha256 } : file;
      }),
    sources,
    sha256Of: (path) => {
      const row = byPath.get(path);
      return row === undefined ? "" : contentNow(row).sha256;
    },
    change: (chance) => {
      // All of them back at once, now and then: then the set is what an earlier batch was begun with.
      const isBack = chance.chance(0.7) && rows.some(({ now }) => now === 1);
      const changing = rows.filter(({ contents, now }) =>
        isBack ? now === 1 : chance.chance(contents === LARGE_CONTENTS ? 0.7 : 0.3),
      );
      for (const row of changing) row.now = 1 - row.now;
      place();
      return changing.map(({ path }) => path);
    },
  };
}
