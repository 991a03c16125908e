// Chooses the batch that a set continues in, or starts one. Sends nothing.
import { hashFiles, hashSmallFiles, type Hashed } from "./hashed";
import { UNCHOSEN, type ChosenBatch } from "./batch-state";
import { resolveDestination } from "./destination";
import { batchToResume, batchUid, followingBatch, isOfContent } from "./journal/batch";
import { isNamedByContent } from "./journal/content-name";
import type { Journal } from "./journal/journal";
import type { Run } from "./state";

/** Whether nothing is recorded to have landed or begun there. What was taken back, or another key claims, is no file's content. */
function isEmpty(journal: Journal | undefined): boolean {
  return journal === undefined || journal.landed.size + journal.batches.size === 0;
}

/** Reads the files as far as that is needed to know it. */
export async function chooseBatch({
  avala,
  request,
  journal,
  tools: { sha256 },
}: Pick<Run, "avala" | "request" | "journal" | "tools">): Promise<{
  readonly chosen: ChosenBatch;
  readonly hashed: Hashed;
}> {
  const { stored } = request;
  const destination = await resolveDestination(avala, request);
  // As long as nothing is recorded, nothing has to be held against what the files are now.
  const small = await hashSmallFiles(avala, request, sha256);
  const isFirst = stored === undefined && isEmpty(journal);
  const hashed =
    isFirst && small !== undefined ? small : await hashFiles(avala, request, sha256, small);
  const { digest, files } = hashed;
  const bySmall = small === undefined ? undefined : batchUid(destination, small.digest);
  const isResumed =
    bySmall !== undefined && [...(journal?.batches ?? [])].some((uid) => isOfContent(bySmall, uid));
  const base = isResumed ? bySmall : batchUid(destination, digest);
  const uid = batchToResume(base, files, { records: journal, stored });
  // Another one may be known by a journal that was copied, and not where it is the caller's alone.
  const isOwn = uid === undefined || uid === stored?.uploadUid;
  const isStored = stored !== undefined && stored.uploadUid === uid;
  const chosen = {
    uid,
    isShared: uid === base || !isOwn,
    following: uid === base ? followingBatch(base) : undefined,
    isNamedByContent: isNamedByContent({ ...request, digest }),
    stored: isStored
      ? new Map(stored.entries.map((entry) => [entry.path, entry]))
      : UNCHOSEN.stored,
  };
  return { chosen, hashed };
}
