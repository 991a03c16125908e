// What an interrupted run was to send and the list of this one (`files-from`) does not name: where each push has its own list, no
// run would come back to it.
import { join } from "node:path";
import { findLeftOfBegun, withoutHeld } from "../../src/operations/grow/begun-left";
import { counted, formatCount, shown } from "../../src/text";
import type { Run } from "../run-context";
import { sourceOf } from "../selection/file-paths";
import type { UploadContext } from "./datasets";
import type { DecidedSet } from "./growing";

const MAX_NAMED = 5;

function unlistedText(name: string, paths: readonly string[]): string {
  const [were, are, them] = paths.length === 1 ? ["was", "is", "it"] : ["were", "are", "them"];
  const rest = paths.length - MAX_NAMED;
  const named = paths.slice(0, MAX_NAMED).map(shown).join(", ");
  const more = rest > 0 ? ` and ${formatCount(rest)} more` : "";
  return `${counted(paths.length, "file")} of ${name} that an interrupted run was to send ${were} not sent since, and ${are} not in this run's list: ${named}${more}. Run once with a list that has ${them}, or without files-from: what has landed is not sent again. Until then complete is false.`;
}

/** Before the first byte, also in a dry run. */
export async function reportUnlistedBegun(
  run: Run,
  { avala, stateDirectory }: Pick<UploadContext, "avala" | "stateDirectory">,
  decided: readonly DecidedSet[],
): Promise<void> {
  const fileSet = run.results.selection?.fileSet;
  if (fileSet === undefined || fileSet.leftOut.unlisted.length === 0) return;
  const unlisted = new Set(fileSet.leftOut.unlisted);
  for (const { target, decision } of decided) {
    const left = await findLeftOfBegun(avala, decision, stateDirectory);
    const there = left.flatMap((path) =>
      unlisted.has(path)
        ? [{ path, absolutePath: join(fileSet.root, sourceOf(fileSet, { path })) }]
        : [],
    );
    const paths = await withoutHeld(avala, decision, there);
    if (paths.length === 0) continue;
    run.results.unlistedBegun += paths.length;
    run.warn({ text: unlistedText(target.name, paths) });
  }
}
