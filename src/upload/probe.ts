// What is asked before the first byte of a set goes: whether the server takes the second protocol, and those files that no
// form can carry. Sends no bytes of files.
import type { Presigned } from "../api/endpoints/uploads/presign";
import { DEFAULT_TRIES } from "../flow/retry";
import { askHow } from "./send/ask";
import type { SourceFile } from "./send/source";
import { isSessionLost } from "./send/session-lost";
import { isOversize, isRefusalOfSize, notOffered, requireNoForm } from "./send/oversize";
import { findLanded, mayMeetOther, sendingOf, type Run } from "./state";

async function ask(run: Run, file: SourceFile): Promise<Presigned> {
  const { signal = new AbortController().signal } = run.avala;
  try {
    const presigned = await askHow(sendingOf(run, signal), file, { maxTries: DEFAULT_TRIES });
    return requireNoForm(file, presigned);
  } catch (error) {
    if (isSessionLost(error) && error.lost === "protocol") {
      // The first protocol from here on, and nothing of the set has gone.
      run.batch = undefined;
      run.stored = new Map();
      return ask(run, file);
    }
    throw isOversize(file) && isRefusalOfSize(error) ? notOffered(file, error) : error;
  }
}

/** In which order the files of a set are sent. */
interface Order {
  /** Sent before all others start: the smallest, which shows what its store's `ETag`s are. */
  readonly first?: SourceFile | undefined;
  readonly others: readonly SourceFile[];
}

// All others wait while it is sent. Where each is larger, they go at once: the first to end is sent again to learn, and mostly
// that is the smallest where it begins first.
const MAX_FIRST_BYTES = 1024 * 1024;

/** Where another run has begun these files, nothing is sent before that is known. */
function completeOf(run: Run, files: readonly SourceFile[]): SourceFile | undefined {
  if (!mayMeetOther(run)) return undefined;
  return files.find(({ path }) => run.asked.get(path)?.method === "COMPLETE");
}

/** None where the session's stores are known, or where nothing is sent twice to learn: a PUT does not replace. */
function smallestOf({ check, asked }: Run, files: readonly SourceFile[]): SourceFile | undefined {
  if (check.hasLearned || [...asked.values()].some(({ method }) => method !== "POST")) return;
  let smallest: SourceFile | undefined;
  for (const file of files) if (file.sizeBytes < (smallest?.sizeBytes ?? Infinity)) smallest = file;
  return smallest;
}

/** Those that no form can carry come first. */
export function inSendingOrder(files: readonly SourceFile[]): readonly SourceFile[] {
  const large = files.filter(isOversize);
  return large.length === 0 ? files : [...large, ...files.filter((file) => !isOversize(file))];
}

/**
 * The files in the order in which they are sent: first those that no form can carry, so that nothing has landed should the
 * deployment not take them; before all others go, one has shown which protocol the server takes.
 */
export async function inOrder(
  run: Run,
  files: readonly SourceFile[],
  failFile: (file: SourceFile, error: unknown) => void,
): Promise<Order> {
  const ordered = inSendingOrder(files);
  const toSend = ordered.filter((file) => findLanded(run, file) === undefined);
  for (const file of toSend.filter(isOversize)) run.asked.set(file.path, await ask(run, file));
  const failed = new Set<SourceFile>();
  for (const file of toSend) {
    if (run.asked.size > 0 || run.batch === undefined) break;
    try {
      run.asked.set(file.path, await ask(run, file));
    } catch (error) {
      failFile(file, error);
      failed.add(file);
    }
  }
  const isLeft = (file: SourceFile): boolean => !failed.has(file);
  const left = toSend.filter(isLeft);
  const complete = completeOf(run, left);
  const first = complete ?? smallestOf(run, left);
  const others = ordered.filter((file) => file !== first && isLeft(file));
  if (first === undefined || first === complete || first.sizeBytes <= MAX_FIRST_BYTES)
    return { first, others };
  return { others: [first, ...others] };
}
