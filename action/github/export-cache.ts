// Folders in the runner's tool cache, each under a key. Knows nothing of what is kept in them.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import * as cache from "@actions/tool-cache";
import type { ExportCache } from "../environment";

const TOOL = "avala-export";
const ARCH = "any";

/** The tool cache wants a semantic version; a key in hex makes one as its pre-release part. */
function versionOf(key: string): string {
  return `0.0.0-${key}-u`;
}

export function openExportCache(env: NodeJS.ProcessEnv): ExportCache {
  const { RUNNER_TEMP: temp } = env;
  // Not every machine that runs actions has one.
  if (!env.RUNNER_TOOL_CACHE || !temp)
    return { find: () => undefined, create: () => Promise.resolve(undefined) };
  return {
    find: (key) => cache.find(TOOL, versionOf(key), ARCH) || undefined,
    async create(key) {
      const empty = await mkdtemp(join(temp, "avala-empty-"));
      try {
        return await cache.cacheDir(empty, TOOL, versionOf(key), ARCH);
      } finally {
        await rm(empty, { recursive: true, force: true });
      }
    },
  };
}
