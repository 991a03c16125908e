// The journal of an upload's destination. It is a help and never a condition: without it a run that breaks starts anew.
import type { Avala } from "../api/connect";
import { messageOf } from "../errors";
import { resolveDestination, type DatasetDestination, type Destination } from "./destination";
import { journalPath, openJournal, removeJournal, type Journal } from "./journal";

export interface JournalDestination extends DatasetDestination {
  /**
   * Uid of the dataset that is added to. It has a journal of its own: what was recorded before it was made says nothing
   * of what it lacks now.
   */
  readonly addsTo?: string | undefined;
}

async function keyOf(avala: Avala, to: JournalDestination): Promise<Destination> {
  const destination = await resolveDestination(avala, to);
  if (to.addsTo === undefined) return destination;
  // No dataset's name has a slash.
  return { ...destination, datasetName: `${to.datasetName}/${to.addsTo}` };
}

/** Opens it; where that can't be done, warns and resolves with none. @throws as {@link resolveDestination} */
export async function openUploadJournal(
  avala: Avala,
  to: JournalDestination,
  stateDirectory: string | undefined,
): Promise<Journal | undefined> {
  if (stateDirectory === undefined) return undefined;
  const destination = await keyOf(avala, to);
  try {
    return await openJournal(avala.disk, stateDirectory, destination);
  } catch (error) {
    const text = `The journal ${journalPath(stateDirectory, destination)} can't be used (${messageOf(error)}); should this run break, the next one starts anew.`;
    avala.emit({ kind: "warning", text });
    return undefined;
  }
}

/**
 * Removes it: its dataset is there, so a record of what landed would only mislead a later upload under that name. Never
 * rejects, since a journal that stays costs that upload a look at its files and nothing else.
 */
export async function removeUploadJournal(
  avala: Avala,
  to: JournalDestination,
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    await removeJournal(avala.disk, stateDirectory, await keyOf(avala, to));
  } catch {
    // See above.
  }
}

/** Takes back what is recorded of `paths`, so that the next run sends them; where it can't be told so, the journal goes. */
export async function takeBackPaths(
  avala: Avala,
  to: JournalDestination,
  stateDirectory: string | undefined,
  paths: readonly string[],
): Promise<void> {
  const journal = await openUploadJournal(avala, to, stateDirectory);
  try {
    await Promise.all(paths.map(async (path) => journal?.takeBack(path)));
  } catch {
    await removeUploadJournal(avala, to, stateDirectory);
  } finally {
    await journal?.close().catch(() => undefined); // what was written was synced
  }
}
