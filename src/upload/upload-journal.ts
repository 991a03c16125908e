// The journal of an upload's destination. It is a help and never a condition: without it a run that breaks starts anew.
import type { Avala } from "../api/connect";
import { messageOf } from "../errors";
import { resolveDestination, type DatasetDestination } from "./destination";
import { journalPath, openJournal, removeJournal, type Journal } from "./journal";

/** Opens it; where that can't be done, warns and resolves with none. @throws as {@link resolveDestination} */
export async function openUploadJournal(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string | undefined,
): Promise<Journal | undefined> {
  if (stateDirectory === undefined) return undefined;
  const destination = await resolveDestination(avala, to);
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
  to: DatasetDestination,
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    await removeJournal(avala.disk, stateDirectory, await resolveDestination(avala, to));
  } catch {
    // See above.
  }
}

/** Takes back what is recorded of `paths`, so that the next run sends them; where it can't be told so, the journal goes. */
export async function takeBackPaths(
  avala: Avala,
  to: DatasetDestination,
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
