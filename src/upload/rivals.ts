// Whether another run sends other content under the same name, as far as the journal that both write shows it.
import type { ManifestEntry } from "../files/manifest";
import type { Journal } from "./journal";
import type { Change } from "./journal-lines";
import type { UploadResult } from "./result";

/** Of `own` what another run has landed otherwise, or is about to replace. */
function contested(
  own: ReadonlyMap<string, ManifestEntry>,
  keptAsIs: ReadonlySet<string>,
  changes: readonly Change[],
): readonly string[] {
  const paths = new Set<string>();
  for (const { path, landed } of changes) {
    const entry = own.get(path);
    if (entry === undefined) continue;
    // What this run sent it has taken back itself before, if there was something else; what it did not send, it has not.
    if (landed === undefined ? keptAsIs.has(path) : landed.sha256 !== entry.sha256) paths.add(path);
  }
  return [...paths].sort();
}

/**
 * The paths of an upload that another run has sent with other content since this one began. Reads the journal once; where
 * it is gone or can't be read, nobody knows, and none is named.
 */
export async function findRivals(
  journal: Journal | undefined,
  { manifest, unchanged }: UploadResult,
): Promise<readonly string[]> {
  const changes = await journal?.changes().catch(() => undefined);
  if (changes === undefined) return [];
  const own = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  return contested(own, new Set(unchanged.map(({ path }) => path)), changes);
}
