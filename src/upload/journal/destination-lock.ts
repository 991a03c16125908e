// One run at a time sends to a destination and confirms it: what two of them would mix up can't be seen by looking.
// Only runs that share a state folder are kept apart. Others know of each other what the server shows (`upload/other-run.ts`);
// where they send other files, that is whether the dataset is there (`upload/look-for-made.ts`), and what it holds then.
import { withSignal, type Avala } from "../../api/connection";
import { AvalaError, isAvalaError, messageOf } from "../../errors";
import { NAME_BY_CONTENT } from "../../hints";
import { isNamedByContent, type NamedContent } from "./content-name";
import { resolveDestination, type DatasetDestination } from "../destination";
import { journalPath } from "./journal";
import { acquireLock, maxLockWaitMs, type Locked } from "./lock";

/** Where files go, and which. */
export type LockedDestination = DatasetDestination & NamedContent;

const OTHER_WAYS = `To keep such runs apart, ${NAME_BY_CONTENT}: each content then gets its own dataset, and only runs of the very same files meet.`;

function stillTaken({ datasetName }: DatasetDestination, owner: string): AvalaError {
  const minutes = maxLockWaitMs / 60_000;
  return new AvalaError(
    "conflict",
    `Another run (${owner}) is still sending files under the name ${datasetName} after ${minutes} minutes of waiting.`,
    { hint: `Nothing was sent. Run again once it has ended. ${OTHER_WAYS}` },
  );
}

function takenOver({ datasetName }: DatasetDestination, cause: unknown): AvalaError {
  return new AvalaError(
    "conflict",
    `The lock on the name ${datasetName} was removed while this run had it, so another run may have sent other files under that name.`,
    {
      hint: `Run again once no other run sends under it: what was made meanwhile is compared then. ${OTHER_WAYS}`,
      cause,
    },
  );
}

/** Without a lock other content could be sent at the same time. */
function noLock({ datasetName }: DatasetDestination, path: string, error: unknown): AvalaError {
  return new AvalaError(
    "journal",
    `No lock can be made beside the journal ${path} (${messageOf(error)}), so another run could send other content under the name ${datasetName} at the same time.`,
    {
      hint: `Nothing was sent. Make the state folder writable, or choose another one (AVALA_STATE_DIR). ${OTHER_WAYS}`,
      cause: error,
    },
  );
}

type Taken = Locked | { readonly kind: "impossible"; readonly error: unknown };

async function take(avala: Avala, to: LockedDestination, path: string): Promise<Taken> {
  const what = `Waiting for another run that sends files under the name ${to.datasetName}`;
  const onWait = (owner: string): void => {
    const text = `Another run (${owner}) sends files under the name ${to.datasetName}: waiting for it to end.`;
    avala.emit({ kind: "warning", text });
  };
  try {
    return await acquireLock(avala, { path, what, onWait, lingers: !isNamedByContent(to) });
  } catch (error) {
    if (isAvalaError(error)) throw error;
    return { kind: "impossible", error };
  }
}

async function holding<T>(
  avala: Avala,
  to: LockedDestination,
  { held, gone }: Extract<Locked, { readonly kind: "held" }>,
  action: (avala: Avala) => Promise<T>,
): Promise<T> {
  try {
    if (isNamedByContent(to)) return await action(avala);
    const result = await action(withSignal(avala, gone));
    if (gone.aborted) throw takenOver(to, undefined);
    return result;
  } catch (error) {
    throw gone.aborted && isAvalaError(error) && error.code === "cancelled"
      ? takenOver(to, error)
      : error;
  } finally {
    await held.release().catch(() => undefined); // whoever finds it sees that this process has ended
  }
}

/**
 * Runs `action` while no other run of this state folder sends under the name, with a session that knows of the lock: what
 * takes it again with that session has it already. Waits for another run, and says so once.
 *
 * Where the name is made of the content, a lock only spares sending twice: there a run goes ahead when the lock can't
 * be made, is not given back in time or is lost.
 * @param stateDirectory where the journal is kept; without one nothing is locked
 * @throws AvalaError `conflict` when another run holds on to it, or has taken it over; `journal` when no lock can be made;
 * as `action`
 */
export async function withDestinationLock<T>(
  avala: Avala,
  to: LockedDestination,
  stateDirectory: string | undefined,
  action: (avala: Avala) => Promise<T>,
): Promise<T> {
  if (stateDirectory === undefined) return action(avala);
  const path = journalPath(stateDirectory, await resolveDestination(avala, to));
  if (avala.holds?.has(path) === true) return action(avala);
  const taken = await take(avala, to, path);
  const inner: Avala = { ...avala, holds: new Set([...(avala.holds ?? []), path]) };
  if (taken.kind === "held") return holding(inner, to, taken, action);
  if (isNamedByContent(to)) return action(inner);
  if (taken.kind === "taken") throw stillTaken(to, taken.owner);
  throw noLock(to, path, taken.error);
}
