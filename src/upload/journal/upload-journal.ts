// The journal of an upload's destination. A run can do without one, and not beside one that it can't correct.
import type { Avala } from "../../api/connection";
import { AvalaError, messageOf } from "../../errors";
import { isNamedByContent, type NamedContent } from "./content-name";
import { counted } from "../../text";
import { resolveDestination, type DatasetDestination } from "../destination";
import {
  journalPath,
  openJournal,
  removeJournal,
  type Journal,
  type JournalPlace,
} from "./journal";
import { sweepLock } from "./lock";

const MAY_CLAIM =
  "It may claim that files have landed which this run would replace, and a later run would believe it.";

/**
 * Opens it. Where that can't be done a run under a name that is made of its content continues without one: no other content
 * can be claimed there. Any other fails before its first byte, for that the journal can't be used is not that it isn't there.
 * @throws AvalaError `journal`; as {@link resolveDestination}
 */
export async function openUploadJournal(
  avala: Avala,
  to: DatasetDestination & NamedContent,
  stateDirectory: string | undefined,
): Promise<Journal | undefined> {
  if (stateDirectory === undefined) return undefined;
  const place = await placeOf(avala, to, stateDirectory);
  try {
    const journal = await openJournal(place);
    warnOfForeign(avala, place, journal);
    return journal;
  } catch (error) {
    const text = `The journal ${journalPath(stateDirectory, place.destination)} can't be used (${messageOf(error)})`;
    if (!isNamedByContent(to)) {
      const hint = `Nothing was sent. Make it readable and writable, remove it, or choose another state folder (AVALA_STATE_DIR).`;
      throw new AvalaError("journal", `${text}. ${MAY_CLAIM}`, { hint, cause: error });
    }
    const warning = `${text}; if this run is interrupted, the next one will upload these files again.`;
    avala.emit({ kind: "warning", text: warning });
    return undefined;
  }
}

function warnOfForeign(
  avala: Avala,
  { stateDirectory, destination }: JournalPlace,
  { foreign }: Journal,
): void {
  if (foreign.size === 0) return;
  const claims = `${counted(foreign.size, "file")} in the journal ${journalPath(stateDirectory, destination)}`;
  const text = `What is recorded of ${claims} was not written with this API key, and is not used: these files are sent again.`;
  avala.emit({ kind: "warning", text });
}

/** Where the journal is, and what its lines are signed with. */
export async function placeOf(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string,
): Promise<JournalPlace> {
  const { disk, clock } = avala;
  const destination = await resolveDestination(avala, to);
  return { disk, clock, stateDirectory, destination, secret: avala.keyFor("journal") };
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
    const destination = await resolveDestination(avala, to);
    await removeJournal(avala.disk, stateDirectory, destination);
    await sweepLock(avala.disk, journalPath(stateDirectory, destination));
  } catch {
    // See above.
  }
}

/** Takes back what is recorded of `paths`, so that the next run sends them; where that can't be written, the journal is removed. */
export async function takeBackPaths(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string | undefined,
  paths: readonly string[],
): Promise<void> {
  if (stateDirectory === undefined) return;
  let journal: Journal | undefined;
  try {
    const opened = (journal = await openJournal(await placeOf(avala, to, stateDirectory)));
    await Promise.all(paths.map((path) => opened.takeBack(path)));
  } catch {
    await removeUploadJournal(avala, to, stateDirectory);
  } finally {
    await journal?.close().catch(() => undefined); // what was written was synced
  }
}
