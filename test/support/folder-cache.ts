// This machine's cache as plain folders of a test.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ExportCache } from "../../action/environment";

export function folderCache(root: string): ExportCache & { readonly folders: () => string[] } {
  const at = (key: string): string => join(root, key);
  return {
    folders: () => (existsSync(root) ? readdirSync(root).map(at) : []),
    find: (key) => (existsSync(at(key)) ? at(key) : undefined),
    create: async (key) => {
      rmSync(at(key), { recursive: true, force: true });
      mkdirSync(at(key), { recursive: true });
      return at(key);
    },
  };
}
