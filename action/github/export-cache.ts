// Finished exports in the runner's tool cache, each once for its uid.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as cache from "@actions/tool-cache";
import type { CacheKey, ExportCache } from "../environment";

const TOOL = "avala-export";
const FILE = "export";

/** The tool cache wants a semantic version; a uid makes one as its pre-release part. */
function versionOf({ uid }: CacheKey): string {
  return `0.0.0-${uid.replace(/[^0-9A-Za-z-]/g, "-")}-u`;
}

export function openExportCache(env: NodeJS.ProcessEnv): ExportCache {
  const none: ExportCache = { find: () => undefined, keep: (_key, file) => Promise.resolve(file) };
  // Not every machine that runs actions has one.
  if (!env.RUNNER_TOOL_CACHE || !env.RUNNER_TEMP) return none;
  return {
    find(key) {
      const folder = cache.find(TOOL, versionOf(key), key.origin);
      const file = join(folder, FILE);
      return folder !== "" && existsSync(file) ? file : undefined;
    },
    async keep(key, file) {
      try {
        return join(await cache.cacheFile(file, FILE, TOOL, versionOf(key), key.origin), FILE);
      } catch {
        // A cache that is full or read-only costs a later run a download, and this one nothing.
        return file;
      }
    },
  };
}
