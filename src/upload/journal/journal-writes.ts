// What a run writes to its journal, and what becomes of the run when the journal can't be written.
import type { Avala } from "../../api/connection";
import { AvalaError, messageOf } from "../../errors";
import type { Journal } from "./journal";

export type Write = (journal: Journal) => Promise<void>;

export interface JournalWrites {
  /** Continues without the journal when that fails. */
  readonly keep: (write: Write) => Promise<void>;
  /**
   * Takes something back that the journal says of `path`. A journal where that can't be written is removed, since a later run would
   * believe it. @throws AvalaError `journal` when it can't go either
   */
  readonly takeBack: (path: string, write: Write) => Promise<void>;
}

/** Of one run, which warns once. */
export function createJournalWrites(
  journal: Journal | undefined,
  { emit }: Pick<Avala, "emit">,
): JournalWrites {
  if (journal === undefined)
    return { keep: () => Promise.resolve(), takeBack: () => Promise.resolve() };
  let isBroken = false;
  const noteBroken = (error: unknown): void => {
    if (isBroken) return;
    isBroken = true;
    const text = `The journal can't be written (${messageOf(error)}); if this run is interrupted, the next one will upload these files again.`;
    emit({ kind: "warning", text });
  };
  return {
    keep: async (write) => {
      if (isBroken) return;
      try {
        await write(journal);
      } catch (error) {
        // What landed has landed; only a later run would not know. So a full disk costs a warning, not the upload.
        noteBroken(error);
      }
    },
    takeBack: async (path, write) => {
      try {
        await write(journal);
      } catch (error) {
        noteBroken(error);
        await journal.discard().catch((cause: unknown) => {
          throw new AvalaError(
            "journal",
            `The journal says that other content of ${path} has landed, and can be neither written (${messageOf(error)}) nor removed (${messageOf(cause)}).`,
            { hint: "Make room in the state folder, or remove it, and run again.", cause },
          );
        });
      }
    },
  };
}
