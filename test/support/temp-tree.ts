// A real folder of files for a test, from an object; removed by the test that made it.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Path → content; `null` makes a folder, `{ link }` a symbolic link to that target as it stands. */
export type TreeContent = Readonly<
  Record<string, string | Uint8Array | null | { readonly link: string }>
>;

export interface TempTree {
  /** Absolute, its links resolved. */
  readonly root: string;
  /** The absolute path of one of its files. */
  at(path: string): string;
  /** Adds to the tree, or replaces. */
  write(content: TreeContent): void;
  remove(): void;
}

/** A new folder in the system's temporary folder. */
export function createTempTree(content: TreeContent = {}): TempTree {
  const root = realpathSync.native(mkdtempSync(join(tmpdir(), "avala-test-")));
  const at = (path: string): string => join(root, path);
  const write = (more: TreeContent): void => {
    for (const [path, what] of Object.entries(more)) {
      mkdirSync(what === null ? at(path) : dirname(at(path)), { recursive: true });
      if (what === null) continue;
      if (typeof what === "string" || what instanceof Uint8Array) writeFileSync(at(path), what);
      else symlinkSync(what.link, at(path));
    }
  };
  write(content);
  return { root, at, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** The smallest bytes that pass for a whole JPEG; `text` makes them differ. */
export function jpeg(text = ""): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    Buffer.from(text),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** The same, too large to be hashed when it is looked at. */
export function largeJpeg(text = ""): Buffer {
  return jpeg(text.padEnd(64 * 1024));
}

/** As {@link jpeg}, a PNG. */
export function png(text = ""): Buffer {
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    Buffer.from(text),
    Buffer.from("\0\0\0\0IEND\xaeB`\x82", "latin1"),
  ]);
}
